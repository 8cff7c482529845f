"""Where each person stands: new, active, at risk, dormant or returning, judged by the person's own rhythm."""

import polars as pl

NEW_DAYS = 28  # nobody's rhythm is known in the first four weeks
WINDOW_DAYS = 90  # the window that active_day_count covers
SHORTEST_LIMIT_DAYS = 7.0  # a weekend off is no sign of anything, even for daily visitors
DORMANT_FACTOR = 3.0
DEFAULT_GAP_DAYS = 14.0


def lifecycle_cutpoints(people: pl.DataFrame) -> dict[str, float]:
    """The typical long gap of the population, for people with too few visits to have a rhythm of their own."""
    gap = people.select(pl.col("gap_p90_days").cast(pl.Float64).median()).item() if people.height else None
    return {"default_gap_days": DEFAULT_GAP_DAYS if gap is None else float(gap)}


def lifecycle_state(default_gap_days: float, *, has_last_gap: bool = False) -> pl.Expr:
    """One of new, active, at_risk, dormant, returning from recency, tenure and the person's own gaps between visits.

    Silence beyond the person's 90th percentile gap is a risk, beyond three times that (or the whole window) dormancy.
    With `has_last_gap` the column last_gap_days holds the silence before the latest visit; without it, returning is
    claimed only where the few active days in the window prove such a silence (n visits leave n gaps to fill).
    """
    limit = pl.max_horizontal(pl.col("gap_p90_days").cast(pl.Float64).fill_null(default_gap_days), pl.lit(SHORTEST_LIMIT_DAYS)).clip(
        upper_bound=WINDOW_DAYS / DORMANT_FACTOR
    )
    dormant_after = limit * DORMANT_FACTOR
    recency = pl.col("recency_days").cast(pl.Float64)
    if has_last_gap:
        silence = pl.col("last_gap_days").cast(pl.Float64)
    else:
        silence = (WINDOW_DAYS - recency) / pl.col("active_day_count").cast(pl.Float64).clip(lower_bound=1)
    came_back = (pl.col("tenure_days") > WINDOW_DAYS) & (silence > dormant_after).fill_null(value=False)
    return (
        pl.when(recency > dormant_after)
        .then(pl.lit("dormant"))
        .when(pl.col("tenure_days") <= NEW_DAYS)
        .then(pl.lit("new"))
        .when(recency > limit)
        .then(pl.lit("at_risk"))
        .when(came_back)
        .then(pl.lit("returning"))
        .otherwise(pl.lit("active"))
        .alias("lifecycle_state")
    )
