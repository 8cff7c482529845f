"""How much was shown, seen and followed, where, and by which content?"""

import streamlit as st

from dashboards import cards, charts, layout, registry
from dashboards.filters import choose
from dashboards.i18n import t
from dashboards.queries import drill, reach
from dashboards.tables import table

view = layout.page("reach", "period", "compare", "platform", "account", "content_type", "basis")
layout.period_note(view)

now, before = reach.totals(view), reach.totals(view, before=True)
if not now or now["row_count"] == 0:
    layout.empty()
names = reach.CARDS[view.basis]
history = reach.daily(view, names)
for name, place in zip(names, cards.places(len(names)), strict=True):
    with place:
        cards.kpi(name, now[name], before.get(name), history[history["series"] == "now"][name].dropna(), t("chart.against"))
if view.basis == "lifetime" or view.content_types:
    st.caption(t("reach.posts_only"))

left, right = st.columns([1.6, 1])
with left:
    name = choose(
        "metric",
        t("chart.metric"),
        {m: registry.label(m) for m in names if now[m] is not None} or {"view_count": registry.label("view_count")},
        kind="pills",
        label_visibility="collapsed",
    )
    lines = history[["day", "real_day", "series", name]].rename(columns={name: "value"}).dropna()
    charts.show(charts.trend(lines, registry.label(name)), t("reach.trend_alt", metric=registry.label(name)))
with right:
    st.subheader(t("reach.by_platform", metric=registry.label("view_count")), anchor=False)
    shares = reach.by_platform(view)
    shares["name"] = shares["platform"].map(registry.platforms())
    charts.show(charts.bars(shares, registry.label("view_count")), t("reach.platform_alt"))

st.subheader(t("reach.people"), anchor=False, help=registry.metric("reach_count").help)
st.caption(t("reach.people_note"))
table(reach.people(view), "reach_people")

layout.drill_down(view, "reach")

with st.expander(t("reach.reconcile"), icon=":material/balance:"):
    st.caption(t("reach.reconcile_note"))
    table(drill.reconciliation(view), "reach_reconciliation")
