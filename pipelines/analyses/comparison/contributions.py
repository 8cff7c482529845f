"""Why a figure changed: more or fewer posts, another mix of them, or more or less per post."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.comparison.equal_age import at_equal_age, last_published, window
from pipelines.analyses.comparison.periods import PERIODS
from pipelines.analyses.comparison.tables import CONTRIBUTIONS
from pipelines.analyses.statistics import Array

MIN_POSTS = 5
FRESH_DAYS = 14  # a platform whose posts end earlier than the others' by more takes no part in the total
# What is divided among the parts. A total is posts x share x average per post, an average is share x average, a rate weighs by views.
TOTALS = {"engagement_count": "engagement_count", "view_count": "view_count"}
AVERAGES = {"engagement_per_post": "engagement_count"}
RATES = {"engagement_rate_by_views": ("engagement_count", "view_count")}
ACROSS_PLATFORMS = ("engagement_count", "engagement_per_post")  # plays and reads are not added up


@dataclass(frozen=True)
class Sides:
    """Per stratum, before and now: the size (posts or views) and the average or rate, NaN where the stratum has nothing."""

    size_before: Array
    size_now: Array
    rate_before: Array
    rate_now: Array

    def filled(self) -> Sides:
        """A stratum that is on one side only has the same rate on the other: it came or went, and its rate did not change."""
        before = np.where(np.isfinite(self.rate_before), self.rate_before, self.rate_now)
        now = np.where(np.isfinite(self.rate_now), self.rate_now, self.rate_before)
        return Sides(self.size_before, self.size_now, before, now)


def split_total(sides: Sides) -> dict[str, Array]:
    """Each stratum's volume, mix and rate part of the change of sum(size x rate); all parts together are that change.

    Each part is the average over the orders in which the three could have changed (Shapley value): none is favoured.
    """
    known = sides.filled()
    volume = (known.size_before.sum(), known.size_now.sum())
    share = (known.size_before / volume[0], known.size_now / volume[1])
    rate = (known.rate_before, known.rate_now)
    return {"volume": _part(volume, share, rate), "mix": _part(share, volume, rate), "rate": _part(rate, volume, share)}


def split_average(sides: Sides) -> dict[str, Array]:
    """Each stratum's mix and rate part of the change of the average; a share that grows counts by how far the stratum is above average."""
    known = sides.filled()
    share = (known.size_before / known.size_before.sum(), known.size_now / known.size_now.sum())
    usual = (known.rate_before + known.rate_now) / 2
    average = ((share[0] + share[1]) / 2 * usual).sum()
    return {
        "mix": (share[1] - share[0]) * (usual - average),
        "rate": (share[0] + share[1]) / 2 * (known.rate_now - known.rate_before),
    }


def _part(changed: tuple[Any, Any], one: tuple[Any, Any], other: tuple[Any, Any]) -> Array:
    same, crossed = one[0] * other[0] + one[1] * other[1], one[0] * other[1] + one[1] * other[0]
    return np.asarray((changed[1] - changed[0]) * (same / 3 + crossed / 6))


def is_simpson_reversal(sides: Sides) -> bool:
    """Whether the average moves one way while most strata, and all of them together at an equal mix, move the other way."""
    parts = split_average(sides)
    total = sum(float(part.sum()) for part in parts.values())
    moves = np.sign(sides.rate_now - sides.rate_before)
    moves = moves[np.isfinite(moves)]
    if moves.size < 2 or abs(total) < 1e-12:
        return False
    against = (moves == -np.sign(total)).sum()
    return bool(against * 2 > moves.size and float(parts["rate"].sum()) * total < 0)


# --- rows -------------------------------------------------------------------------------------------------------------------------------


def contribution_tables(posts: pl.DataFrame, ages: pl.DataFrame) -> Tables:
    """The change against the period before, divided among content types of a platform and among platforms, posts taken at seven days."""
    rows = at_equal_age(posts, ages)
    found: list[pl.DataFrame] = [pl.DataFrame(schema=CONTRIBUTIONS)]
    lasts = {str(name): last_published(part) for (name,), part in rows.group_by("platform", maintain_order=True)}
    days = {name: day for name, day in lasts.items() if day is not None}
    for platform, last in days.items():
        part = rows.filter(platform=platform)
        for length in PERIODS:
            for kpi in (*TOTALS, *AVERAGES, *RATES):
                found.append(_rows(part, "content_type", kpi, (last, length), ("platform", platform)))
    fresh = [name for name, day in days.items() if (max(days.values()) - day).days <= FRESH_DAYS]
    if len(fresh) > 1:
        together, last = rows.filter(pl.col("platform").is_in(fresh)), min(days[name] for name in fresh)
        for length in PERIODS:
            found += [_rows(together, "platform", kpi, (last, length), ("all", "all")) for kpi in ACROSS_PLATFORMS]
    return {"contributions": pl.concat(found).sort("scope", "platform", "kpi", "period_days", "stratum", "part")}


