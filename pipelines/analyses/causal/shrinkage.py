"""Empirical-Bayes shrinkage that does not pretend to know how much effects differ: the spread is integrated over, not plugged in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.analyses.statistics import Array

LEVEL = 0.90
SPREADS = 40  # points of the grid over the spread of true effects


@dataclass(frozen=True)
class Shrunk:
    """Posterior means with intervals at LEVEL, and the posterior mean of the spread of true effects."""

    mean: Array
    low: Array
    high: Array
    spread: float


def inflated(errors: Array, freedom: Array) -> Array:
    """Standard errors widened so that normal quantiles at LEVEL cover as t quantiles would."""
    from scipy.stats import norm, t

    return errors * t.ppf((1 + LEVEL) / 2, np.maximum(freedom, 1)) / norm.ppf((1 + LEVEL) / 2)


def shrink(estimates: Array, errors: Array, freedom: Array, center: float | None = None) -> Shrunk:
    """Estimates drawn towards their common mean (or a given center) as far as their spread beyond error suggests.

    Normal-normal model; the spread has a flat prior over a grid up to the largest effect seen. NaN stays NaN.
    """
    known = np.isfinite(estimates) & np.isfinite(errors) & (errors > 0)
    mean, low, high = (np.full(estimates.shape, np.nan) for _ in range(3))
    if not known.any():
        return Shrunk(mean, low, high, float("nan"))
    b, s = estimates[known], inflated(errors[known], freedom[known])
    top = max(2 * float(np.max(np.abs(b - (np.median(b) if center is None else center)))), float(np.median(s)))
    spreads = np.linspace(0, top, SPREADS)[:, None]
    total = s**2 + spreads**2
    if center is None:
        weight = 1 / total
        middle = (weight * b).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
        middle_variance = 1 / weight.sum(axis=1, keepdims=True)
        log_odds = 0.5 * np.log(middle_variance[:, 0]) - 0.5 * (np.log(total) + (b - middle) ** 2 / total).sum(axis=1)
    else:
        middle, middle_variance = np.full_like(spreads, center), np.zeros_like(spreads)
        log_odds = -0.5 * (np.log(total) + (b - center) ** 2 / total).sum(axis=1)
    odds = np.exp(log_odds - log_odds.max())
    odds /= odds.sum()
    pull = s**2 / total
    means = (1 - pull) * b + pull * middle
    variances = s**2 * (1 - pull) + pull**2 * middle_variance
    mean[known] = (odds[:, None] * means).sum(axis=0)
    low[known] = mixture_quantile((1 - LEVEL) / 2, odds, means, variances)
    high[known] = mixture_quantile((1 + LEVEL) / 2, odds, means, variances)
    return Shrunk(mean, low, high, float((odds * spreads[:, 0]).sum()))


def mixture_quantile(level: float, odds: Array, means: Array, variances: Array) -> Array:
    """Quantile of mixtures of normals: odds (k,), means and variances (k, n); by bisection."""
    from scipy.special import ndtr

    sd = np.sqrt(np.maximum(variances, 1e-18))
    low, high = (means - 9 * sd).min(axis=0), (means + 9 * sd).max(axis=0)
    for _ in range(50):
        middle = (low + high) / 2
        below = (odds[:, None] * ndtr((middle - means) / sd)).sum(axis=0) < level
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
