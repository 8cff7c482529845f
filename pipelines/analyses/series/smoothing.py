"""Exponential smoothing of many parameter sets at once: the damped trend with a weekly season, robust and gap-proof."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from pipelines.analyses.series.daily_grid import WEEK
from pipelines.analyses.statistics import Array, robust_scale

WARM_UP_DAYS = 28
OUTLIER = 3.0  # errors beyond this many standard deviations move the state no further …
YEAR_DAYS = 365
SHIFT_DAYS = 5  # … until so many in a row lie on one side: then it is a new level, not an outlier

# alpha (level), beta (slope), gamma (season), phi (damping of the slope)
DAMPED_TREND = np.array(
    [
        (alpha, alpha * beta, gamma, phi)
        for alpha, gamma, (beta, phi) in product((0.03, 0.1, 0.2, 0.4, 0.7), (0.0, 0.05, 0.15), ((0.0, 0.9), (0.05, 0.95), (0.15, 0.9)))
    ]
)
LEVEL_ONLY = np.array([(a, 0.0, 0.0, 1.0) for a in (0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95)])


@dataclass(frozen=True)
class Smoothed:
    """Per row of the input: what the best parameter set expected for each day from the days before it."""

    expected: Array
    level: Array  # the part without season
    season: Array


def smooth(values: Array, parameters: Array = DAMPED_TREND, *, with_season: bool = True) -> Smoothed:
    """One-step-ahead expectations for rows of daily values; NaN is unknown, so a NaN tail gets the forecast.

    Each row takes the parameter set with the smallest squared (clipped) error on its own known days after the warm-up.
    The first WARM_UP_DAYS give the starting level and season; expectations there are not ahead of time.
    """
    level, season, limit = _start(values, with_season=with_season)
    expected, levels, loss = _run(values, parameters, level, season, limit)
    best = loss.argmin(axis=1)
    rows = np.arange(len(values))
    chosen, chosen_level = expected[:, rows, best].T, levels[:, rows, best].T
    return Smoothed(chosen, chosen_level, chosen - chosen_level)


def _start(values: Array, *, with_season: bool) -> tuple[Array, Array, Array]:
    """Per row: level and weekly season of the warm-up days, and the size of error that counts as an outlier."""
    head = values[:, :WARM_UP_DAYS]
    level = np.array([np.nanmedian(row) if np.isfinite(row).any() else 0.0 for row in head])
    season = np.zeros((len(values), WEEK))
    if with_season:
        for day in range(WEEK):
            same = head[:, day::WEEK]
            seen = np.isfinite(same).sum(axis=1)
            season[:, day] = np.where(seen > 0, np.nansum(same - level[:, None], axis=1) / np.maximum(seen, 1), 0.0)
        season -= season.mean(axis=1, keepdims=True)
    step = WEEK if with_season else 1
    limit = np.array([OUTLIER * robust_scale(row[step:] - row[:-step]) / np.sqrt(2) for row in values])
    return level, season, np.where(limit > 0, limit, np.inf)


def _run(values: Array, parameters: Array, level: Array, season: Array, limit: Array) -> tuple[Array, Array, Array]:
    """The recursion over the days, for all rows and parameter sets together: expectations, levels and losses."""
    rows, days = values.shape
    alpha, beta, gamma, phi = (column[None, :] for column in parameters.T)
    shape = (rows, len(parameters))
    now, slope = np.broadcast_to(level[:, None], shape).copy(), np.zeros(shape)
    weekly = np.repeat(season.T[:, :, None], len(parameters), axis=2)
    run, loss = np.zeros(shape), np.zeros(shape)
    expected, levels = np.empty((days, *shape)), np.empty((days, *shape))
    bound = np.broadcast_to(limit[:, None], shape)
    fast = np.maximum(alpha, 0.5)
    unsettled = False
    is_seen = ~np.isnan(values)
    any_seen: Any = is_seen.any(axis=0)
    for day in range(days):
        now = now + phi * slope
        seasonal = weekly[day % WEEK]
        levels[day] = now
        np.add(now, seasonal, out=expected[day])
        slope = phi * slope
        if not any_seen[day]:
            continue
        seen = is_seen[:, [day]]
        error = np.where(seen, values[:, [day]] - expected[day], 0.0)
        clipped = np.minimum(np.maximum(error, -bound), bound)
        over = error - clipped
        if over.any() or unsettled:
            run = np.where(seen, np.where(over == 0, 0.0, np.where(over * run > 0, run, 0.0) + np.sign(over)), run)
            unsettled = bool(run.any())
        new_level = now + alpha * clipped
        slope += beta * clipped
        new_season = seasonal + gamma * clipped
        if unsettled:
            shifted = np.abs(run) >= SHIFT_DAYS
            new_level = np.where(shifted, now + fast * error, new_level)
            new_season = np.where(shifted, seasonal, new_season)
        now, weekly[day % WEEK] = new_level, new_season
        if day >= WARM_UP_DAYS:
            loss += clipped**2
    return expected, levels, loss


def last_seasons(values: Array, horizon_end: int) -> Array:
    """Seasonal naive: each day up to `horizon_end` takes the latest known value of its weekday, else the latest known."""
    known = np.flatnonzero(~np.isnan(values))
    latest = np.full(WEEK, values[known[-1]] if known.size else np.nan)
    latest[known % WEEK] = values[known]  # later days overwrite earlier ones
    return latest[np.arange(horizon_end) % WEEK]


def theta(values: Array) -> Array:
    """The Theta method for rows of values whose NaN tail is to be forecast: half a straight line, half a smoothed level.

    The weekly season is taken out and put back as means by weekday; the line is fitted to all known days of the row, the
    double-curvature line is smoothed with the best single alpha.
    """
    rows, days = values.shape
    place = np.arange(days, dtype=float)
    lines, seasons = np.empty((rows, days)), np.empty((rows, days))
    for row in range(rows):
        seasons[row] = weekday_means(values[row])[np.arange(days) % WEEK]
        known = ~np.isnan(values[row])
        slope, start = np.polyfit(place[known], (values[row] - seasons[row])[known], 1)
        lines[row] = start + slope * place
    curved = 2 * (values - seasons) - lines
    return (lines + smooth(curved, LEVEL_ONLY, with_season=False).expected) / 2 + seasons


def mstl_ets(values: Array) -> Array:
    """Seasons by LOESS, the rest by exponential smoothing, for rows of values whose NaN tail is to be forecast.

    A week is one season; with two years of history the year is another (MSTL of Bandara, Hyndman & Bergmeir). Days of a
    season to come repeat its last cycle.
    """
    from statsmodels.tsa.seasonal import MSTL, STL

    rows, days = values.shape
    seasons = np.zeros((rows, days))
    for row in range(rows):
        known = np.flatnonzero(~np.isnan(values[row]))
        if known.size < 2 * WEEK + 1:
            continue
        first, last = known[0], known[-1]
        filled = np.interp(np.arange(first, last + 1), known, values[row][known])
        periods = [WEEK] + ([YEAR_DAYS] if filled.size > 2 * YEAR_DAYS else [])
        if len(periods) > 1:
            parts = np.asarray(MSTL(filled, periods=periods, iterate=1).fit().seasonal).reshape(filled.size, -1).T
        else:
            parts = np.asarray(STL(filled, period=WEEK, seasonal=13).fit().seasonal)[None, :]
        for period, part in zip(periods, parts, strict=True):
            ahead = np.arange(days - last - 1)
            seasons[row, first : last + 1] += part
            seasons[row, last + 1 :] += part[-period:][ahead % period]
    return smooth(values - seasons, LEVEL_ONLY, with_season=False).expected + seasons


def weekday_means(values: Array) -> Any:
    """Median deviation of each weekday from the seven days around it, summing to zero."""
    padded = np.concatenate([np.full(3, np.nan), values, np.full(3, np.nan)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, WEEK)
    full = np.isfinite(windows).all(axis=1)
    deviation = np.where(full, values - np.where(full, np.nan_to_num(windows).mean(axis=1), 0.0), np.nan)
    means = np.zeros(WEEK)
    for day in range(WEEK):
        same = deviation[day::WEEK]
        means[day] = np.nanmedian(same) if np.isfinite(same).any() else 0.0
    return means - means.mean()
