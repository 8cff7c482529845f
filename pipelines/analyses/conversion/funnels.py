"""Where people go on and where they leave, by segment, platform, content and channel, over everybody whose window has ended."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.conversion.funnel_losses import loss_tables
from pipelines.analyses.conversion.rates import beta_prior, wilson
from pipelines.analyses.conversion.tables import FUNNEL_PATHS
from pipelines.analyses.statistics import one_thread

PERIOD_DAYS = 90
DIMENSIONS = {"segment": "segment_key", "platform": "platform", "content_type": "content_type", "channel": "channel"}


def funnel_tables(entries: pl.DataFrame, steps: pl.DataFrame, segments: pl.DataFrame) -> Tables:
    """Steps of each funnel by each dimension, and what the gaps between groups cost, as effects of rung D.

    A person counts once, with the first entry of the last 90 days of complete windows: people are independent, entries are not.
    """
    import scipy.optimize  # noqa: F401 - its threads are limited only once it is loaded

    people = first_entries(entries, segments)
    with one_thread():
        paths = count_steps(people, steps)
        effects, checks = loss_tables(paths, people)
    return {"funnel_paths": paths, "funnel_effects": effects, "funnel_effect_checks": checks}


def first_entries(entries: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """One row per funnel and person: the first entry of the period, with the dimensions' values ('' where unknown)."""
    last = pl.col("cohort_date").max().over("funnel")
    first = entries.filter(pl.col("is_window_complete")).filter(pl.col("cohort_date") > last - pl.duration(days=PERIOD_DAYS))
    people = first.sort("funnel", "person_key", "cohort_date").unique(["funnel", "person_key"], keep="first", maintain_order=True)
    people = people.join(segments.select("person_key", "segment_key"), on="person_key", how="left", maintain_order="left")
    start, end = first.group_by("funnel").agg(s=pl.col("cohort_date").min(), e=pl.col("cohort_date").max()), ["funnel"]
    return people.join(start, on=end, how="left", maintain_order="left").with_columns(
        *[pl.col(column).fill_null("").alias(dimension) for dimension, column in DIMENSIONS.items()],
        pl.lit("").alias("all"),
        pl.col("s").alias("period_starts_on"),
        pl.col("e").alias("period_ends_on"),
    )


def count_steps(people: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """One row per funnel, dimension, value and step: people, shares with intervals, median time. A step nobody reached has 0 people."""
    parts = [_counted(people, steps, dimension) for dimension in ("all", *DIMENSIONS)]
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=FUNNEL_PATHS)
    if rows.is_empty():
        return pl.DataFrame(schema=FUNNEL_PATHS)
    low, high = wilson(rows["people_count"].to_numpy(), rows["people_before_count"].fill_null(0).to_numpy())
    known = (pl.col("step_number") > 1) & (pl.col("people_before_count") > 0)
    rate = pl.col("people_count") / pl.col("people_before_count")
    rows = rows.with_columns(
        pl.when(known).then(rate).alias("conversion_from_previous_rate"),
        pl.when(known).then(pl.Series(low)).alias("conversion_low_rate"),
        pl.when(known).then(pl.Series(high)).alias("conversion_high_rate"),
        (pl.col("people_count") / pl.col("entry_people_count")).alias("conversion_from_first_rate"),
        pl.lit(True).alias("is_window_complete"),
    )
    groups = ["funnel", "dimension", "step_number"]
    rows = rows.group_by(groups, maintain_order=True).map_groups(_shrunk)
    return rows.select([pl.col(c).cast(t) for c, t in FUNNEL_PATHS.items()]).sort("funnel", "dimension", "dimension_value", "step_number")


def _counted(people: pl.DataFrame, steps: pl.DataFrame, dimension: str) -> pl.DataFrame:
    keys = ["funnel", "dimension", "dimension_value"]
    named = people.with_columns(pl.lit(dimension).alias("dimension"), pl.col(dimension).alias("dimension_value"))
    facts = named.group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("entry_people_count"),
        pl.col("reached_step_number"),
        pl.col("step_names", "window_days", "period_starts_on", "period_ends_on").first(),
    )
    plan = facts.with_columns(pl.col("step_names").str.split(" > ").alias("step_name"))
    plan = plan.with_columns(pl.int_ranges(1, pl.col("step_name").list.len() + 1).alias("step_number"))
    plan = plan.drop("reached_step_number", "step_names").explode("step_name", "step_number")
    deepest = named.group_by([*keys, "reached_step_number"]).agg(pl.len().cast(pl.Int64).alias("here"))
    reached = (
        plan.select(*keys, "step_number")
        .join(deepest, on=keys)
        .filter(pl.col("reached_step_number") >= pl.col("step_number"))
        .group_by([*keys, "step_number"])
        .agg(pl.col("here").sum().alias("people_count"))
    )
    times = (
        steps.join(named.select(*keys, "person_key", "cohort_date"), on=["funnel", "person_key", "cohort_date"])
        .group_by([*keys, "step_number"])
        .agg(pl.col("seconds_from_previous").median().alias("median_seconds_from_previous"))
    )
    return (
        plan.join(reached, on=[*keys, "step_number"], how="left")
        .join(times, on=[*keys, "step_number"], how="left")
        .with_columns(pl.col("people_count").fill_null(0))
        .sort(*keys, "step_number")
        .with_columns(pl.col("people_count").shift(1).over(keys).alias("people_before_count"))
    )


def _shrunk(group: pl.DataFrame) -> pl.DataFrame:
    """The group's rates drawn towards what the values of the dimension have in common."""
    k, n = group["people_count"].to_numpy().astype(float), group["people_before_count"].fill_null(0).to_numpy().astype(float)
    a, b = beta_prior(k, n) if group["step_number"][0] > 1 and group.height > 1 else (0.0, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where((n > 0) & (group["step_number"].to_numpy() > 1), (k + a) / np.maximum(n + a + b, 1e-9), np.nan)
    return group.with_columns(pl.Series("shrunk_rate", rate, dtype=pl.Float64).fill_nan(None))
