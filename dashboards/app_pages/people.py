"""How do people come and go, who may buy next, who are the segments, and what do points and levels do?"""

import streamlit as st

from dashboards import cards, charts, charts_people, layout, people_cards
from dashboards import format as fmt
from dashboards.filters import choose
from dashboards.i18n import t
from dashboards.queries import people
from dashboards.tables import table, word

layout.page("people")
states = people.states()
if states.empty:
    layout.empty("people.no_rows")

st.subheader(t("people.lifecycle"), anchor=False, help=t("people.lifecycle_help"))
st.caption(t("people.as_of", day=fmt.day(states["as_of_date"].max()), n=fmt.exact(states["people_count"].sum())))
cards.figures(
    [
        (word("lifecycle_state", row.lifecycle_state), fmt.exact(row.people_count), fmt.rate(row.share_rate), None)
        for row in states.itertuples()
    ]
)
left, right = st.columns([1.1, 1])
with left:
    table(people.rfm(), "rfm")
with right:
    verdict, groups = people.model("lifecycle_model")
    people_cards.model_verdict(verdict, "activity")
    if verdict.get("actual_over_predicted") is not None:
        charts.show(charts_people.calibration(people.activity_check(groups), "days"), t("people.activity_alt"), height=240)
        st.caption(t("people.activity_note"))

st.subheader(t("people.potential"), anchor=False, help=t("people.potential_help"))
verdict, groups = people.model("potential_user_model")
people_cards.model_verdict(verdict, "payment")
if verdict.get("auc") is not None:
    charts.show(charts_people.calibration(people.payment_check(groups), "ratio"), t("people.payment_alt"), height=240)
    st.caption(t("people.payment_note"))
if verdict["status"] == "estimated":
    table(people.potential(), "potential_users", height=320)

st.subheader(t("people.personas"), anchor=False, help=t("people.personas_help"))
if names := people.segments():
    segment = choose("segment", t("column.segment_name"), names)
    for dimension in people.DIMENSIONS:
        st.markdown(f"**{t(f'people.dimension.{dimension}')}**")
        if gaps := people.missing(segment, dimension):
            st.caption(t("people.missing", names=t("list_separator").join(gaps)))
        if not (rows := people.persona(segment, dimension)).empty:
            table(rows, f"persona_{dimension}")
else:
    st.caption(t("people.no_personas"))

st.subheader(t("people.levels"), anchor=False, help=t("people.levels_help"))
people_cards.levels(people.levels(), people.rules(), *people.moves(), people.ledger())
