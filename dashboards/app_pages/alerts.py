"""Is something brewing, how sure is that, and how grave would it be?"""

import datetime as dt

import pandas as pd
import streamlit as st

from dashboards import cards, charts, layout
from dashboards import format as fmt
from dashboards.filters import choose
from dashboards.i18n import t, t_or
from dashboards.queries import alerts
from dashboards.tables import table
from dashboards.words import category, platforms
from pipelines import state

RISK_LEVELS = ("level", "computed_level", "matrix_level", "index_level")


def _delay(hours: float | None) -> str:
    """A delay in its unit, with its sign where alerts came before people."""
    if hours is None or fmt.is_missing(hours):
        return fmt.MISSING
    return ("-" if hours < 0 else "") + fmt.duration(abs(hours) * 3600)


def _levels(rows: pd.DataFrame) -> dict[str, list[str]]:
    """The columns of levels in words."""
    return {column: [t_or(f"alerts.risk_{level}", fmt.MISSING) for level in rows[column]] for column in RISK_LEVELS}


layout.page("alerts")
scores, found = alerts.scores(), alerts.alerts()
if scores.empty:
    layout.empty("alerts.no_rows")

urgent = found[found["is_alert"]]
newest = alerts.last_day()
fresh = urgent[urgent["started_at"] > newest - dt.timedelta(days=7)] if newest is not None else urgent
hourly = scores.set_index("frequency").loc["hour"]
measured = hourly["status"] == "measured"
if fresh.empty:
    st.success(t("alerts.calm", day=fmt.day(newest)), icon=":material/check_circle:")
else:
    told = fresh.iloc[0]
    what = {"level": t(f"alerts.level_{told['level']}"), "platforms": fmt.plain(platforms(told["platforms"])),
            "problem": fmt.plain(category(told["top_category"]))}  # fmt: skip
    figures = {"negative": fmt.exact(told["observed_count"]), "expected": fmt.count(told["expected_number"])}
    brewing = t("alerts.brewing", n=len(fresh), at=fmt.moment(told["started_at"]), **what, **figures)
    st.warning(brewing, icon=":material/notifications_active:")
cards.figures(
    [
        (t("alerts.count"), fmt.exact(len(urgent)), t("alerts.of_days", **alerts.watched(hourly)), None),
        (
            t("alerts.per_week"),
            fmt.count(hourly["alerts_per_week"]),
            t("alerts.weeks", n=f"{hourly['weeks_number']:.1f}"),
            t("alerts.budget_help"),
        ),
        (
            t("alerts.recall"),
            fmt.rate(hourly["recall_rate"]),
            t("alerts.of_incidents", n=fmt.exact(hourly["incident_count"])) if measured else t("alerts.unconfirmed"),
            t("alerts.recall_help"),
        ),
        (
            t("alerts.delay"),
            _delay(hourly["median_delay_hours"]),
            t("alerts.hours", n=fmt.exact(hourly["found_count"])) if measured else t("alerts.unconfirmed"),
            t("alerts.delay_help"),
        ),
    ]
)

st.subheader(t("alerts.list"), anchor=False, help=t("alerts.list_help"))
shown = found.assign(
    level=[t(f"alerts.level_{v}") for v in found["level"]],
    kind=[t(f"alerts.kind_{v}") for v in found["kind"]],
    frequency=[t(f"alerts.frequency_{v}") for v in found["frequency"]],
    platforms=[platforms(v) for v in found["platforms"]],
    top_category=[category(v) for v in found["top_category"]],
)
columns = [
    "started_at",
    "level",
    "kind",
    "frequency",
    "platforms",
    "observed_count",
    "expected_number",
    "total_count",
    "usual_share_rate",
    "top_category",
]
picked = table(shown[columns], "alerts", select=True)
if picked is not None:
    keys = list(found.iloc[picked]["text_keys"])
    st.caption(t("alerts.texts", n=len(keys)))
    table(alerts.texts(keys), "alert_texts")

trend = alerts.days()
if not trend.empty:
    st.subheader(t("alerts.trend"), anchor=False)
    rows = trend.assign(value=trend["negative_count"], series="now", real_day=trend["day"])
    charts.show(charts.trend(rows, t("column.negative_count")), t("alerts.trend"), height=220)

st.subheader(t("alerts.risks"), anchor=False, help=t("alerts.risks_help"))
risks = alerts.risks()
if risks.empty:
    st.caption(t("alerts.no_risks"))
    st.stop()
named = risks.assign(
    risk_name=[category(row.risk_name) if row.risk_type == "category" else row.risk_name for row in risks.itertuples()],
    **_levels(risks),
)
table(
    named[["risk_name", "level", "matrix_level", "index_level", "index_number", "component_count", "item_count", "overridden_by"]], "risks"
)
key = choose("risk", t("alerts.risk"), dict(zip(risks["risk_key"], named["risk_name"], strict=True)))
with st.expander(t("alerts.override"), icon=":material/edit:"), st.form("override", border=False):
    level = st.selectbox(
        t("column.level"),
        ["", "low", "medium", "high", "critical"],
        format_func=lambda v: t(f"alerts.risk_{v}") if v else t("alerts.take_back"),
    )
    who, why = st.text_input(t("alerts.by")), st.text_input(t("alerts.why"))
    if st.form_submit_button(t("alerts.save")):
        if who.strip() and why.strip():
            state.add("risk_overrides", risk_key=key, level=level, reason=why.strip(), overridden_by=who.strip())
            st.success(t("alerts.saved"))
        else:
            st.error(t("alerts.needs_name"))
days = alerts.history(key)
days = days.assign(**_levels(days)).drop(columns=["risk_key", "risk_name", "risk_type", "is_latest"])
st.caption(t("alerts.risk_days"))
table(days.dropna(axis="columns", how="all"), "risk_days")
