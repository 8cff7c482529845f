"""Small statistics that several analyses share."""

from contextlib import AbstractContextManager
from typing import Any, overload

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]  # numbers; the shape is in each docstring


def one_thread() -> AbstractContextManager[Any]:
    """Numerical libraries on one thread while the block runs: many small steps are faster so, and equal to the last bit."""
    from threadpoolctl import threadpool_limits

    limit: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limit


def benjamini_hochberg(p_values: Array) -> Array:
    """False-discovery-adjusted p-values (q-values), same shape; NaN stays NaN and belongs to no family."""
    from scipy.stats import false_discovery_control

    adjusted = np.full(p_values.shape, np.nan)
    known = ~np.isnan(p_values)
    if known.any():
        adjusted[known] = false_discovery_control(p_values[known], method="bh")
    return adjusted


@overload
def e_value(ratio: float) -> float: ...
@overload
def e_value(ratio: Array) -> Array: ...
def e_value(ratio: float | Array) -> float | Array:
    """How strongly a hidden cause would have to act on both sides to explain each ratio away: RR + sqrt(RR (RR - 1)), RR at least 1."""
    away = np.maximum(ratio, 1 / np.asarray(ratio, dtype=float))
    found: float | Array = away + np.sqrt(away * (away - 1))
    return found if isinstance(ratio, np.ndarray) else float(found)


def near_e_value(low: float, high: float) -> float:
    """The E-value of the end of a log-scale interval that lies nearer to no effect; 1 when the interval holds no effect."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return float("nan")
    return 1.0 if low <= 0 <= high else e_value(float(np.exp(min(abs(low), abs(high)))))


def robust_scale(values: Array) -> float:
    """Standard deviation estimated from the median absolute deviation; NaN is left out, 0.0 where nothing varies."""
    known = values[~np.isnan(values)]
    if known.size == 0:
        return 0.0
    return float(1.4826 * np.median(np.abs(known - np.median(known))))


def seasonal_scale(history: Array, period: int) -> float:
    """The denominator of MASE: mean absolute error of repeating the last season inside the history; NaN if unknown."""
    if history.size <= period:
        return float("nan")
    steps = np.abs(history[period:] - history[:-period])
    return float(np.nanmean(steps)) if np.isfinite(steps).any() else float("nan")


def mase(actual: Array, forecast: Array, history: Array, period: int) -> float:
    """Mean absolute scaled error over the days with an actual; NaN where the history has no usable scale."""
    scale = seasonal_scale(history, period)
    errors = np.abs(actual - forecast)
    if not np.isfinite(scale) or scale <= 0 or not np.isfinite(errors).any():
        return float("nan")
    return float(np.nanmean(errors) / scale)


def smape(actual: Array, forecast: Array) -> float:
    """Symmetric mean absolute percentage error, 0-2; a day where both are zero counts as no error."""
    size = np.abs(actual) + np.abs(forecast)
    share = np.where(size > 0, 2 * np.abs(actual - forecast) / np.where(size > 0, size, 1), np.where(np.isnan(size), np.nan, 0.0))
    return float(np.nanmean(share)) if np.isfinite(share).any() else float("nan")


def overlapping_gain_p_value(gains: Array, starts: Array, length: int) -> float:
    """One-sided p-value that the mean gain is above zero, for gains measured on windows of `length` days that overlap.

    Windows that share days are correlated by the shared part; without this, ten windows moved by one day each would pass
    for ten independent trials.
    """
    from scipy.stats import t as student

    n = gains.size
    if n < 2:
        return float("nan")
    shared = np.clip(1 - np.abs(starts[:, None] - starts[None, :]) / length, 0, 1)
    effective = n**2 / shared.sum()
    freedom = effective - 1
    spread = float(np.sum((gains - gains.mean()) ** 2)) / (n - n / effective) if freedom > 0.01 else 0.0
    if freedom <= 0.01:
        return float("nan")
    if spread <= 0:
        return 0.0 if gains.mean() > 0 else 1.0
    return float(student.sf(gains.mean() / np.sqrt(spread / effective), freedom))
