"""The charts of the people page."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboards import format as fmt
from dashboards.charts import color, y_axis
from dashboards.i18n import t


def calibration(rows: pd.DataFrame, unit: str) -> Any:
    """What was foretold (hollow) beside what came (with its interval), per group.

    Columns: ``name``, ``predicted``, ``actual``, ``low``, ``high``, ``people``.
    """
    rows = rows.assign(
        predicted_text=[_written(value, unit) for value in rows["predicted"]],
        actual_text=[f"{_written(row.actual, unit)} ({_written(row.low, unit)}–{_written(row.high, unit)})" for row in rows.itertuples()],
    )
    base = alt.Chart(rows).encode(
        x=alt.X("name:N", sort=list(rows["name"]), axis=alt.Axis(title=None, labelAngle=0, labelLimit=120)),
        tooltip=[
            alt.Tooltip("name:N", title=t("people.group")),
            alt.Tooltip("people:Q", title=t("column.people_count")),
            alt.Tooltip("predicted_text:N", title=t("people.foretold")),
            alt.Tooltip("actual_text:N", title=t("people.came")),
        ],
    )
    y = alt.Y("actual:Q", axis=y_axis("ratio" if unit == "ratio" else "count"))
    names = [t("people.came"), t("people.foretold")]
    shades = alt.Scale(domain=names, range=[color("accent"), color("forecast")])

    shade = alt.Color("series:N", scale=shades, legend=alt.Legend(orient="top", title=None))
    came, foretold = (base.encode(color=shade).transform_calculate(series=f"'{name}'") for name in names)
    return (
        came.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q")
        + came.mark_point(filled=True, size=70).encode(y=y)
        + foretold.mark_point(filled=False, size=110, strokeWidth=2).encode(y=alt.Y("predicted:Q"))
    )


def _written(value: Any, unit: str) -> str:
    return fmt.rate(value) if unit == "ratio" else fmt.decimal(value)
