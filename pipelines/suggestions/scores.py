"""What suggestions are ranked by: their gain as a share of what the KPI makes in a month, times how sure it is."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from pipelines.suggestions.confidence import WEIGHTS

MONTH_DAYS = 30


def monthly_totals(effects: pl.DataFrame, posts: pl.DataFrame) -> dict[str, float]:
    """What each KPI makes in a month as things are.

    Of posts the mean of the last quarter times the posts of a month; else the most that any effect's baseline covers (outcome per unit
    times the units of a month), so that suggestions of the same KPI are always divided by the same number.
    """
    covered = effects.with_columns(total=pl.col("baseline_number") * pl.col("eligible_monthly_count")).filter(pl.col("total") > 0)
    found = covered.group_by("outcome").agg(pl.col("total").max())
    totals = dict(zip(found["outcome"].to_list(), found["total"].to_list(), strict=True))
    return totals | _of_posts(posts, [name for name in effects["outcome"].drop_nulls().unique().sort() if name in posts.columns])


def _of_posts(posts: pl.DataFrame, outcomes: list[str]) -> dict[str, float]:
    span = posts.select(days=(pl.col("published_date").max() - pl.col("published_date").min()).dt.total_days() + 1)["days"][0]
    if span is None:
        return {}
    a_month = posts.height / span * MONTH_DAYS
    means = {name: posts[name].cast(pl.Float64).mean() for name in outcomes}
    return {name: float(mean) * a_month for name, mean in means.items() if mean}  # type: ignore[arg-type]


def score(row: dict[str, Any], totals: dict[str, float]) -> float | None:
    """The expected gain as a share of its KPI's monthly total, times the weight of the confidence; None for what is no suggestion."""
    gain, weight, total = row.get("expected_gain"), WEIGHTS.get(str(row.get("confidence"))), totals.get(str(row.get("outcome")))
    if gain is None or weight is None or not total or not math.isfinite(gain):
        return None
    return float(f"{gain / total * weight:.9g}")
