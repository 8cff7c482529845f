"""Charts of what people say about us."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboards import charts
from dashboards import format as fmt
from dashboards.i18n import t


def net_sentiment(rows: pd.DataFrame) -> alt.LayerChart:
    """Net sentiment over days with its interval. Columns: `day`, `net`, `net_low`, `net_high`, `toned_count`."""
    shown = rows.assign(
        day_text=[fmt.day(day) for day in rows["day"]],
        net_text=[points(value) for value in rows["net"]],
        range_text=[interval(low, high) for low, high in zip(rows["net_low"], rows["net_high"], strict=True)],
        count_text=[fmt.exact(n) for n in rows["toned_count"]],
    )
    axis = alt.Axis(labelExpr="format(datum.value * 100, '+.0f')", title=None, tickCount=5)
    base = alt.Chart(shown).encode(x=alt.X("day:T", axis=charts.day_axis()))
    band = base.mark_area(opacity=0.18, color=charts.color("accent")).encode(
        y=alt.Y("net_low:Q", axis=axis, scale=alt.Scale(domain=[-1, 1])), y2="net_high:Q"
    )
    line = base.mark_line(color=charts.color("accent"), strokeWidth=2.2, point=True).encode(
        y=alt.Y("net:Q", axis=axis),
        tooltip=[
            alt.Tooltip("day_text:N", title=t("column.business_date")),
            alt.Tooltip("net_text:N", title=t("reputation.net")),
            alt.Tooltip("range_text:N", title=t("reputation.interval")),
            alt.Tooltip("count_text:N", title=t("reputation.toned")),
        ],
    )
    return band + line


def points(value: object) -> str:
    """A net sentiment (-1 to 1) in points as people say it: +38."""
    return fmt.MISSING if fmt.is_missing(value) else f"{float(value) * 100:+.0f}"  # type: ignore[arg-type]


def interval(low: object, high: object) -> str:
    """Two ends of an interval in points."""
    return fmt.MISSING if fmt.is_missing(low) or fmt.is_missing(high) else t("reputation.from_to", low=points(low), high=points(high))
