"""Is a period better or worse than what it can fairly be compared with, or is the difference too small to say?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables, empty
from pipelines.analyses.comparison.equal_age import LOW_COVERAGE, equal_age_rows, survival
from pipelines.analyses.comparison.grids import Grid, grids
from pipelines.analyses.comparison.intervals import around, chance_of_days, cluster_log_interval, generator, verdict
from pipelines.analyses.comparison.periods import PERIODS, Calendar, Comparison, comparisons_of
from pipelines.analyses.comparison.platforms import FRESH_DAYS, standing
from pipelines.analyses.comparison.tables import COMPARISONS
from pipelines.analyses.statistics import Array

HISTORY_DAYS = 182
MIN_KNOWN_SHARE = 0.5  # of a period's days an account needs this share, known on both sides, to count
KEY = ["scope", "platform", "account_key", "metric", "measure", "period_days", "baseline_kind"]


def comparison_tables(
    account_days: pl.DataFrame, dates: pl.DataFrame, posts: pl.DataFrame, ages: pl.DataFrame, changes: pl.DataFrame
) -> Tables:
    """Fair comparisons of periods and of posts, each platform's place in its own past, and what vanished posts do to averages."""
    calendar = Calendar(dates)
    known = grids(account_days, changes)
    newest = max((grid.last_day for grid in known), default=-1)
    rows = [row for grid in known for row in _of_grid(grid, calendar, newest)] + equal_age_rows(posts, ages)
    frame = pl.DataFrame(rows, schema=COMPARISONS, orient="row") if rows else empty(COMPARISONS)
    floats = [name for name, kind in COMPARISONS.items() if kind == pl.Float64]
    frame = frame.with_columns(pl.col(floats).fill_nan(None)).sort(KEY)
    return {"comparisons": frame, "platform_standing": standing(known), "post_survival": survival(posts)}


def _of_grid(grid: Grid, calendar: Calendar, newest: int) -> Iterator[dict[str, Any]]:
    scopes = [("platform", "", grid)] + [("account", key, grid.of_account(place)) for place, key in enumerate(grid.accounts)]
    for scope, account, part in scopes:
        if part.last_day < 0:
            continue
        for length in PERIODS:
            for comparison in comparisons_of(grid.last_day, length, calendar):
                named = {"scope": scope, "platform": grid.platform, "account_key": account, "metric": grid.metric, "measure": "per_day"}
                row = named | compared(part, comparison, calendar, generator(*named.values(), length, comparison.kind))
                row["flags"] += ["outdated"] if newest - grid.last_day > FRESH_DAYS else []
                if row["account_count"] or comparison.kind != "last_year":  # last year's only where history reaches
                    yield row


def compared(grid: Grid, comparison: Comparison, calendar: Calendar, rng: np.random.Generator) -> dict[str, Any]:
    """One row of the comparison: daily averages over the days known on both sides, account by account, and what chance allows."""
    current, before, pairs = paired(grid, comparison)
    counted = pairs >= MIN_KNOWN_SHARE * comparison.length
    enough = bool(counted.any())
    value, baseline = (_total(side[counted], pairs[counted], grid.is_rate) if enough else float("nan") for side in (current, before))
    coverage = float(pairs.sum() / (comparison.length * max(len(grid.accounts), 1)))
    flags = _flags(grid, comparison, calendar, counted, coverage)
    interval, method = (float("nan"), float("nan")), None
    is_log = not grid.is_signed and value > 0 and baseline > 0
    if enough and "definition_break" not in flags:
        interval, method = _interval(grid, comparison, (current[counted], before[counted], pairs[counted]), counted, rng, is_log)
    log_ratio = float(np.log(value / baseline)) if is_log else float("nan")
    sides = baseline * np.expm1(interval) if is_log else np.array(interval)
    first, last, before_first, before_last = comparison.dates()
    return {
        "period_days": comparison.length,
        "baseline_kind": comparison.kind,
        "starts_on": first,
        "ends_on": last,
        "baseline_starts_on": before_first,
        "baseline_ends_on": before_last,
        "value": value,
        "baseline": baseline,
        "difference": value - baseline,
        "difference_lower": float(sides[0]),
        "difference_upper": float(sides[1]),
        "log_ratio": log_ratio,
        "log_ratio_lower": interval[0] if is_log else float("nan"),
        "log_ratio_upper": interval[1] if is_log else float("nan"),
        "interval_method": method,
        "day_count": int(pairs[counted].max()) if enough else 0,
        "account_count": int(counted.sum()),
        "post_count": None,
        "baseline_post_count": None,
        "coverage_rate": coverage,
        "flags": flags,
        "verdict": verdict(*interval),
    }


