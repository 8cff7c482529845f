"""Who are the people, in which groups, and at which point of their life with us?"""

import streamlit as st

from dashboards import cards, charts, layout, registry
from dashboards import format as fmt
from dashboards.filters import choose_many
from dashboards.i18n import named, t
from dashboards.queries import users
from dashboards.tables import table, word

layout.page("users")
profiles = users.profiles()
if profiles.empty:
    layout.empty("users.no_rows")
profiles["name"] = [named(row.segment_name_zh, str(row.segment_name_en).capitalize()) for row in profiles.itertuples()]
first = users.gate(profiles)

cards.figures(
    [
        (t("users.people"), fmt.count(profiles["people_count"].sum()), t("users.as_of", day=fmt.day(users.as_of())), None),
        (t("users.groups"), fmt.count(first["k"]), word("method", first["method"]), None),
        (
            t("users.stability"),
            fmt.decimal(first["stability"]),
            t(f"users.stability_{users.grade(first['stability'])}"),
            t("users.stability_help"),
        ),
        (t("users.jaccard"), fmt.decimal(profiles["jaccard"].min()), t("users.jaccard_note"), t("users.jaccard_help")),
    ]
)
if first["has_structure"] and first["k"] > 1:
    st.success(t("users.gate_yes", k=first["k"], stability=fmt.decimal(first["stability"])), icon=":material/check_circle:")
else:
    st.warning(t("users.gate_no"), icon=":material/info:")

left, right = st.columns([1, 1.2])
with left:
    st.subheader(t("users.sizes"), anchor=False)
    charts.show(
        charts.bars(profiles.assign(value=profiles["people_count"]), t("column.people_count")),
        t("users.sizes"),
        height=44 * len(profiles) + 30,
    )
with right:
    st.subheader(t("users.lifecycle"), anchor=False, help=t("users.lifecycle_help"))
    charts.show(*layout.lifecycle_chart(users.lifecycle(), profiles), height=44 * len(profiles) + 30)

st.subheader(t("users.lift"), anchor=False, help=t("users.lift_help"))
features = users.features()
features["segment"] = features["segment_key"].map(profiles.set_index("segment_key")["name"])
lifts = features.assign(feature=features["feature"].map(registry.label), lift_text=[fmt.value(lift, "times") for lift in features["lift"]])
charts.show(charts.lift_map(lifts.dropna(subset="log_ratio")), t("users.lift_alt"), height=46 * len(profiles) + 110)
table(users.cards(profiles), "segment_profiles")

st.subheader(t("users.table"), anchor=False)
st.caption(t("users.pseudonyms"))
chosen = choose_many("segment", t("column.segment_name"), dict(zip(profiles["segment_key"], profiles["name"], strict=True)))
table(users.people(chosen), "people")
