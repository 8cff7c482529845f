"""What holidays and shopping festivals do to a series: the features of each day, and their effect by regression."""

from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.series.daily_grid import WEEK, Days
from pipelines.analyses.statistics import Array, robust_scale

PEAK_DAYS = 3  # the last days of a shopping festival are its peak, the days before its run-up
KNOT_DAYS = 42
MINIMUM_DAYS = 84  # less history cannot tell a festival from the trend
ROUNDS = 3  # of reweighting against outliers


def calendar_features(calendar: pl.DataFrame) -> pl.DataFrame:
    """One row per day of `calendar` (core.dim_dates) with a 0/1 column per kind of day; ordinary days have no 1.

    Kinds come broad and narrow (any shopping peak; the 双11 festival), so that a festival met for the first time
    borrows from the others.
    """
    name = pl.col("holiday_zh").fill_null("")
    offset = pl.col("festival_offset_days")
    festival = pl.col("shopping_festival")
    is_weekend = pl.col("date").dt.weekday() >= 6
    off = (name != "") & ~pl.col("is_working_day").fill_null(value=True)
    spring = offset.is_between(0, 6)
    national = off & (pl.col("date").dt.month() == 10)
    # a festival's days count down to its last one; days of the next year's are another run
    blocks = calendar.sort("date").with_columns(
        (festival.ne_missing(festival.shift(1)) | (pl.col("date").diff() != pl.duration(days=1)))
        .fill_null(value=True)
        .cum_sum()
        .alias("_run")
    )
    days_left = pl.col("date").len().over("_run") - pl.int_range(pl.len()).over("_run")
    peak = festival.is_not_null() & (days_left <= PEAK_DAYS)
    names = sorted(calendar["shopping_festival"].drop_nulls().unique().to_list()) if calendar.height else []
    features = {
        "day_off_on_weekday": off & ~is_weekend,
        "make_up_workday": is_weekend & pl.col("is_working_day"),
        "before_spring_festival": offset.is_between(-10, -1),
        "spring_festival": spring,
        "after_spring_festival": offset.is_between(7, 15),
        "national_day": national,
        "other_holiday": off & ~spring & ~national,
        "shopping_run_up": festival.is_not_null() & ~peak,
        "shopping_peak": peak,
        **{f"shopping_{one}": festival == one for one in names},
    }
    columns = [flag.fill_null(value=False).cast(pl.Float64).alias(key) for key, flag in features.items()]
    return blocks.select(pl.col("date").cast(pl.Date), *columns)


def feature_matrix(features: pl.DataFrame, days: Days) -> Array:
    """The features of the given days, one row each; days that the calendar does not have are ordinary."""
    wanted = pl.DataFrame({"date": days}).with_columns(pl.col("date").cast(pl.Date))
    return wanted.join(features, on="date", how="left", maintain_order="left").drop("date").fill_null(0.0).to_numpy()


def calendar_effect(values: Array, features: Array, weekdays: Any) -> Array:
    """The calendar's part in `values` (NaN = unknown) for every row of `features`, also beyond the last known value.

    One robust ridge regression on a bending trend, the weekday and the features. The ridge takes a feature's effect to be
    about as large as the noise until more days speak for it, so that a single odd day does not become a law.
    """
    known = np.flatnonzero(~np.isnan(values))
    usable = features.shape[1] > 0 and known.size >= MINIMUM_DAYS and bool(features[known].any())
    if not usable:
        return np.zeros(len(features))
    trend = _trend_basis(len(features))
    week = np.eye(WEEK)[weekdays]
    design = np.hstack([trend, week, features])[known]
    penalty = _penalty(trend.shape[1], features.shape[1])
    target = values[known]
    weights = np.ones(known.size)
    # the few days of an event are its only witnesses: they must be far off before they count less
    tolerance = np.where(features[known].any(axis=1), 5.0, 2.0)
    for _ in range(ROUNDS):
        weighted = design * weights[:, None]
        coefficients = np.linalg.solve(design.T @ weighted + penalty, weighted.T @ target)
        residuals = target - design @ coefficients
        limits = tolerance * robust_scale(residuals)
        weights = np.where(limits > 0, np.minimum(1.0, limits / np.maximum(np.abs(residuals), 1e-12)), 1.0)
    return features @ coefficients[-features.shape[1] :]


def _trend_basis(length: int) -> Array:
    """Hat functions: together they draw any line that bends every KNOT_DAYS."""
    count = max(length // KNOT_DAYS, 1) + 1
    place = np.arange(length) / KNOT_DAYS
    return np.clip(1 - np.abs(place[:, None] - np.arange(count + 1)[None, :]), 0, 1)


def _penalty(trend_width: int, feature_count: int) -> Array:
    """Bends cost a little, features as much as one day of noise; the rest only enough to be solvable."""
    size = trend_width + WEEK + feature_count
    bends = np.zeros((max(trend_width - 2, 0), size))
    for row in range(len(bends)):
        bends[row, row : row + 3] = (1, -2, 1)
    penalty = bends.T @ bends + 1e-6 * np.eye(size)
    penalty[-feature_count:, -feature_count:] += np.eye(feature_count)
    return penalty
