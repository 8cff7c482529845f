"""Where do people go on, and where do they leave?"""

import streamlit as st

from dashboards import cards, charts, layout
from dashboards import format as fmt
from dashboards.filters import choose, choose_flag, choose_many
from dashboards.i18n import t
from dashboards.queries import funnel
from dashboards.tables import table, word

view = layout.page("funnel", "period", "compare")
options = funnel.options(view)
if options.empty:
    layout.empty("funnel.no_rows")
left, middle, right, switch = st.columns([1, 1.2, 1.2, 1.4], vertical_alignment="bottom")
with left:
    name = choose("funnel", t("funnel.funnel"), {f: word("funnel", f) for f in options["funnel"].unique()})
with middle:
    channels = choose_many("channel", t("column.channel"), {c: word("channel", c) for c in options["channel"].unique()})
with right:
    campaigns = choose_many("campaign", t("column.campaign_key"), {c: word("campaign_key", c) for c in options["campaign_key"].unique()})
with switch:
    with_open = choose_flag("open", t("funnel.include_open"), help=t("funnel.include_open_help"))
scope = view.params(funnel=name, channels=channels, campaigns=campaigns, with_open=with_open)

steps, before = funnel.steps(scope), funnel.steps(scope, before=True)
if steps.empty:
    layout.empty("funnel.only_open" if funnel.open_cohorts(scope)["cohorts"] else "state.no_rows")
open_ones = funnel.open_cohorts(scope)
st.caption(t("funnel.window", days=open_ones["window_days"], start=fmt.day(view.start), end=fmt.day(view.end)))
if open_ones["cohorts"]:
    included = "funnel.open_included" if with_open else "funnel.open_excluded"
    st.info(
        t(included, n=open_ones["cohorts"], since=fmt.day(open_ones["since"]), days=open_ones["window_days"]),
        icon=":material/hourglass_empty:",
    )

cards.funnel(steps, before)
left, right = st.columns([1.25, 1])
with left:
    st.subheader(t("funnel.steps"), anchor=False, help=t("funnel.entries_help"))
    charts.show(charts.funnel(layout.funnel_captions(steps)), t("funnel.steps_alt"), height=52 * len(steps) + 20)
with right:
    st.subheader(t("funnel.cohorts"), anchor=False, help=t("funnel.cohorts_help"))
    charts.show(charts.rate_days(funnel.by_cohort(scope), t("funnel.overall")), t("funnel.cohorts"), height=52 * len(steps) + 20)

st.subheader(t("funnel.table"), anchor=False)
table(steps.drop(columns="step_number"), "funnel_steps")
st.subheader(t("funnel.by_source"), anchor=False)
group = choose(
    "source", t("drill.by"), {g: t(f"column.{g}") for g in ("channel", "campaign_key")}, kind="segments", label_visibility="collapsed"
)
table(funnel.by_source(scope, group), f"funnel_by_{group}")
