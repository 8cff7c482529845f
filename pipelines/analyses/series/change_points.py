"""Where a series starts to behave differently for good: penalised piecewise straight lines, found exactly."""

import numpy as np

from pipelines.analyses.statistics import Array, robust_scale

MINIMUM_SEGMENT = 14
PENALTY = 4.0  # times log(n) per change: a change costs its place, a level and a slope
BACKGROUND_DAYS = 29


def change_points(values: Array) -> list[int]:
    """Positions where a new straight line begins, from values without season; NaN is unknown and joins either side.

    Optimal partitioning with a least-squares line per segment, at least MINIMUM_SEGMENT known days each. The noise is
    measured around a running median and enlarged for day-to-day correlation, spikes are cut off before. Retrospective: the
    last MINIMUM_SEGMENT days cannot hold a change yet.
    """
    known = np.flatnonzero(~np.isnan(values))
    if known.size < 2 * MINIMUM_SEGMENT:
        return []
    series = values[known]
    background = _running_median(series)
    around = series - background
    noise = robust_scale(around)
    if noise <= 0:
        return []
    around = np.clip(around, -3 * noise, 3 * noise)
    follow = float(np.clip(np.corrcoef(around[1:], around[:-1])[0, 1], 0, 0.8)) if around.std() > 0 else 0.0
    noise *= np.sqrt((1 + follow) / (1 - follow))
    starts = _best_segments(known.astype(float), (background + around) / noise, PENALTY * np.log(known.size))
    return [int(known[start]) for start in starts]


def _running_median(values: Array) -> Array:
    padded = np.pad(values, BACKGROUND_DAYS // 2, mode="reflect", reflect_type="even")
    result: Array = np.median(np.lib.stride_tricks.sliding_window_view(padded, BACKGROUND_DAYS), axis=1)
    return result


def _best_segments(place: Array, values: Array, penalty: float) -> list[int]:
    """Starts (without the first) of the segments with the least squared error plus penalty per segment."""
    n = values.size
    sums = np.zeros((6, n + 1))
    sums[:, 1:] = np.cumsum([np.ones(n), place, values, place**2, place * values, values**2], axis=1)
    cost, origin = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=int)
    cost[0] = -penalty
    for end in range(MINIMUM_SEGMENT, n + 1):
        starts = np.arange(0, end - MINIMUM_SEGMENT + 1)
        totals = cost[starts] + _line_error(sums[:, [end]] - sums[:, starts]) + penalty
        origin[end] = int(totals.argmin())
        cost[end] = totals[origin[end]]
    found, end = [], n
    while origin[end] > 0:
        end = origin[end]
        found.append(int(end))
    return found[::-1]


def _line_error(sums: Array) -> Array:
    """Squared error of the least-squares line from the six sums of each segment."""
    count, x, y, xx, xy, yy = sums
    spread_x, spread_xy, spread_y = xx - x**2 / count, xy - x * y / count, yy - y**2 / count
    result: Array = np.maximum(spread_y - spread_xy**2 / np.where(spread_x > 0, spread_x, 1.0), 0.0)
    return result
