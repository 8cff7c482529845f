"""The charts of the app: one look, axis labels in the reader's language, colours that follow the theme and stay told apart."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboards import format as fmt
from dashboards import registry
from dashboards.i18n import lang, t


def _scaled(size: str, suffix: str) -> str:
    return f"abs(datum.value) >= {size} ? format(datum.value / {size}, ',.3~r') + '{suffix}' : "


# Vega expressions that write axis numbers as format.count does.
NUMBER_AXIS = {
    "zh": _scaled("1e8", "亿") + _scaled("1e4", "万") + "format(datum.value, ',')",
    "en": _scaled("1e9", "B") + _scaled("1e6", "M") + _scaled("1e3", "K") + "format(datum.value, ',')",
}
PERCENT_AXIS = "format(datum.value * 100, ',.3~r') + '%'"


def is_dark() -> bool:
    """Whether the reader's theme is dark."""
    return st.context.theme.type == "dark"


COLORS = {  # name: (light theme, dark theme)
    "accent": ("#0072B2", "#4AA8E0"),
    "muted": ("#7B8794", "#9AA5B1"),
    "before": ("#9AA5B1", "#6B7785"),
    "alert": ("#D55E00", "#F0803C"),
    "forecast": ("#E69F00", "#F0B840"),
    "change": ("#7A6FCF", "#A79DF0"),
    "ink": ("#1B2733", "#E6EDF3"),
    "page": ("#FFFFFF", "#10171E"),
    "middle": ("#F4F6F8", "#1A242E"),
}


def color(name: str) -> str:
    """A named colour in the reader's theme."""
    return COLORS[name][is_dark()]


def y_axis(unit: str = "count", **more: Any) -> alt.Axis:
    """A value axis in the reader's number style."""
    expression = PERCENT_AXIS if unit in ("ratio", "rate") else NUMBER_AXIS[lang()]
    return alt.Axis(labelExpr=expression, title=None, tickCount=4, **more)


def day_axis() -> alt.Axis:
    """A day axis: month-day numbers, which both languages read."""
    return alt.Axis(format="%m-%d", title=None, tickCount=8, grid=False, labelOverlap="greedy", labelSeparation=10, labelFlush=True)


def show(chart: Any, alt_text: str, height: int = 280, **more: Any) -> Any:
    """Draw a chart over the full width, with a sentence for those who cannot see it."""
    return st.altair_chart(chart.properties(height=height).configure_view(strokeWidth=0), width="stretch", alt=alt_text, **more)


def with_text(rows: pd.DataFrame, column: str, unit: str = "count") -> pd.DataFrame:
    """The rows plus ``<column>_text``: the figure as people read it, for tooltips."""
    return rows.assign(**{f"{column}_text": [fmt.value(figure, unit) for figure in rows[column]]})


def trend(rows: pd.DataFrame, label: str, unit: str = "count") -> alt.LayerChart:
    """Now as a line over days and, where present, the comparison period as a dashed one.

    Columns: ``day``, ``value``, ``series`` ('now' or 'before'), ``real_day`` (the day the value belongs to).
    """
    rows = with_text(rows, "value", unit).assign(
        name=[t(f"chart.{series}") for series in rows["series"]],
        real_day_text=[fmt.day(day) for day in rows["real_day"]],
    )
    order = [t("chart.now"), t("chart.before")]
    base = alt.Chart(rows).encode(
        x=alt.X("day:T", axis=day_axis()),
        y=alt.Y("value:Q", axis=y_axis(unit)),
        color=alt.Color(
            "name:N",
            scale=alt.Scale(domain=order, range=[color("accent"), color("before")]),
            legend=_legend(lines=True) if rows["series"].nunique() > 1 else None,
        ),
        strokeDash=alt.StrokeDash("name:N", scale=alt.Scale(domain=order, range=[[1, 0], [5, 4]]), legend=None),
        tooltip=[
            alt.Tooltip("real_day_text:N", title=t("column.business_date")),
            alt.Tooltip("name:N", title=t("chart.period")),
            alt.Tooltip("value_text:N", title=label),
        ],
    )
    return base.mark_line(strokeWidth=2.2) + base.mark_point(size=60, opacity=0, filled=True)


