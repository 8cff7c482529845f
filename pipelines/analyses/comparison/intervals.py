"""How far the ratio or difference of two periods would move by chance."""

from __future__ import annotations

import zlib

import numpy as np

from pipelines.analyses.statistics import Array

DRAWS = 2000
LEVEL = 0.95
MIN_ACCOUNTS = 5  # fewer accounts tell nothing about the spread between accounts
BLOCK_DAYS = 7  # whole weeks are drawn: neighbouring days go together, and so do weekdays
MIN_DAYS = 21
MIN_BLOCKS = 8


def generator(*key: object) -> np.random.Generator:
    """Random numbers that depend on what is compared and on nothing else."""
    return np.random.default_rng(zlib.crc32("|".join(map(str, key)).encode()))


def cluster_log_interval(current: Array, before: Array, rng: np.random.Generator) -> tuple[float, float]:
    """Interval of log(sum current / sum before) by drawing whole accounts; rows are accounts, columns numerator and denominator.

    A bootstrap's spread with the t distribution of so many accounts; NaN for fewer than five or where a draw has no ratio.
    """
    from scipy.stats import t as student

    count = len(current)
    if count < MIN_ACCOUNTS:
        return float("nan"), float("nan")
    weights = rng.multinomial(count, np.full(count, 1 / count), size=DRAWS)
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = _log_ratio(weights @ current, weights @ before)
        found = float(_log_ratio(current.sum(axis=0), before.sum(axis=0)))
    known = draws[np.isfinite(draws)]
    if known.size < DRAWS * 0.9 or not np.isfinite(found):
        return float("nan"), float("nan")
    reach = float(student.ppf((1 + LEVEL) / 2, count - 1) * known.std() * np.sqrt(count / (count - 1)))
    return found - reach, found + reach


def _log_ratio(current: Array, before: Array) -> Array:
    result: Array = np.log(current[..., 0] / current[..., 1]) - np.log(before[..., 0] / before[..., 1])
    return result


def chance_of_days(history: Array, is_current: Array, blocks: tuple[int, int], rng: np.random.Generator, relative: bool) -> Array:
    """Draws of what chance alone does to two periods' ratio (log scale) or difference; empty where the history is too short.

    `history` is one figure per consecutive day, NaN where unknown, its first day any weekday. Weekday and level, the latter apart for the
    period in question, are taken out; of what is left whole weeks are drawn, `blocks` for the period and for what it is compared with.
    """
    known = np.isfinite(history)
    if known.sum() < MIN_DAYS or (relative and np.nanmean(history) <= 0):
        return np.empty(0)
    rest = _without_level_and_weekday(history, is_current, relative)
    rest = rest * _widening(int(known.sum()))
    weeks = np.lib.stride_tricks.sliding_window_view(rest, BLOCK_DAYS)
    weeks = weeks[np.isfinite(weeks).sum(axis=1) * 2 > BLOCK_DAYS]
    if len(weeks) < MIN_BLOCKS:
        return np.empty(0)
    means = np.nanmean(weeks, axis=1)
    sides = [means[rng.integers(0, means.size, size=(DRAWS, count))].mean(axis=1) for count in blocks]
    if not relative:
        result: Array = sides[0] - sides[1]
        return result
    current, before = (np.log(np.maximum(1 + side, 0.05)) for side in sides)
    return np.asarray(current - before)


def _widening(days: int) -> float:
    """How much wider chance is than it looks: two levels and seven weekdays were fitted, and few weeks tell its size."""
    from scipy.stats import norm
    from scipy.stats import t as student

    tail, weeks = (1 + LEVEL) / 2, days / BLOCK_DAYS
    return float(np.sqrt(days / (days - BLOCK_DAYS - 1)) * student.ppf(tail, max(weeks - 2, 1)) / norm.ppf(tail))


def _without_level_and_weekday(history: Array, is_current: Array, relative: bool) -> Array:
    """What is left of each day, as a share of what was to be expected if relative."""
    level = np.full(history.size, np.nan)
    for part in (is_current, ~is_current):
        if np.isfinite(history[part]).any():
            level[part] = np.nanmean(history[part])
    weekday = np.arange(history.size) % BLOCK_DAYS
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = history / level if relative else history - level
    neutral = 1.0 if relative else 0.0
    usual = np.array([np.nanmean(rest[weekday == d]) if np.isfinite(rest[weekday == d]).any() else neutral for d in range(BLOCK_DAYS)])
    if relative:
        return np.asarray(rest / np.where(usual > 0, usual, 1.0)[weekday] - 1)
    return np.asarray(rest - usual[weekday])


def around(found: float, chance: Array) -> tuple[float, float]:
    """The interval of a figure whose chance deviations are known; NaN where none are."""
    if chance.size == 0 or not np.isfinite(found):
        return float("nan"), float("nan")
    low, high = np.quantile(chance, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return found - float(high), found - float(low)


def verdict(lower: float, upper: float) -> str:
    """What an interval around no difference says."""
    if not (np.isfinite(lower) and np.isfinite(upper)):
        return "not_enough_evidence"
    return "up" if lower > 0 else "down" if upper < 0 else "too_small_to_say"
