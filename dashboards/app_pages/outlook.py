"""At this pace, which goals will be met - and how sure is that?"""

import streamlit as st

from dashboards import cards, layout, registry
from dashboards import format as fmt
from dashboards.charts import show
from dashboards.charts_outlook import attainment
from dashboards.i18n import t
from dashboards.queries import outlook
from dashboards.tables import table
from dashboards.words import scope

layout.page("outlook")
goals = outlook.goals()
if goals.empty:
    layout.empty("outlook.no_rows")

judged = goals[goals["verdict"] != "not_enough_evidence"]
counts = goals["verdict"].value_counts()
cards.figures(
    [
        (t(f"outlook.{verdict}"), fmt.exact(int(counts.get(verdict, 0))), t("outlook.of_goals", n=len(goals)), t(f"outlook.{verdict}_help"))
        for verdict in ("on_track", "open", "off_track", "not_enough_evidence")
    ]
)
st.caption(t("outlook.as_of", day=fmt.day(goals["as_of_date"].max())))

if not judged.empty:
    st.subheader(t("outlook.chart"), anchor=False, help=t("outlook.chart_help"))
    named = judged.assign(label=[f"{fmt.plain(row.goal)} · {registry.label(row.metric)}" for row in judged.itertuples()])
    show(attainment(named), t("outlook.chart"), height=46 * len(named) + 60)

for row in judged.itertuples():
    st.text(
        t(
            "outlook.sentence",
            goal=row.goal,
            metric=registry.label(row.metric),
            scope=scope(row.platform, row.account_key),
            share=fmt.rate(row.attainment_rate),
            low=fmt.rate(row.attainment_lower),
            high=fmt.rate(row.attainment_upper),
            level=f"{row.interval_level:.0%}",
            days=fmt.exact(row.known_day_count),
            coverage=fmt.rate(row.coverage_rate),
        )
    )

for row in goals[goals["verdict"] == "not_enough_evidence"].itertuples():
    reason = t(f"outlook.why_{row.reason}") if isinstance(row.reason, str) else t("outlook.not_enough_evidence")
    st.text(t("outlook.unknown_sentence", goal=row.goal, scope=scope(row.platform, row.account_key), reason=reason))

st.subheader(t("outlook.table"), anchor=False)
unit = {row.goal_key: registry.metric(row.metric).unit if row.metric else "count" for row in goals.itertuples()}
numbers = ("actual_number", "forecast_number", "forecast_lower", "forecast_upper", "target_number", "needed_per_day_number")
written = goals.assign(
    scope=[scope(row.platform, row.account_key) for row in goals.itertuples()],
    verdict=[t(f"outlook.{v}") for v in goals["verdict"]],
    why=[t(f"outlook.why_{v}") if isinstance(v, str) else "" for v in goals["reason"]],
    **{n: [fmt.value(v, unit[k]) for k, v in zip(goals["goal_key"], goals[n], strict=True)] for n in numbers},
)
ends = zip(written["forecast_lower"], written["forecast_upper"], strict=True)
written["forecast_interval"] = [fmt.MISSING if low == fmt.MISSING else f"{low} – {high}" for low, high in ends]
written["goal_days"] = [f"{fmt.day(row.starts_on)} – {fmt.short_day(row.ends_on)}" for row in goals.itertuples()]
columns = ["goal", "verdict", "metric", "scope", "goal_days", "target_number", "actual_number", "forecast_number", "forecast_interval"]
table(written[[*columns, "attainment_rate", "needed_per_day_number", "coverage_rate", "guessed_day_count", "why"]], "outlook")
