"""What all platforms together teach about one platform's day: a joint prior over smooth curves of the hour."""

from __future__ import annotations

import numpy as np

from pipelines.analyses.causal.design import SLOT_HOURS, SLOTS
from pipelines.analyses.causal.shrinkage import LEVEL, inflated, mixture_quantile
from pipelines.analyses.statistics import Array

SPREADS = (0.0, 0.03, 0.06, 0.1, 0.14, 0.18, 0.24, 0.32, 0.45)  # standard deviation of a day's curve, log points
LENGTHS = (2.0, 4.0)  # hours over which a curve bends
ROUGH_PART = 0.1  # of the variance is not smooth at all
ROUNDS = 25
PRIOR_COUNT = 2.0  # platforms' worth of belief in every curve alike


def curve_covariance(length: float) -> Array:
    """Prior covariance of the eight slots at spread 1: smooth around the clock, plus a rough part."""
    hours = np.arange(len(SLOTS)) * SLOT_HOURS
    apart = np.abs(hours[:, None] - hours[None, :])
    apart = np.minimum(apart, 24 - apart)
    smooth = np.exp(-0.5 * (apart / (length + SLOT_HOURS / 2)) ** 2)
    return (1 - ROUGH_PART) * smooth + ROUGH_PART * np.eye(len(SLOTS))


def slot_posteriors(measured: list[tuple[Array, Array, Array, float]]) -> list[tuple[Array, Array, Array]]:
    """Posterior mean, low and high end at LEVEL of the effects of each platform's slots against its mix.

    Per platform: the differences (k,) of slots to a base slot, their covariance (k, k), place in SLOTS and today's share
    of the base slot and of those k (k + 1, 2), and the degrees of freedom.
    """
    curves = [(spread, curve_covariance(length)) for length in LENGTHS for spread in SPREADS]
    parts = [[_posterior(*platform, spread, shape) for spread, shape in curves] for platform in measured]
    log_likelihood = np.array([[part[0] for part in platform] for platform in parts])
    odds = _curve_odds(log_likelihood)
    found = []
    for k, platform in enumerate(parts):
        weight = odds[k]
        means, variances = np.array([part[1] for part in platform]), np.array([part[2] for part in platform])
        low, high = (mixture_quantile(level, weight, means, variances) for level in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        found.append((weight @ means, low, high))
    return found


def _posterior(
    differences: Array, covariance: Array, places: Array, freedom: float, spread: float, shape: Array
) -> tuple[float, Array, Array]:
    """Log likelihood of the differences under one curve, and mean and variance of each slot against the mix."""
    position, share = places[:, 0].astype(int), places[:, 1]
    prior = spread**2 * shape[np.ix_(position, position)]
    to_base = np.column_stack([-np.ones(len(position) - 1), np.eye(len(position) - 1)])
    to_mix = np.eye(len(position)) - share[None, :]
    wide = float(inflated(np.array(1.0), np.array(freedom))) ** 2
    total = to_base @ prior @ to_base.T + covariance * wide
    gain = np.linalg.solve(total, to_base @ prior @ to_mix.T).T
    mean = gain @ differences
    left = to_mix @ prior @ to_mix.T - gain @ to_base @ prior @ to_mix.T
    _, log_size = np.linalg.slogdet(total)
    log_likelihood = -0.5 * (log_size + differences @ np.linalg.solve(total, differences))
    return float(log_likelihood), mean, np.maximum(np.diag(left), 1e-12)


def _curve_odds(log_likelihood: Array) -> Array:
    """Each platform's odds of the curves, where how common a curve is is learned from all platforms (EM with a weak prior)."""
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    common = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    for _ in range(ROUNDS):
        odds = likelihood * common
        odds /= odds.sum(axis=1, keepdims=True)
        common = (odds.sum(axis=0) + PRIOR_COUNT / len(common)) / (len(odds) + PRIOR_COUNT)
    odds = likelihood * common
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))
