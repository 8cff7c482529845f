"""Daily figures of a platform's accounts as matrices: one row per account, one column per consecutive day, NaN where unknown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.analyses.comparison.periods import day_number
from pipelines.analyses.statistics import Array

COUNTS = ("view_count", "impression_count", "engagement_count", "posts_published_count", "follower_net_count")
RATES = {"engagement_rate_by_views": ("engagement_count", "view_count")}
METRICS = (*COUNTS, *RATES)
SIGNED = ("follower_net_count",)
SOURCES = ("account_report", "post_difference")


@dataclass(frozen=True)
class Grid:
    """One metric of one platform: numerator and denominator per account and day; a count has the denominator one.

    `sources` says per account and day where a view figure comes from (0 unknown), `provisional` whether it may still change,
    and `breaks` are the days from which on the platform counts something else under this name.
    """

    platform: str
    metric: str
    accounts: list[str]
    first_day: int
    numerator: Array
    denominator: Array
    sources: Array
    provisional: Array
    breaks: tuple[int, ...] = ()

    @property
    def is_rate(self) -> bool:
        return self.metric in RATES

    @property
    def is_signed(self) -> bool:
        return self.metric in SIGNED

    @property
    def last_day(self) -> int:
        """The last day that is complete: known, and final, for at least one account; -1 if there is none."""
        final = np.isfinite(self.numerator) & ~self.provisional
        places = np.flatnonzero(final.any(axis=0))
        return self.first_day + int(places[-1]) if places.size else -1

    def of_account(self, place: int) -> Grid:
        """The same with one account only."""
        part = slice(place, place + 1)
        return Grid(
            self.platform,
            self.metric,
            self.accounts[part],
            self.first_day,
            self.numerator[part],
            self.denominator[part],
            self.sources[part],
            self.provisional[part],
            self.breaks,
        )

    def at(self, matrix: Array, days: Array) -> Array:
        """The matrix' columns of these days (NaN, 0 or False beyond its ends): accounts first, then the shape of `days`."""
        places = days - self.first_day
        inside = (places >= 0) & (places < matrix.shape[1])
        found = matrix[:, np.where(inside, places, 0)]
        outside = np.nan if matrix.dtype.kind == "f" else 0
        return np.asarray(np.where(inside, found, outside))


def grids(account_days: pl.DataFrame, changes: pl.DataFrame) -> list[Grid]:
    """One grid per platform and metric that is known on any day, by platform and in the order of `METRICS`."""
    found = []
    rows = account_days.sort("platform", "account_key", "business_date")
    for (platform,), of_platform in rows.group_by("platform", maintain_order=True):
        found += _of_platform(str(platform), of_platform, changes.filter(platform=platform))
    return found


def _of_platform(platform: str, rows: pl.DataFrame, changes: pl.DataFrame) -> list[Grid]:
    days = day_number(rows["business_date"])
    accounts = sorted(rows["account_key"].unique().to_list())
    places = (np.searchsorted(accounts, rows["account_key"].to_numpy()), days - days.min())
    shape = (len(accounts), int(days.max() - days.min()) + 1)

    def matrix(values: Array, empty: float) -> Array:
        filled = np.full(shape, empty, dtype=values.dtype)
        filled[places] = values
        return filled

    figures = {name: matrix(rows[name].cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(float), np.nan) for name in COUNTS}
    figures["posts_published_count"] = _zero_between(figures["posts_published_count"], matrix(np.ones(rows.height), np.nan))
    sources = matrix(rows["view_source"].replace_strict(SOURCES, [1, 2], default=0, return_dtype=pl.Int64).to_numpy(), 0)
    provisional = matrix(rows["is_provisional"].fill_null(value=False).to_numpy().astype(bool), 0)
    found = []
    for metric in METRICS:
        top, bottom = RATES.get(metric, (metric, ""))
        below = figures[bottom] if bottom else np.ones(shape)
        both = np.isfinite(figures[top]) & np.isfinite(below)
        if both.any():
            above, below = (np.where(both, side, np.nan) for side in (figures[top], below))
            breaks = day_number(changes.filter(pl.col("metric").is_in([top, bottom]))["changed_on"].unique().sort())
            found.append(Grid(platform, metric, accounts, int(days.min()), above, below, sources, provisional, tuple(breaks.tolist())))
    return found


def _zero_between(values: Array, rows: Array) -> Array:
    """Between the first and the last day anything is known of an account, a day without a post has none."""
    seen = np.isfinite(rows)
    begun = np.maximum.accumulate(seen, axis=1)
    goes_on = np.maximum.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
    return np.where(np.isnan(values) & begun & goes_on, 0.0, values)
