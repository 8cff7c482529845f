"""Which platform does well by its own standards: figures of different platforms are never put on one axis."""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.comparison.grids import Grid
from pipelines.analyses.comparison.periods import EPOCH, PERIODS
from pipelines.analyses.comparison.tables import PLATFORM_STANDING
from pipelines.analyses.statistics import Array

HISTORY_DAYS = 365
MIN_WINDOWS = 4  # periods of the past that don't overlap
UNUSUAL = 0.1
FRESH_DAYS = 7


def standing(known: list[Grid]) -> pl.DataFrame:
    """Per platform, metric and period: the place of the latest period among all of the platform's own past, and who is furthest up."""
    rows = [_row(grid, length) for grid in known if grid.last_day >= 0 for length in PERIODS]
    if not rows:
        return pl.DataFrame(schema=PLATFORM_STANDING)
    frame = pl.DataFrame(rows, schema={k: v for k, v in PLATFORM_STANDING.items() if k != "is_leader"}, orient="row")
    group = ("metric", "period_days")
    is_fresh = pl.col("ends_on") >= pl.col("ends_on").max() - pl.duration(days=FRESH_DAYS)  # last month's best leads nothing now
    place = pl.when(is_fresh).then(pl.col("percentile"))
    first = (place.rank("min", descending=True).over(group) == 1).fill_null(value=False)
    frame = frame.with_columns(is_leader=first & (first.sum().over(group) == 1) & (place.count().over(group) > 1))
    return frame.select(list(PLATFORM_STANDING)).sort("platform", "metric", "period_days")


def _row(grid: Grid, length: int) -> dict[str, Any]:
    values = windows(grid, length)
    current, past = values[-1], values[: max(values.size - length, 0)]
    past = past[np.isfinite(past)]
    count = past.size // length + (past.size > 0)
    enough = count >= MIN_WINDOWS and np.isfinite(current)
    percentile = float(((past < current).sum() + (past == current).sum() / 2) / past.size) if enough else None
    spread = float(np.log(past).std()) if enough and past.min() > 0 and current > 0 else 0.0
    return {
        "platform": grid.platform,
        "metric": grid.metric,
        "period_days": length,
        "ends_on": EPOCH + dt.timedelta(days=grid.last_day),
        "value": float(current) if np.isfinite(current) else None,
        "percentile": percentile,
        "log_z": float((np.log(current) - np.log(past).mean()) / spread) if spread > 0 else None,
        "window_count": int(count),
        "verdict": _verdict(percentile),
    }


def windows(grid: Grid, length: int) -> Array:
    """The platform's average per day (or rate) in each period of `length` days up to the last complete one; NaN if half unknown.

    Only accounts known on half of the latest period's days count, in the past too: a new account is no growth.
    """
    first = max(grid.first_day, grid.last_day - HISTORY_DAYS - length + 1)
    days = np.arange(min(first, grid.last_day - length + 1), grid.last_day + 1)
    top, bottom = (grid.at(matrix, days) for matrix in (grid.numerator, grid.denominator))
    counted = np.isfinite(top[:, -length:]).sum(axis=1) * 2 >= length
    top, bottom = (np.lib.stride_tricks.sliding_window_view(side[counted], length, axis=1) for side in (top, bottom))
    known = np.isfinite(top).sum(axis=2) * 2 >= length
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # a window without a known day is NaN, as wanted
        if grid.is_rate:
            values = np.nansum(top, axis=2).sum(axis=0) / np.nansum(bottom, axis=2).sum(axis=0)
        else:
            values = np.nanmean(top, axis=2).sum(axis=0)
    return np.where(known.all(axis=0) & counted.any(), values, np.nan)


def _verdict(percentile: float | None) -> str:
    if percentile is None:
        return "not_enough_evidence"
    return "above_usual" if percentile >= 1 - UNUSUAL else "below_usual" if percentile <= UNUSUAL else "usual"
