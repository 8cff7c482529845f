"""The chart of the outlook page: where each goal is heading against its target."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboards import format as fmt
from dashboards.charts import color
from dashboards.i18n import t


def attainment(rows: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """One line per goal (label, attainment_rate, attainment_lower, attainment_upper): the point in its interval, the target at 100 %."""
    texts = {c: [fmt.rate(v) for v in rows[c]] for c in ("attainment_rate", "attainment_lower", "attainment_upper")}
    data = rows.assign(**{f"{c}_text": v for c, v in texts.items()})
    most = max(float(rows["attainment_upper"].max()), 1.2)
    axis = alt.Axis(format=".0%", title=t("outlook.share"), tickCount=6)
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=260)),
        tooltip=[
            alt.Tooltip("label:N", title=t("column.goal")),
            *(alt.Tooltip(f"{c}_text:N", title=t(f"column.{c}")) for c in texts),
        ],
    )
    scale = alt.Scale(domain=[0, min(most, 3.0)], clamp=True)
    interval = base.mark_rule(strokeWidth=6, opacity=0.35, color=color("accent")).encode(
        x=alt.X("attainment_lower:Q", axis=axis, scale=scale), x2="attainment_upper:Q"
    )
    point = base.mark_point(filled=True, size=110, opacity=1, color=color("accent")).encode(x=alt.X("attainment_rate:Q", scale=scale))
    target = alt.Chart(pd.DataFrame({"x": [1.0]})).mark_rule(strokeDash=[4, 4], color=color("muted")).encode(x="x:Q")
    return alt.layer(interval, point, target)
