"""Daily series as regular arrays: one place per calendar day, NaN where nothing is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.statistics import Array

WEEK = 7
Days = np.ndarray[Any, np.dtype[np.datetime64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class DailySeries:
    """One series on consecutive days.

    `values` holds what was reported, `final` the same without provisional days. `kind` is "count" (never negative, worked
    on a log scale), "signed" (raw scale) or "level" (a running total: its day-to-day changes are worked on).
    """

    key: str
    kind: str
    days: Days
    values: Array
    final: Array
    provisional: Flags

    @property
    def weekdays(self) -> Any:
        """0 = Monday … 6 = Sunday; 1970-01-01 was a Thursday."""
        return (self.days.astype("datetime64[D]").astype(int) + 3) % WEEK

    @property
    def last_final(self) -> int:
        """Position of the last day that has a final value, -1 if there is none."""
        known = np.flatnonzero(~np.isnan(self.final))
        return int(known[-1]) if known.size else -1

    def to_scale(self, values: Array) -> Array:
        """Values as the models see them (log1p for counts)."""
        return np.log1p(values) if self.kind == "count" else values

    def from_scale(self, values: Array) -> Array:
        """The inverse of to_scale, never below zero for counts."""
        return np.maximum(np.expm1(np.minimum(values, 700.0)), 0.0) if self.kind == "count" else values

    def changes(self) -> Array:
        """Change per day of the final values, on the days that have one; after a gap, the gap's average on its last day."""
        known = np.flatnonzero(~np.isnan(self.final))
        changes = np.full(self.final.size, np.nan)
        changes[known[1:]] = np.diff(self.final[known]) / np.diff(known)
        return changes


def daily_series(frame: pl.DataFrame) -> Iterator[DailySeries]:
    """Each series of the long frame (series_key, metric, business_date, value, is_provisional), in key order."""
    known = frame.filter(pl.col("value").is_not_null() & pl.col("value").is_finite()).sort("series_key", "business_date")
    if known.select(pl.struct("series_key", "business_date").is_duplicated().any()).item():
        raise ValueError("a series may have one row per business_date")
    for (key,), rows in known.group_by("series_key", maintain_order=True):
        days = rows["business_date"].cast(pl.Date).to_numpy().astype("datetime64[D]")
        grid = np.arange(days[0], days[-1] + np.timedelta64(1, "D"))
        place = (days - days[0]).astype(int)
        values, provisional = np.full(grid.size, np.nan), np.zeros(grid.size, dtype=bool)
        values[place] = rows["value"].cast(pl.Float64).to_numpy()
        provisional[place] = rows["is_provisional"].fill_null(value=False).to_numpy()
        final = np.where(provisional, np.nan, values)
        yield DailySeries(str(key), _kind(str(rows["metric"][0]), values), grid, values, final, provisional)


def _kind(metric: str, values: Array) -> str:
    """A running total is known by its name, a signed series by its name or by any negative value."""
    if metric.endswith("_total_count"):
        return "level"
    return "signed" if metric.endswith("_net_count") or np.nanmin(values) < 0 else "count"


def last_known(values: Array) -> Any:
    """Per position, the position of the latest non-NaN value at or before it; -1 before the first."""
    places = np.where(np.isnan(values), -1, np.arange(values.size))
    return np.maximum.accumulate(places)