def platform_days(rows: pd.DataFrame, value_label: str, legend_columns: int = 8) -> alt.Chart:
    """Additive daily values stacked by platform, each in its own colour on every page. Columns: ``day``, ``platform``, ``value``."""
    known = registry.platforms()
    rows = with_text(rows, "value").assign(day_text=[fmt.day(day) for day in rows["day"]], name=rows["platform"].map(known))
    here = set(rows["name"])
    palette = [st.get_option(f"theme.{'dark' if is_dark() else 'light'}.chartCategoricalColors")[i % 10] for i in range(len(known))]
    shown = [(name, shade) for name, shade in zip(known.values(), palette, strict=True) if name in here]
    scale = alt.Scale(domain=[name for name, _ in shown], range=[shade for _, shade in shown])
    return (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=alt.X("yearmonthdate(day):T", axis=day_axis()),
            y=alt.Y("value:Q", axis=y_axis()),
            color=alt.Color("name:N", scale=scale, legend=_legend(columns=legend_columns)),
            order=alt.Order("sum(value):Q", sort="descending"),
            tooltip=[
                alt.Tooltip("day_text:N", title=t("column.business_date")),
                alt.Tooltip("name:N", title=t("column.platform")),
                alt.Tooltip("value_text:N", title=value_label),
            ],
        )
    )


def bars(rows: pd.DataFrame, label: str, unit: str = "count") -> alt.LayerChart:
    """One horizontal bar per row with its figure at the end. Columns: ``name``, ``value``, in the order given."""
    rows = with_text(rows, "value", unit)
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort=list(rows["name"]), axis=alt.Axis(title=None, labelLimit=150, domain=False, ticks=False)),
        x=alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, _room(rows["value"])])),
        tooltip=[alt.Tooltip("name:N", title=t("chart.group")), alt.Tooltip("value_text:N", title=label)],
    )
    shapes = base.mark_bar(cornerRadiusEnd=3, size=24, color=color("accent"))
    return shapes + base.mark_text(align="left", dx=5, color=color("muted")).encode(text="value_text:N")


def _room(values: pd.Series) -> float:
    # Room to the right of the longest bar for its figure.
    top = values.max()
    return float(top) * 1.18 if pd.notna(top) and top > 0 else 1.0


def funnel(rows: pd.DataFrame) -> alt.LayerChart:
    """People left at each step, as centred bars with the figures in a column beside. Columns: ``name``, ``entry_count``, ``caption``."""
    rows = rows.assign(half=rows["entry_count"] / 2, minus=-rows["entry_count"] / 2)
    y_axis_ = alt.Axis(title=None, domain=False, ticks=False, labelFontSize=13, labelLimit=120)
    y = alt.Y("name:N", sort=list(rows["name"]), axis=y_axis_, scale=alt.Scale(paddingInner=0.25))
    limit = float(rows["half"].max() or 1)
    x = alt.X("minus:Q", axis=None, scale=alt.Scale(domain=[-limit, limit * 1.75]))
    tooltip = [alt.Tooltip("name:N", title=t("column.step_name")), alt.Tooltip("caption:N", title=t("column.entry_count"))]
    base = alt.Chart(rows).encode(y=y, tooltip=tooltip)
    shapes = base.mark_bar(cornerRadius=3, color=color("accent")).encode(x=x, x2="half:Q")
    figures = base.mark_text(fontSize=13, align="right", color=color("ink")).encode(x=alt.datum(limit * 1.74), text="caption:N")
    return shapes + figures


def lift_map(rows: pd.DataFrame) -> alt.LayerChart:
    """Segments by features, coloured by how far each lies from the whole population.

    Columns: ``segment``, ``feature``, ``log_ratio``, ``lift_text``.
    """
    limit = max(float(rows["log_ratio"].abs().quantile(0.95)), 0.1)
    base = alt.Chart(rows).encode(
        x=alt.X(
            "feature:N", sort=None, axis=alt.Axis(title=None, labelAngle=-35, labelLimit=110, labelOverlap=False, domain=False, ticks=False)
        ),
        y=alt.Y("segment:N", sort=None, axis=alt.Axis(title=None, labelLimit=140, domain=False, ticks=False)),
        tooltip=[
            alt.Tooltip("segment:N", title=t("column.segment_name")),
            alt.Tooltip("feature:N", title=t("column.feature")),
            alt.Tooltip("lift_text:N", title=t("column.lift")),
        ],
    )
    shade = alt.Color(
        "log_ratio:Q",
        legend=None,
        scale=alt.Scale(domain=[-limit, 0, limit], range=[color("alert"), color("middle"), color("accent")], interpolate="rgb", clamp=True),
    )
    strong = f"abs(datum.log_ratio) > {limit * 0.6}"
    ink = alt.condition(strong, alt.value(color("page")), alt.value(color("ink")))
    return base.mark_rect(cornerRadius=2, stroke=color("page"), strokeWidth=2).encode(color=shade) + base.mark_text(fontSize=11).encode(
        text="lift_text:N", color=ink
    )


