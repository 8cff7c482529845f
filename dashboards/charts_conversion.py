"""Charts of the page on ways to a purchase: rates with their intervals, models of attribution side by side."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboards import format as fmt
from dashboards.charts import color, y_axis
from dashboards.i18n import t


def step_rates(rows: pd.DataFrame) -> Any:
    """Each group's rate at each step as a dot with its interval, a colour per step.

    Columns: ``name, step, conversion_from_previous_rate, conversion_low_rate, conversion_high_rate, people_before_count``.
    """
    known = rows.dropna(subset=["conversion_from_previous_rate"])
    known = known.assign(
        value_text=[fmt.rate(value) for value in known["conversion_from_previous_rate"]],
        range_text=[
            f"{fmt.rate(a)} – {fmt.rate(b)}" for a, b in zip(known["conversion_low_rate"], known["conversion_high_rate"], strict=True)
        ],
        people_text=[fmt.count(value) for value in known["people_before_count"]],
    )
    steps = list(dict.fromkeys(rows["step"]))
    base = alt.Chart(known).encode(
        y=alt.Y("name:N", sort=list(dict.fromkeys(rows["name"])), axis=alt.Axis(title=None, labelLimit=130, domain=False, ticks=False)),
        yOffset=alt.YOffset("step:N", sort=steps),
        color=alt.Color("step:N", sort=steps, scale=alt.Scale(domain=steps), legend=alt.Legend(orient="top", title=None)),
        tooltip=[
            alt.Tooltip("name:N", title=t("column.funnel_group")),
            alt.Tooltip("step:N", title=t("column.step_name")),
            alt.Tooltip("value_text:N", title=t("column.conversion_from_previous_rate")),
            alt.Tooltip("range_text:N", title=t("column.wilson_range")),
            alt.Tooltip("people_text:N", title=t("column.people_before_count")),
        ],
    )
    rules = base.mark_rule(strokeWidth=2, opacity=0.6).encode(
        x=alt.X("conversion_low_rate:Q", axis=y_axis("ratio")), x2="conversion_high_rate:Q"
    )
    return rules + base.mark_point(filled=True, size=70, opacity=1).encode(x="conversion_from_previous_rate:Q")


def credit(rows: pd.DataFrame) -> Any:
    """Share of each channel by model: descriptive models as small grey ticks, the incremental estimate as a dot with its interval.

    Columns: ``name``, ``model``, ``share_rate``, ``share_low_rate``, ``share_high_rate``, ``is_descriptive``.
    """
    known = rows.dropna(subset=["share_rate"])
    known = known.assign(
        model_text=[t(f"model.{model}") for model in known["model"]],
        share_text=[fmt.rate(value) for value in known["share_rate"]],
        kind=[t(f"conversion_paths.{'descriptive' if flag else 'added'}") for flag in known["is_descriptive"]],
    )
    tooltip = [
        alt.Tooltip("name:N", title=t("column.channel")),
        alt.Tooltip("model_text:N", title=t("column.model")),
        alt.Tooltip("share_text:N", title=t("column.share_rate")),
        alt.Tooltip("kind:N", title=t("conversion_paths.kind")),
    ]
    base = alt.Chart(known).encode(
        y=alt.Y("name:N", sort="-x", axis=alt.Axis(title=None, labelLimit=130, domain=False, ticks=False)), tooltip=tooltip
    )
    x = alt.X("share_rate:Q", axis=y_axis("ratio"))
    kinds = alt.Scale(domain=[t("conversion_paths.descriptive"), t("conversion_paths.added")], range=[color("before"), color("accent")])
    legend = alt.Color("kind:N", scale=kinds, legend=alt.Legend(orient="top", title=None, labelLimit=260))
    ticks = base.transform_filter("datum.is_descriptive").mark_tick(thickness=3, size=20).encode(x=x, color=legend)
    added = base.transform_filter("!datum.is_descriptive")
    rules = added.mark_rule(strokeWidth=2).encode(x="share_low_rate:Q", x2="share_high_rate:Q", color=legend)
    return ticks + rules + added.mark_point(filled=True, size=110, opacity=1).encode(x=x, color=legend)
