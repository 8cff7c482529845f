"""The charts of effects: intervals around no effect, and the naive heatmap that they are held against."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboards import charts
from dashboards import format as fmt
from dashboards.i18n import t


def intervals(rows: pd.DataFrame, label: str, sort: bool = False) -> alt.LayerChart:
    """One line per row from ``low`` to ``high`` with its ``middle``, against a rule at no effect.

    Columns: ``name``, ``low``, ``middle``, ``high`` (relative changes), ``is_sure``.
    """
    rows = rows.assign(
        text=[
            f"{fmt.percent_change(m)} ({fmt.percent_change(a)} – {fmt.percent_change(b)})"
            for a, m, b in zip(rows["low"], rows["middle"], rows["high"], strict=True)
        ]
    )
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort="-x" if sort else None, axis=alt.Axis(title=None, labelLimit=320, domain=False, ticks=False)),
        tooltip=[alt.Tooltip("name:N", title=label), alt.Tooltip("text:N", title=t("what_works.effect"))],
        color=alt.Color(
            "is_sure:N", legend=None, scale=alt.Scale(domain=[True, False], range=[charts.color("accent"), charts.color("muted")])
        ),
    )
    axis = charts.y_axis("ratio", grid=True)
    spans = base.mark_rule(strokeWidth=2.4).encode(x=alt.X("low:Q", axis=axis), x2="high:Q")
    points = base.mark_point(filled=True, size=75, opacity=1).encode(x="middle:Q")
    zero = alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(strokeDash=[4, 3], color=charts.color("ink")).encode(x="x:Q")
    return zero + spans + points


def naive_heatmap(rows: pd.DataFrame) -> alt.Chart:
    """Plain means per weekday and hour. Columns: ``weekday``, ``iso_weekday``, ``local_hour``, ``mean_number``, ``post_count``."""
    rows = rows.assign(mean_text=[fmt.count(value) for value in rows["mean_number"]])
    return (
        alt.Chart(rows)
        .mark_rect(cornerRadius=2)
        .encode(
            x=alt.X("local_hour:O", axis=alt.Axis(title=None, labelAngle=0, domain=False, ticks=False)),
            y=alt.Y("weekday:N", sort=alt.SortField("iso_weekday"), axis=alt.Axis(title=None, domain=False, ticks=False)),
            color=alt.Color("mean_number:Q", legend=None, scale=alt.Scale(range=[charts.color("middle"), charts.color("muted")])),
            tooltip=[
                alt.Tooltip("weekday:N", title=t("when_to_post.weekday")),
                alt.Tooltip("local_hour:O", title=t("when_to_post.hour")),
                alt.Tooltip("mean_text:N", title=t("when_to_post.mean")),
                alt.Tooltip("post_count:Q", title=t("column.post_count")),
            ],
        )
    )