def shares(rows: pd.DataFrame, names: list[str], group_label: str, part_label: str, ordered: bool = False) -> alt.Chart:
    """Each group's parts as shares of the whole group. Columns: ``group``, ``part``, ``people_count``, ``share``, ``part_order``;
    ordered parts run from strong to pale."""
    rows = rows.assign(share_text=[fmt.rate(share) for share in rows["share"]], people_text=[fmt.count(n) for n in rows["people_count"]])
    return (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            y=alt.Y("group:N", sort=None, axis=alt.Axis(title=None, labelLimit=140, labelOverlap=False, domain=False, ticks=False)),
            x=alt.X("share:Q", stack="zero", scale=alt.Scale(domain=[0, 1]), axis=y_axis("ratio", grid=False)),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=names, range=_ranks(len(names))) if ordered else alt.Scale(domain=names),
                legend=_legend(columns=4 if ordered else 3),
            ),
            order=alt.Order("part_order:Q"),
            tooltip=[
                alt.Tooltip("group:N", title=group_label),
                alt.Tooltip("part:N", title=part_label),
                alt.Tooltip("people_text:N", title=t("column.people_count")),
                alt.Tooltip("share_text:N", title=t("column.share_rate")),
            ],
        )
    )


def rate_days(rows: pd.DataFrame, label: str) -> alt.LayerChart:
    """A rate per day; days whose window is still open are hollow. Columns: ``day``, ``value``, ``is_open``."""
    rows = with_text(rows, "value", "ratio").assign(
        day_text=[fmt.day(day) for day in rows["day"]],
        status=[t("funnel.open" if is_open else "funnel.closed") for is_open in rows["is_open"]],
    )
    base = alt.Chart(rows).encode(
        x=alt.X("day:T", axis=day_axis()),
        y=alt.Y("value:Q", axis=y_axis("ratio")),
        tooltip=[
            alt.Tooltip("day_text:N", title=t("column.cohort_date")),
            alt.Tooltip("value_text:N", title=label),
            alt.Tooltip("status:N", title=t("column.status")),
        ],
    )
    closed, waiting = base.transform_filter("!datum.is_open"), base.transform_filter("datum.is_open")
    return (
        closed.mark_line(strokeWidth=2, color=color("accent"))
        + closed.mark_point(filled=True, size=25, color=color("accent"))
        + waiting.mark_point(filled=False, size=45, color=color("muted"))
    )


def _ranks(count: int) -> list[str]:
    strong_to_pale = ["#7CC4EC", "#4A90B8", "#34607C", "#2C3945"] if is_dark() else ["#0B4F7D", "#3F8FBF", "#9CC7E0", "#DFE5EA"]
    return strong_to_pale[:count]


def _legend(lines: bool = False, columns: int = 8) -> alt.Legend:
    symbol: dict[str, Any] = {"symbolType": "stroke", "symbolStrokeWidth": 3} if lines else {"symbolType": "square", "symbolStrokeWidth": 0}
    return alt.Legend(orient="top", title=None, **symbol, columns=columns, labelLimit=160, columnPadding=14, offset=6)


