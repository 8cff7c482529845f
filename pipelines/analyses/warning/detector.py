"""Early warning on one stream of counts: what was expected, how unlikely the excess is, and a threshold that keeps to an alert budget.

Everything is causal: a score uses earlier points only, so that a look back shows what a person would have seen. Scores are compared with
the tail of the stream's own past scores (exponential above a high quantile: peaks over threshold). What counts as alarming is the number
of alerts a week that people can look at, never a fixed number of standard deviations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.analyses.statistics import Array

HOURS_A_DAY, DAYS_A_WEEK = 24, 7
POOLED_STEPS = 4
OUTSTANDING = 1.2  # times the threshold
LEARNING_DAYS = 14  # before that nothing is known well enough to warn
LEAST_NEGATIVES = 5  # together: fewer are read one by one anyway
TAIL_QUANTILE = 0.95
LOWEST_THRESHOLD = 3.0  # robust standard deviations, or −log10 p: below, an excess is nothing to wake anybody for


def lagged(values: Array, season: int, seasons: int, offsets: Array) -> Array:
    """The values of the last `seasons` seasons around the same point of the season: rows × (seasons · offsets), NaN before the start."""
    back = (np.arange(1, seasons + 1)[:, None] * season + offsets[None, :]).ravel()
    at = np.arange(len(values))[:, None] - back[None, :]
    return np.where(at >= 0, values[np.clip(at, 0, None)], np.nan)


def nanmedian(values: Array) -> Array:
    """Row medians without NaN; NaN (and no warning) where a row has nothing else."""
    known = ~np.isnan(values).all(axis=1)
    out = np.full(len(values), np.nan)
    out[known] = np.nanmedian(values[known], axis=1)
    return out


def seasonal_scores(values: Array, season: int, *, seasons: int = 14, smooth: int = 3) -> Array:
    """How far each smoothed value lies above its usual level at that time of day, in robust deviations of logs; 0 while unknown."""
    total = np.cumsum(np.r_[0.0, values])
    end = np.arange(len(values)) + 1
    start = np.maximum(end - smooth, 0)
    level = (total[end] - total[start]) / (end - start)
    reach = max(season // 12, 1)  # two hours of a day to either side
    usual = lagged(level, season, seasons, np.arange(-reach, reach + 1, max(reach // 6, 1)))
    recent = lagged(level, 1, 1, np.arange(2 * smooth - 1, season, max(season // 36, 1)))
    usual_level, recent_level = nanmedian(usual), nanmedian(recent)
    expected = np.where(np.isnan(usual_level), recent_level, usual_level)
    spread = np.fmax(np.fmax(_log_spread(usual), 0.5 * _log_spread(recent)), 0.05)
    deviation = np.sqrt(spread**2 + 0.25 / np.fmax(expected + 1, 1))  # few counts scatter by themselves
    return np.nan_to_num((np.log1p(level) - np.log1p(expected)) / deviation)


def _log_spread(values: Array) -> Array:
    logs = np.log1p(values)
    return 1.4826 * nanmedian(np.abs(logs - nanmedian(logs)[:, None]))


def budget_threshold(scores: Array, per_week: int, budget: float, ordinary: Array | None = None, *, learning: int, step: int) -> Array:
    """The threshold in force at each point, such that ordinary points exceed it about `budget` times a week of `per_week` points.

    Taken anew every `step` points from the past `ordinary` scores (all, unless given): above their 95 % quantile the excess is taken as
    exponential with the median excess as scale, which a few great incidents in the past do not move. Infinite while `learning`.
    """
    threshold = np.full(len(scores), np.inf)
    share = budget / per_week
    for start in range(learning, len(scores), step):
        past = scores[:start] if ordinary is None else scores[:start][ordinary[:start]]
        cut = np.quantile(past, TAIL_QUANTILE)
        excess = past[past > cut] - cut
        scale = np.median(excess) / np.log(2) if excess.size else 0.0
        threshold[start : start + step] = max(LOWEST_THRESHOLD, cut + scale * np.log((1 - TAIL_QUANTILE) / share))
    return threshold


def first_of_each(exceeds: Array, refractory: int) -> Array:
    """Rows where an alert begins: an exceedance that is more than `refractory` rows after the last alert's begin."""
    starts: list[int] = []
    for row in np.flatnonzero(exceeds):
        if not starts or row - starts[-1] > refractory:
            starts.append(int(row))
    return np.array(starts, dtype=int)


