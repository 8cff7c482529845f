"""KPI cards: a figure with its definition, its change, its sparkline, and a reason where there is no figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import format as fmt
from dashboards import registry
from dashboards.i18n import t, t_or
from dashboards.tables import word

RATIOS = ("ratio", "rate")
DELTA_COLORS: dict[str, Any] = {"down": "inverse", "neutral": "off"}


def kpi(
    name: str, figure: Any, before: Any = None, spark: Sequence[float] | None = None, against: str = "", note: str = "", now: Any = None
) -> None:
    """One card: the metric's name with its definition, the figure, the change, a sparkline; a missing figure says why instead.

    now is the figure to set against before, where that is not the one shown (fewer accounts had both days).
    """
    metric = registry.metric(name)
    delta = _change_text(name, figure if now is None else now, before)
    with st.container(border=True, height="stretch", key=f"card:{name}"):
        st.metric(
            t_or(f"short.{name}", metric.label),
            fmt.value(figure, metric.unit),
            None if delta == fmt.MISSING else delta,
            delta_color=DELTA_COLORS.get(metric.good_direction, "normal"),
            delta_description=against if delta != fmt.MISSING else None,
            help=metric.help,
            chart_data=[float(value) for value in spark] if spark is not None and len(spark) > 1 else None,
            chart_type="area",
        )
        if fmt.is_missing(figure):
            st.caption(t("state.missing"))
        elif note:
            st.caption(note)


def daily_kpi(
    name: str, day: dt.date, figures: Mapping[str, Any], earlier: pd.DataFrame, history: pd.DataFrame, business: pd.DataFrame
) -> None:
    """The card of one day's metric: against the day before, and in a line below against 7 and 30 days before."""
    if name in set(business["metric"]):
        line = business[business["metric"] == name].set_index("day")["value"]
        stamp = pd.Timestamp(day)
        figure, spark = line.get(stamp), list(line)
        befores = {days: (figure, line.get(stamp - pd.Timedelta(days=days))) for days in (1, 7, 30)}
    else:
        own = earlier[earlier["metric"] == name].set_index("days")
        figure, spark = figures.get(name), list(history[name].dropna())
        befores = {days: (own.at[days, "figure"], own.at[days, "before"]) if days in own.index else (None, None) for days in (1, 7, 30)}
    compared = [
        t("overview.against", days=days, change=fmt.colored(_change_text(name, *befores[days]), registry.metric(name).good_direction))
        for days in (7, 30)
    ]
    now, before = befores[1]
    kpi(name, figure, before, spark, t("overview.day_before"), "  \n".join(compared), now=now)


def _change_text(name: str, now: Any, before: Any) -> str:
    if registry.metric(name).unit in RATIOS:
        return fmt.MISSING if fmt.is_missing(now) or fmt.is_missing(before) else t("points", n=f"{(now - before) * 100:+.2f}")
    return fmt.percent_change(fmt.change(now, before))


def places(count: int) -> list[Any]:
    """Places for KPI cards, four to a row."""
    return [place for _ in range(0, count, 4) for place in st.columns(4)][:count]


def figures(items: Sequence[tuple[str, str, str | None, str | None]]) -> None:
    """A row of plain cards: label, figure, a line below, help."""
    # A row that wraps where the window is too narrow for all of them.
    row = st.container(horizontal=True)
    for label, figure, note, help_text in items:
        with row.container(border=True, height="stretch", width="stretch"):
            st.metric(label, figure, help=help_text)
            if note:
                st.caption(note)


def funnel(steps: pd.DataFrame, before: pd.DataFrame) -> None:
    """People at the first and last step, conversion between them, and the step that loses most, against the comparison period."""
    first, last = steps.iloc[0], steps.iloc[-1]
    old = before.set_index("step_number") if not before.empty else pd.DataFrame()
    worst = steps.iloc[1:].sort_values("conversion_from_previous_rate").head(1)
    places = st.columns(4)
    for place, row in ((places[0], first), (places[1], last)):
        was = old["entry_count"].get(row["step_number"]) if len(old) else None
        with place:
            _plain(
                t("funnel.people_at", step=word("step_name", row["step_name"])),
                fmt.count(row["entry_count"]),
                fmt.percent_change(fmt.change(row["entry_count"], was)),
            )
    was = old["conversion_from_first_rate"].get(last["step_number"]) if len(old) else None
    now = last["conversion_from_first_rate"]
    delta = fmt.MISSING if fmt.is_missing(was) or fmt.is_missing(now) else t("points", n=f"{(now - was) * 100:+.2f}")
    with places[2]:
        _plain(t("funnel.overall"), fmt.rate(now), delta, t("funnel.overall_help"))
    with places[3]:
        if len(worst):
            row = worst.iloc[0]
            _plain(
                t("funnel.worst"),
                word("step_name", row["step_name"]),
                fmt.MISSING,
                t("funnel.worst_help"),
                t("funnel.worst_note", rate=fmt.rate(row["conversion_from_previous_rate"])),
            )


def _plain(label: str, figure: str, delta: str, help_text: str | None = None, note: str | None = None) -> None:
    with st.container(border=True, height="stretch"):
        shown = None if delta == fmt.MISSING else delta
        st.metric(label, figure, shown, delta_description=t("chart.against") if shown else None, help=help_text)
        if note:
            st.caption(note)


def forecast(chosen: Mapping[str, Any] | None, rows: pd.DataFrame, metric: registry.Metric) -> None:
    """What is forecast, how sure that is, and how the model earned its place."""
    if chosen is None or rows.empty:
        st.info(word("reason", chosen["reason"]) if chosen and chosen["reason"] else t("time_series.no_forecast"), icon=":material/info:")
        return
    additive = metric.additivity == "sum"
    week = rows.head(7)
    figure = week["forecast"].sum() if additive else rows["forecast"].iloc[min(6, len(rows) - 1)]
    places = st.columns(2)
    with places[0]:
        _plain(t("time_series.next_week" if additive else "time_series.in_week"), fmt.value(figure, metric.unit), fmt.MISSING)
    with places[1]:
        _plain(t("time_series.mase"), fmt.decimal(chosen["mase"]), fmt.MISSING, t("time_series.mase_help"))
    if chosen["mase"] is not None:
        scores = {
            "mase": fmt.decimal(chosen["mase"]),
            "naive": fmt.decimal(chosen["seasonal_naive_mase"]),
            "coverage": fmt.rate(chosen["coverage"]),
            "origins": fmt.count(chosen["origins"]),
            "level": f"{rows['interval_level'].iloc[0]:.0%}",
        }
        st.markdown(t("time_series.why", model=word("model", chosen["model"]), **scores))
    if chosen["reason"]:
        st.caption(t("time_series.reason", reason=fmt.plain(word("reason", chosen["reason"]))))
