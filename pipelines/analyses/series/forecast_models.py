"""The candidate forecasts of one series from many origins at once, without a look beyond any origin."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.analyses.series.calendar import calendar_effect
from pipelines.analyses.series.daily_grid import DailySeries, last_known
from pipelines.analyses.series.smoothing import last_seasons, mstl_ets, smooth, theta
from pipelines.analyses.statistics import Array

NAIVE = "seasonal_naive"
ENSEMBLE = "median_ensemble"
CLAMP = 2.0  # no forecast leaves the range seen so far by more than this many times its width

Paths = dict[str, Array]


@dataclass(frozen=True)
class Masked:
    """The history as known at each origin: one row per origin, NaN after it, long enough for the farthest day."""

    one: DailySeries
    cuts: Any  # the last known position per row
    worked: Array  # on the scale of the models; daily changes for a running total
    weekdays: Any


def masked(one: DailySeries, cuts: list[int], end: int) -> Masked:
    """Rows of the series cut after each of `cuts`, padded with NaN to `end` days."""
    worked = one.changes() if one.kind == "level" else one.to_scale(one.final)
    padded = np.concatenate([worked, np.full(max(end - worked.size, 0), np.nan)])[:end]
    rows = np.where(np.arange(end)[None, :] <= np.array(cuts)[:, None], padded[None, :], np.nan)
    return Masked(one, np.array(cuts), rows, (np.arange(end) + one.weekdays[0]) % 7)


def naive_path(history: Masked) -> Array:
    """The seasonal naive in the series' own unit, per origin."""
    return _finished(history, np.array([last_seasons(row, row.size) for row in history.worked]))


def candidate_paths(history: Masked, features: Array) -> Paths:
    """Every model's forecast in the series' own unit, per origin; only days after the origin mean anything.

    `features` are the calendar's, known ahead of time for every day. Models with the calendar take part only where the
    history holds an event and the series is no running total.
    """
    rows = history.worked
    paths = {
        NAIVE: naive_path(history),
        "damped_ets": _finished(history, smooth(rows).expected),
        "theta": _finished(history, theta(rows)),
        "mstl_ets": _finished(history, mstl_ets(rows)),
    }
    if history.one.kind != "level":
        effects = np.array([calendar_effect(row, features, history.weekdays) for row in rows])
        if effects.any():
            paths["calendar_ets"] = _finished(history, smooth(rows - effects).expected + effects)
    paths[ENSEMBLE] = np.median([path for name, path in paths.items() if name != NAIVE], axis=0)
    return paths


def _finished(history: Masked, forecast: Array) -> Array:
    """From the models' scale to the series' own unit, within reach of what was seen up to each origin."""
    one = history.one
    result = np.empty_like(forecast)
    for row, cut in enumerate(history.cuts):
        seen = one.final[: cut + 1]
        if one.kind == "level":
            base = int(last_known(seen)[-1])
            grown = np.cumsum(np.nan_to_num(forecast[row]))
            result[row] = seen[base] + grown - grown[base]
            continue
        low, high = reach(seen)
        result[row] = np.clip(one.from_scale(forecast[row]), max(low, 0.0) if one.kind == "count" else low, high)
    return result


def reach(seen: Array) -> tuple[float, float]:
    """Lowest and highest value that a forecast may take: the range seen, widened by CLAMP times its width."""
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    return low - CLAMP * (high - low), high + CLAMP * (high - low)