def detect_single(at: Array, values: Array, budget: float = 4.0) -> Array:
    """Where alerts begin in one stream of counts without further knowledge (times, values): one boolean per row.

    The step is the usual distance of the times; season is one day, refractory one day, `budget` exceedances a week.
    """
    minutes = max(float(np.median(np.diff(at).astype("timedelta64[s]").astype(float))) / 60, 1.0)
    season = max(round(HOURS_A_DAY * 60 / minutes), 2)
    smooth = max(round(15 / minutes), 1)
    scores = seasonal_scores(values.astype(float), season, smooth=smooth)
    threshold = budget_threshold(scores, DAYS_A_WEEK * season, budget, learning=min(750, LEARNING_DAYS * season), step=max(season // 4, 1))
    detected = np.zeros(len(values), dtype=bool)
    detected[first_of_each(scores > threshold, season)] = True
    return detected


@dataclass(frozen=True)
class Surge:
    """Per step: negatives and all texts that came and negatives expected, over one step or several (whichever stands out more), the tail
    −log10 p of that, the threshold then in force, the usual share, how far the share lies above it, and the steps of the baseline."""

    came: Array
    total: Array
    expected: Array
    tail: Array
    threshold: Array
    usual_share: Array
    share_z: Array
    baseline_count: Array


def surges(negative: Array, total: Array, *, season: int, seasons: int, per_week: int, budget: float, known: Array | None = None) -> Surge:
    """Whether more negative mentions came than their usual share of the traffic that came with them would bring.

    `negative` and `total` are counts per step without gaps (0 where nothing came although it was looked for), NaN where nobody collected.
    The usual share is that of the same step of the season (one to either side) in the last `seasons`, steps in the highest tenth left out;
    negatives follow a negative binomial around share x other traffic. `known` marks steps of confirmed incidents: they teach nothing, and
    neither does the day after a step that stood out by far, so that one crisis does not hide the next.
    """
    taught_by = np.zeros(len(total), dtype=bool) if known is None else known
    first = _surges(negative, total, season, seasons, per_week, budget, taught_by)
    day = season if season > DAYS_A_WEEK else 1
    extreme = np.convolve(first.tail > OUTSTANDING * first.threshold, np.ones(day))[: len(total)] > 0
    return _surges(negative, total, season, seasons, per_week, budget, taught_by | extreme)


def _surges(negative: Array, total: Array, season: int, seasons: int, per_week: int, budget: float, known: Array) -> Surge:
    from scipy.stats import nbinom

    usable = ~np.isnan(total) & ~known
    bad, all_ = np.where(usable, negative, np.nan), np.where(usable, total, np.nan)
    around = np.array([-1, 0, 1]) if season > DAYS_A_WEEK else np.array([0])
    share, count = _usual_share(lagged(bad, season, seasons, around), lagged(all_, season, seasons, around))
    overall, _ = _usual_share(lagged(bad, 1, 1, np.arange(season * seasons)), lagged(all_, 1, 1, np.arange(season * seasons)))
    seen = np.nansum(lagged(all_, season, seasons, around), axis=1)
    share = (np.nan_to_num(share) * seen + np.nan_to_num(overall) * 200) / (seen + 200)  # a pool of 200 mentions steadies thin hours
    share = np.clip(share, 1e-4, 0.95)
    other = np.fmax(np.nan_to_num(total - negative), 0.5 * np.nan_to_num(nanmedian(lagged(all_ - bad, season, seasons, around)))) + 0.5
    expected = share / (1 - share) * other
    came = np.nan_to_num(negative)
    step = season if season > DAYS_A_WEEK else 1
    phi = _dispersion(came, expected, usable, season * seasons, step)
    tail, told = np.zeros(len(came)), np.zeros((3, len(came)))
    for width in (1, POOLED_STEPS):  # a steep crisis shows in one step, a slow one only in several together
        y, mean = _rolling_sum(came, width), _rolling_sum(expected, width)
        size = 1 / (phi if width == 1 else _dispersion(y, mean, usable, season * seasons, step))
        unlikely = np.where(y >= LEAST_NEGATIVES, -nbinom.logsf(y - 1, size, size / (size + mean)) / np.log(10), 0.0)
        told = np.where(unlikely > tail, (y, _rolling_sum(np.nan_to_num(total), width), mean), told)
        tail = np.maximum(tail, unlikely)
    tail = np.where(np.isnan(total), 0.0, np.clip(tail, 0, 300))
    learning = min(LEARNING_DAYS, seasons) * step
    threshold = budget_threshold(tail, per_week, budget, usable, learning=learning, step=step)
    seen_now = np.fmax(told[1], 1)
    deviation = np.sqrt(share * (1 - share) * (1 + phi * told[2]) / seen_now)
    share_z = np.where(told[1] > 0, (told[0] / seen_now - share) / deviation, 0.0)
    return Surge(told[0], told[1], told[2], tail, threshold, share, share_z, count)


def _rolling_sum(values: Array, width: int) -> Array:
    total = np.cumsum(np.r_[0.0, values])
    end = np.arange(len(values)) + 1
    return total[end] - total[np.maximum(end - width, 0)]


def _usual_share(negative: Array, total: Array) -> tuple[Array, Array]:
    """Share of negatives over the rows' lags, the highest tenth of the lags by share left out, and how many lags there are."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(total > 0, negative / total, np.nan)
    known = (~np.isnan(ratio)).sum(axis=1)
    ordered = np.sort(ratio, axis=1)  # NaN goes last
    highest = np.take_along_axis(ordered, np.maximum(np.ceil(0.9 * known).astype(int) - 1, 0)[:, None], axis=1)
    kept = ratio <= highest
    top, below = np.where(kept, np.nan_to_num(negative), 0).sum(axis=1), np.where(kept, np.nan_to_num(total), 0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, top / below, np.nan), known


def _dispersion(came: Array, expected: Array, usable: Array, window: int, step: int) -> Array:
    """Negative-binomial dispersion from the window before each step: trimmed moments, at least 0.02."""
    phi = np.full(len(came), 0.5)
    excess = ((came - expected) ** 2 - expected) / np.fmax(expected, 0.1) ** 2
    weight = np.fmax(expected, 0.1) ** 2
    for start in range(step * 3, len(came), step):
        before = slice(max(0, start - window), start)
        teaches = usable[before]
        value, mass = excess[before][teaches], weight[before][teaches]
        if value.size:
            kept = value <= np.quantile(value, 0.98)
            phi[start : start + step] = np.clip(np.average(value[kept], weights=mass[kept]), 0.02, 5.0)
    return phi
