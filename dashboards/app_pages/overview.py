"""What happened yesterday, against 1, 7 and 30 days before, and what needs attention?"""

import streamlit as st

from dashboards import cards, charts, layout, registry
from dashboards import format as fmt
from dashboards.i18n import t
from dashboards.queries import daily
from dashboards.tables import table

view = layout.page("overview", "platform", "account")
last = daily.last_complete_day(view)
if last is None:
    layout.empty()
day = last["day"].date()
layout.late_banner(view)

st.subheader(t("overview.day", day=fmt.day(day), weekday=fmt.weekday(day)), anchor=False)
st.caption(t("overview.coverage", n=int(last["reporting"]), total=len(view.accounts)))
figures, earlier, history, business = (
    daily.figures(view, day),
    daily.against_earlier(view, day),
    daily.recent(view, day),
    daily.business(day),
)
extra = [name for name in daily.BUSINESS if name in set(business["metric"])][:2] or ["posts_published_count", "profile_visit_count"]
for name, place in zip([*daily.CARDS, *extra], cards.places(len(daily.CARDS) + len(extra)), strict=True):
    with place:
        cards.daily_kpi(name, day, figures, earlier, history, business)

left, right = st.columns([1.3, 1])
with left:
    st.subheader(t("overview.trend", metric=registry.label("view_count")), anchor=False)
    trend = daily.platform_days(view, day)
    charts.show(charts.platform_days(trend, registry.label("view_count"), legend_columns=4), t("overview.trend_alt"), height=300)
with right:
    st.subheader(t("overview.signals"), anchor=False, help=t("overview.signals_help"))
    layout.signals(daily.signals(view, day))

st.subheader(t("overview.accounts"), anchor=False, help=t("overview.accounts_help"))
table(daily.by_account(view, day), "overview_accounts")
