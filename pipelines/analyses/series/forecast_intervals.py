"""Intervals from what the same forecasts missed by in the past (conformal), wider where those misses were wider."""

from dataclasses import dataclass

import numpy as np

from pipelines.analyses.series.daily_grid import DailySeries, Flags
from pipelines.analyses.statistics import Array

NEIGHBOUR_DAYS = 3
MINIMUM_MISSES = 20
WIDEST_EVENT = 3.0


@dataclass(frozen=True)
class Misses:
    """Per origin (row) and day ahead (column): the size of the miss on the interval's scale, and whether an event ran."""

    sizes: Array
    on_event: Flags


def interval_scale(one: DailySeries, values: Array) -> Array:
    """Counts miss by a factor, so their misses are measured on the log scale; other series in their own unit."""
    return np.log1p(np.maximum(values, 0.0)) if one.kind == "count" else values


def half_widths(misses: Misses, level: float, on_event: Flags) -> Array:
    """Half width per day ahead: the `level` quantile of the misses at that distance, give or take three days.

    Days of an event get the factor by which misses on such days were larger. Distances that no origin reached grow with the
    square root of time from the farthest that one did.
    """
    ratio = event_factor(misses, level)
    plain = np.where(misses.on_event, misses.sizes / ratio, misses.sizes)
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(plain, ((0, 0), (NEIGHBOUR_DAYS, NEIGHBOUR_DAYS)), constant_values=np.nan), 2 * NEIGHBOUR_DAYS + 1, axis=1
    )
    near = windows.transpose(1, 0, 2).reshape(on_event.size, -1)
    widths = np.where((~np.isnan(near)).sum(axis=1) >= MINIMUM_MISSES, conformal_quantile(near, level), np.nan)
    measured = np.flatnonzero(~np.isnan(widths))
    if measured.size == 0:
        widths[:] = conformal_quantile(plain.ravel(), level)
    else:
        last = measured[-1]
        widths[: last + 1] = np.interp(np.arange(last + 1), measured, widths[measured])
        widths[last + 1 :] = widths[last] * np.sqrt((np.arange(last + 1, widths.size) + 1) / (last + 1))
    return np.where(on_event, widths * ratio, widths)


def conformal_quantile(misses: Array, level: float) -> Array:
    """The smallest miss (over the last axis) that at least `level` of future misses stay under, if they are like these."""
    known = (~np.isnan(misses)).sum(axis=-1)
    place = np.clip(np.ceil((known + 1) * level).astype(int), 1, np.maximum(known, 1)) - 1
    ordered = np.sort(misses, axis=-1)  # NaN goes last
    return np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0]


def event_factor(misses: Misses, level: float) -> float:
    """How much larger misses are on event days, 1 to WIDEST_EVENT; 1 where too few such days were seen."""
    known = ~np.isnan(misses.sizes)
    event, plain = misses.sizes[known & misses.on_event], misses.sizes[known & ~misses.on_event]
    if min(event.size, plain.size) < MINIMUM_MISSES:
        return 1.0
    usual = float(conformal_quantile(plain, level))
    return float(np.clip(conformal_quantile(event, level) / usual, 1.0, WIDEST_EVENT)) if usual > 0 else 1.0


def bounds(one: DailySeries, forecast: Array, widths: Array) -> tuple[Array, Array]:
    """Lower and upper bound in the series' own unit; a count is never below zero."""
    centre = interval_scale(one, forecast)
    lower, upper = centre - widths, centre + widths
    if one.kind != "count":
        return lower, upper
    return np.maximum(np.expm1(lower), 0.0), np.expm1(np.minimum(upper, 700.0))


def left_out_coverage(misses: Misses, level: float) -> float:
    """Share of past days inside the interval made from the other origins' misses only."""
    inside, known = 0, 0
    for row in range(len(misses.sizes)):
        others = Misses(np.delete(misses.sizes, row, axis=0), np.delete(misses.on_event, row, axis=0))
        seen = ~np.isnan(misses.sizes[row])
        widths = half_widths(others, level, misses.on_event[row])
        inside += int((misses.sizes[row][seen] <= widths[seen]).sum())
        known += int(seen.sum())
    return inside / known if known else float("nan")
