"""Who interacts with what: by platform, by content type, by post?"""

import streamlit as st

from dashboards import cards, charts, layout, registry
from dashboards.filters import choose
from dashboards.i18n import t
from dashboards.queries import drill

view = layout.page("engagement", "period", "compare", "platform", "account", "content_type", "basis")
layout.period_note(view)

now, before = drill.totals(view), drill.totals(view, before=True)
if not now["post_count"]:
    layout.empty()
days = drill.by_day(view)
names = (
    "engagement_count",
    "engagement_rate_by_views",
    "like_count",
    "comment_count",
    "share_count",
    "save_count",
    "repost_count",
    "view_count",
)
for name, place in zip(names, cards.places(len(names)), strict=True):
    with place:
        cards.kpi(name, now[name], before.get(name), days[name].dropna(), t("chart.against"))
st.caption(t("engagement.posts_note"))

st.subheader(t("engagement.trend", metric=registry.label("engagement_count")), anchor=False)
stack = drill.daily(view).rename(columns={"engagement_count": "value"}).dropna(subset="value")
charts.show(charts.platform_days(stack, registry.label("engagement_count")), t("engagement.trend_alt"), height=240)

st.subheader(t("engagement.grades"), anchor=False, help=t("engagement.grades_help"))
group = choose(
    "group_grades",
    t("drill.by"),
    {g: t(f"column.{g}") for g in ("platform", "content_type")},
    kind="segments",
    label_visibility="collapsed",
)
grades = drill.grades(view, group)
charts.show(layout.grade_shares(grades, group), t("engagement.grades"), height=34 * grades["group_key"].nunique() + 70)

layout.drill_down(view, "engagement")
