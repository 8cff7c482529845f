"""The charts of the comparison page: what a change is made of, and how fast posts mature."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboards import charts
from dashboards import format as fmt
from dashboards.i18n import t


def waterfall(rows: pd.DataFrame, label: str, unit: str = "count") -> alt.LayerChart:
    """From the figure before over its parts to the figure now, one bar per row from ``start`` to ``end``.

    Columns: ``name``, ``start``, ``end``, ``value`` (what the bar stands for), ``kind`` ('total', 'up' or 'down').
    """
    rows = charts.with_text(rows, "value", unit)
    signs = [("+" if kind == "up" else "") + text for kind, text in zip(rows["kind"], rows["value_text"], strict=True)]
    rows = rows.assign(value_text=signs, top=rows[["start", "end"]].max(axis=1))
    base = alt.Chart(rows).encode(
        x=alt.X("name:N", sort=None, axis=alt.Axis(title=None, labelAngle=0, labelLimit=140, domain=False, ticks=False)),
        tooltip=[alt.Tooltip("name:N", title=t("comparison.part")), alt.Tooltip("value_text:N", title=label)],
    )
    shades = alt.Scale(domain=["total", "up", "down"], range=[charts.color("muted"), charts.color("accent"), charts.color("alert")])
    shapes = base.mark_bar(cornerRadius=2, size=46).encode(
        y=alt.Y("start:Q", axis=charts.y_axis(unit)), y2="end:Q", color=alt.Color("kind:N", scale=shades, legend=None)
    )
    return shapes + base.mark_text(dy=-8, fontSize=12, color=charts.color("ink")).encode(y="top:Q", text="value_text:N")


def curves(rows: pd.DataFrame) -> Any:
    """The share of its 28-day figure a post has at each age, one line per kind of post, with the line from which it counts as mature.

    Columns: ``name``, ``age_days``, ``share_rate``, ``lower_rate``, ``upper_rate``, ``n_count``.
    """
    rows = rows.assign(
        share_text=[fmt.rate(share) for share in rows["share_rate"]],
        band=[f"{fmt.rate(low)} – {fmt.rate(high)}" for low, high in zip(rows["lower_rate"], rows["upper_rate"], strict=True)],
    )
    ages = sorted(rows["age_days"].unique().tolist())
    legend = alt.Legend(orient="top", title=None, symbolType="stroke", symbolStrokeWidth=3, columns=4, labelLimit=180)
    base = alt.Chart(rows).encode(
        x=alt.X(
            "age_days:Q",
            scale=alt.Scale(type="log", nice=False, padding=12),
            axis=alt.Axis(title=t("comparison.age_axis"), values=ages, grid=False),
        ),
        color=alt.Color("name:N", sort=None, legend=legend),
        tooltip=[
            alt.Tooltip("name:N", title=t("column.content_type")),
            alt.Tooltip("age_days:Q", title=t("comparison.age_axis")),
            alt.Tooltip("share_text:N", title=t("comparison.share")),
            alt.Tooltip("band:N", title=t("comparison.share_band")),
            alt.Tooltip("n_count:Q", title=t("comparison.n_posts")),
        ],
    )
    y = alt.Y("share_rate:Q", axis=charts.y_axis("ratio"), scale=alt.Scale(domain=[0, 1]))
    mature = alt.Chart(pd.DataFrame({"share": [0.9]})).mark_rule(strokeDash=[4, 4], color=charts.color("muted")).encode(y="share:Q")
    return mature + base.mark_line(strokeWidth=2).encode(y=y) + base.mark_point(filled=True, size=45).encode(y=y)