def paired(grid: Grid, comparison: Comparison) -> tuple[Array, Array, Array]:
    """Sums of numerator and denominator per account, now and before, over the days known on both sides, and how many these are.

    Where a day is compared with several, it is compared with the average of those that are known.
    """
    now = [grid.at(matrix, comparison.days) for matrix in (grid.numerator, grid.denominator)]
    then = [grid.at(matrix, comparison.before) for matrix in (grid.numerator, grid.denominator)]
    days = np.isfinite(then[0])
    count = days.sum(axis=2)
    averages = [np.where(days, side, 0.0).sum(axis=2) / np.maximum(count, 1) for side in then]
    both = np.isfinite(now[0]) & (count > 0)
    current, before = (np.stack([np.where(both, side, 0.0).sum(axis=1) for side in sides], axis=1) for sides in (now, averages))
    return current, before, both.sum(axis=1)


def _total(sums: Array, pairs: Array, is_rate: bool) -> float:
    """A count's average per day, added over accounts; a rate's numerators over its denominators."""
    if is_rate:
        return float(sums[:, 0].sum() / sums[:, 1].sum()) if sums[:, 1].sum() > 0 else float("nan")
    return float((sums[:, 0] / pairs).sum())


def _interval(
    grid: Grid, comparison: Comparison, sides: tuple[Array, Array, Array], counted: Array, rng: np.random.Generator, is_log: bool
) -> tuple[tuple[float, float], str | None]:
    current, before, pairs = sides
    if is_log:
        one = np.ones(len(pairs)) / max(len(pairs), 1)
        per_day = [side if grid.is_rate else np.column_stack([side[:, 0] / pairs, one]) for side in (current, before)]
        interval = cluster_log_interval(per_day[0], per_day[1], rng)
        if np.isfinite(interval).all():
            return interval, "accounts"
    history, is_current = _history(grid, comparison, counted)
    weeks = (-(-comparison.length // 7), max(int(np.unique(comparison.before).size // 7), 1))
    chance = chance_of_days(history, is_current, weeks, rng, relative=is_log)
    values = [_total(side, pairs, grid.is_rate) for side in (current, before)]
    found = float(np.log(values[0] / values[1])) if is_log else values[0] - values[1]
    return around(found, chance), "day_blocks" if chance.size else None


def _history(grid: Grid, comparison: Comparison, counted: Array) -> tuple[Array, Array]:
    """The scope's daily figure over the last half year, where every account that counts is known; which days are of the period."""
    first = max(grid.first_day, int(comparison.days[0]) - HISTORY_DAYS)
    days = np.arange(first, int(comparison.days[-1]) + 1)
    top, bottom = (grid.at(matrix, days)[counted].sum(axis=0) for matrix in (grid.numerator, grid.denominator))
    if not grid.is_rate:
        return top, days >= comparison.days[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan), days >= comparison.days[0]


def _flags(grid: Grid, comparison: Comparison, calendar: Calendar, counted: Array, coverage: float) -> list[str]:
    """What stands in the way of taking the difference at its word, in a fixed order."""
    sides = (comparison.days, np.unique(comparison.before))
    known = [float(np.isfinite(grid.at(grid.numerator, days)[counted]).mean()) if counted.any() else 0.0 for days in sides]
    sources = [grid.at(grid.sources, days)[counted] for days in sides]
    kinds = [set(np.unique(side[side > 0]).tolist()) for side in sources]
    is_views = grid.metric in ("view_count", "engagement_rate_by_views")
    apart = abs(calendar.special_days(comparison.days) - calendar.special_days(comparison.before))
    found = {
        "unequal_length": abs(known[0] - known[1]) * comparison.length >= 1,  # by a day or more
        "accounts_differ": bool(0 < counted.sum() < len(grid.accounts)),
        "holiday_mismatch": apart >= 1,
        "low_coverage": coverage < LOW_COVERAGE,
        "definition_break": (is_views and bool(kinds[0]) and bool(kinds[1]) and kinds[0] != kinds[1])
        or any(sides[1].min() < day <= sides[0].max() for day in grid.breaks),
        "immature": grid.metric != "posts_published_count" and bool(grid.at(grid.provisional, comparison.days)[counted].any()),
    }
    return [name for name, raised in found.items() if raised]