def series(actual: pd.DataFrame, forecast: pd.DataFrame, marks: pd.DataFrame, label: str, unit: str = "count") -> Any:
    """A series with what was expected, its band, its anomalies, what is forecast, and the days worth marking.

    actual: ``day, actual, expected, lower, upper, is_anomaly``; forecast: ``day, forecast, lower, upper``; marks: ``day, kind, name``.
    """
    past = with_text(with_text(with_text(with_text(actual, "actual", unit), "expected", unit), "lower", unit), "upper", unit)
    past = past.assign(day_text=[fmt.day(day) for day in past["day"]], band=past["lower_text"] + " – " + past["upper_text"])
    names = [t("series.actual"), t("series.expected"), t("series.forecast")]
    colors = alt.Scale(domain=names, range=[color("accent"), color("muted"), color("forecast")])
    x = alt.X("day:T", axis=day_axis())
    tooltip = [
        alt.Tooltip("day_text:N", title=t("column.business_date")),
        alt.Tooltip("actual_text:N", title=t("series.actual")),
        alt.Tooltip("expected_text:N", title=t("series.expected")),
        alt.Tooltip("band:N", title=t("series.band")),
    ]
    base = alt.Chart(past).encode(x=x)
    layers: list[Any] = [
        base.mark_area(opacity=0.13, color=color("accent"), clip=True).encode(
            y=alt.Y("lower:Q", axis=y_axis(unit), scale=_line_scale(past, forecast)), y2="upper:Q"
        ),
        base.mark_line(strokeWidth=1.5, strokeDash=[4, 3])
        .encode(y=alt.Y("expected:Q"), color=alt.Color("n:N", scale=colors, legend=_legend(lines=True)))
        .transform_calculate(n=f"'{names[1]}'"),
        base.mark_line(strokeWidth=2)
        .encode(y=alt.Y("actual:Q"), color=alt.Color("n:N", scale=colors, legend=_legend(lines=True)))
        .transform_calculate(n=f"'{names[0]}'"),
        base.mark_point(size=70, opacity=0, filled=True).encode(y="actual:Q", tooltip=tooltip),
        base.transform_filter("datum.is_anomaly")
        .mark_point(size=95, filled=True, color=color("alert"), stroke="#FFFFFF", strokeWidth=1.2)
        .encode(y="actual:Q", tooltip=tooltip),
    ]
    if not forecast.empty:
        layers += _forecast_layers(forecast, x, colors, names[2], unit)
    if not marks.empty:
        layers += _mark_layers(marks, x)
    return alt.layer(*layers)


def _line_scale(past: pd.DataFrame, forecast: pd.DataFrame) -> alt.Scale:
    """A y scale that shows the lines: a band many times as wide would press them flat, so it may run out of the picture."""
    drawn = ((past, "actual"), (past, "expected"), (forecast, "forecast"))
    lines = pd.concat([frame[column] for frame, column in drawn if column in frame]).dropna()
    bands = pd.concat([frame[side] for frame in (past, forecast) for side in ("lower", "upper") if side in frame]).dropna()
    if lines.empty or bands.empty:
        return alt.Scale(zero=False)
    room = 0.6 * max(lines.max() - lines.min(), abs(lines.max()) * 0.1, 1.0)
    low, high = max(lines.min() - room, bands.min()), min(lines.max() + room, bands.max())
    return alt.Scale(domain=[min(low, lines.min()), max(high, lines.max())], zero=False, nice=True)


def _forecast_layers(forecast: pd.DataFrame, x: alt.X, colors: alt.Scale, name: str, unit: str) -> list[Any]:
    rows = with_text(with_text(with_text(forecast, "forecast", unit), "lower", unit), "upper", unit)
    rows = rows.assign(day_text=[fmt.day(day) for day in rows["day"]], band=rows["lower_text"] + " – " + rows["upper_text"])
    base = alt.Chart(rows).encode(
        x=x,
        tooltip=[
            alt.Tooltip("day_text:N", title=t("column.business_date")),
            alt.Tooltip("forecast_text:N", title=name),
            alt.Tooltip("band:N", title=t("series.interval")),
        ],
    )
    return [
        base.mark_area(opacity=0.2, color=color("forecast"), clip=True).encode(y="lower:Q", y2="upper:Q"),
        base.mark_line(strokeWidth=2.2)
        .encode(y="forecast:Q", color=alt.Color("n:N", scale=colors, legend=_legend(lines=True)))
        .transform_calculate(n=f"'{name}'"),
    ]


def _mark_layers(marks: pd.DataFrame, x: alt.X) -> list[Any]:
    shades = {"change": color("change"), "definition": color("alert")}
    marks = marks.assign(shade=[shades.get(kind, color("forecast")) for kind in marks["kind"]])
    base = alt.Chart(marks).encode(x=x, tooltip=[alt.Tooltip("name:N", title=t("series.mark"))])
    # Change points are named lower, so that one on a festival's first day can still be read.
    names = [
        base.transform_filter(f"datum.is_first && {condition}")
        .mark_text(align="left", dx=4, dy=-4, fontSize=11)
        .encode(y=alt.value(height), text="name:N", color=alt.Color("shade:N", scale=None))
        for condition, height in (("datum.kind !== 'change'", 8), ("datum.kind === 'change'", 22))
    ]
    return [base.mark_rule(strokeWidth=1.2, opacity=0.55, strokeDash=[2, 3]).encode(color=alt.Color("shade:N", scale=None)), *names]