def _rows(rows: pl.DataFrame, by: str, kpi: str, period: tuple[dt.date, int], scope: tuple[str, str]) -> pl.DataFrame:
    last, length = period
    now, before = (window(rows, last, length, back) for back in (0, 1))
    strata, sides, counts = _sides(now, before, by, kpi)
    published = now.height + before.height
    if len(strata) == 0 or counts.sum(axis=1).min() < MIN_POSTS:
        return pl.DataFrame(schema=CONTRIBUTIONS)
    parts = split_total(sides) if kpi in TOTALS else split_average(sides)
    scale = [np.ones(2)] * 2 if kpi in TOTALS else [side.sum() for side in (sides.size_before, sides.size_now)]
    value_before, value_now = (
        np.where(size > 0, size * np.nan_to_num(rate), 0.0) / whole
        for size, rate, whole in zip(
            (sides.size_before, sides.size_now), (sides.rate_before, sides.rate_now), (float(np.max(s)) for s in scale), strict=True
        )
    )
    base = pl.DataFrame(
        {
            "stratum": strata,
            "stratum_value": value_now,
            "stratum_baseline": value_before,
            "stratum_rate": sides.rate_now,
            "stratum_baseline_rate": sides.rate_before,
            "post_count": counts[0],
            "baseline_post_count": counts[1],
        }
    ).with_columns(pl.col("stratum_rate", "stratum_baseline_rate").fill_nan(None))
    named = base.with_columns(
        scope=pl.lit(scope[0]),
        platform=pl.lit(scope[1]),
        kpi=pl.lit(kpi),
        period_days=pl.lit(length),
        starts_on=pl.lit(last - dt.timedelta(days=length - 1)),
        ends_on=pl.lit(last),
        total_value=pl.lit(float(value_now.sum())),
        total_baseline=pl.lit(float(value_before.sum())),
        coverage_rate=pl.lit(float(counts.sum() / published)),
        is_simpson_reversal=pl.lit(kpi not in TOTALS and is_simpson_reversal(sides)),
    )
    each = [named.with_columns(part=pl.lit(name), contribution=pl.Series(part)) for name, part in parts.items()]
    return pl.concat(each).select(pl.col(column).cast(kind) for column, kind in CONTRIBUTIONS.items())


def _sides(now: pl.DataFrame, before: pl.DataFrame, by: str, kpi: str) -> tuple[list[str], Sides, Array]:
    """Strata with their sides, and the posts that have a figure, now and before. A stratum whose posts have none is left out."""
    strata = sorted(set(now[by].to_list()) | set(before[by].to_list()))
    sides = [_side(frame, by, kpi, strata) for frame in (before, now)]
    measured = [np.where(size > 0, np.isfinite(rate), True) for size, rate, _ in sides]
    kept = measured[0] & measured[1] & (sides[0][0] + sides[1][0] > 0)
    chosen = [[column[kept] for column in side] for side in sides]
    found = Sides(chosen[0][0], chosen[1][0], chosen[0][1], chosen[1][1])
    counts = np.stack([chosen[1][2], chosen[0][2]]).astype(int)
    usable = bool(kept.any()) and min(found.size_before.sum(), found.size_now.sum()) > 0
    return ([name for name, keep in zip(strata, kept, strict=True) if keep] if usable else []), found, counts


def _side(rows: pl.DataFrame, by: str, kpi: str, strata: list[str]) -> tuple[Array, Array, Array]:
    """Per stratum: size, average or rate (NaN of none), posts with a figure."""
    if kpi in RATES:
        top, bottom = (pl.col(name) for name in RATES[kpi])
        known = rows.filter(top.is_not_null() & bottom.is_not_null() & (bottom > 0))
        sums = known.group_by(by).agg(size=bottom.sum(), rate=top.sum() / bottom.sum(), count=pl.len())
    else:
        figure = pl.col({**TOTALS, **AVERAGES}[kpi])
        sums = rows.group_by(by).agg(size=pl.len(), rate=figure.mean(), count=figure.count())
    frame = pl.DataFrame({by: strata}, schema={by: pl.String}).join(sums, on=by, how="left", maintain_order="left")
    size, count = (frame[name].fill_null(0).cast(pl.Float64).to_numpy() for name in ("size", "count"))
    return size, frame["rate"].cast(pl.Float64).fill_null(float("nan")).to_numpy(), count
