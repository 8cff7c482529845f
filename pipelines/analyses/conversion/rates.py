"""Rates of groups: intervals that hold at 0 and 1, shrinkage towards what all groups have in common, sizes of experiments."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.analyses.statistics import Array

Z90, Z95 = 1.6448536269514722, 1.959963984540054


def wilson(successes: Any, trials: Any, z: float = Z95) -> tuple[Array, Array]:
    """Wilson's interval of each proportion, low and high; NaN without trials."""
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (k + z**2 / 2) / (n + z**2)
        half = z / (n + z**2) * np.sqrt(np.maximum(k * (n - k) / n, 0) + z**2 / 4)
    known = n > 0
    low, high = np.where(known, np.clip(centre - half, 0, 1), np.nan), np.where(known, np.clip(centre + half, 0, 1), np.nan)
    return np.where(known & (k <= 0), 0.0, low), np.where(known & (k >= n), 1.0, high)


def beta_prior(successes: Any, trials: Any) -> tuple[float, float]:
    """The Beta distribution the groups' true rates seem to come from, by maximum likelihood; nearly flat for one or two groups."""
    from scipy.optimize import minimize
    from scipy.special import betaln, expit

    k, n = np.asarray(successes, float), np.asarray(trials, float)
    k, n = k[n > 0], n[n > 0]
    if n.size == 0:
        return 1.0, 1.0
    mean = (k.sum() + 0.5) / (n.sum() + 1)
    if n.size < 3:
        return mean * 2, (1 - mean) * 2  # too few groups to learn how much they differ: hardly any shrinkage, hence wide intervals

    def loss(parameters: Array) -> float:
        a, b = _shape(parameters, expit)
        return -float(np.sum(betaln(k + a, n - k + b) - betaln(a, b)))

    start = np.array([np.log(mean / (1 - mean)), np.log(max(np.median(n), 2.0))])
    found = minimize(loss, start, method="L-BFGS-B", bounds=[(-15, 15), (np.log(2.0), np.log(1e6))])
    return _shape(found.x, expit)


def _shape(parameters: Array, expit: Any) -> tuple[float, float]:
    mean, strength = float(expit(parameters[0])), float(np.exp(parameters[1]))
    return mean * strength, (1 - mean) * strength


def gamma_prior(events: Any, exposures: Any) -> tuple[float, float]:
    """Shape and rate of the Gamma distribution the groups' true rates per exposure seem to come from, by maximum likelihood."""
    from scipy.optimize import minimize
    from scipy.special import gammaln

    k, e = np.asarray(events, float), np.asarray(exposures, float)
    k, e = k[e > 0], e[e > 0]
    if e.size == 0:
        return 0.5, 0.5
    mean = (k.sum() + 0.5) / e.sum()
    if e.size < 3:
        return 0.5, 0.5 / mean

    def loss(parameters: Array) -> float:
        shape, rate = np.exp(parameters[1]), np.exp(parameters[1] - parameters[0])
        return -float(np.sum(gammaln(k + shape) - gammaln(shape) + shape * np.log(rate / (rate + e)) + k * np.log(e / (rate + e))))

    found = minimize(loss, np.array([np.log(mean), 1.0]), method="L-BFGS-B", bounds=[(np.log(mean) - 5, np.log(mean) + 5), (-1.0, 10.0)])
    shape = float(np.exp(found.x[1]))
    return shape, shape / float(np.exp(found.x[0]))


def shrink_normal(estimates: Any, errors: Any) -> tuple[Array, Array]:
    """Normal empirical Bayes (method of moments, DerSimonian-Laird): shrunk estimates and their standard errors.

    The error of the common mean is part of each error; a single estimate stays as it is.
    """
    x, s = np.asarray(estimates, float), np.asarray(errors, float)
    if x.size < 2:
        return x, s
    w = 1 / s**2
    mean = np.sum(w * x) / w.sum()
    excess = np.sum(w * (x - mean) ** 2) - (x.size - 1)
    between = max(excess / (w.sum() - np.sum(w**2) / w.sum()), 0.0)
    total = 1 / (s**2 + between)
    centre, centre_variance = np.sum(total * x) / total.sum(), 1 / total.sum()
    keep = between / (between + s**2)
    return centre + keep * (x - centre), np.sqrt(keep * s**2 + (1 - keep) ** 2 * centre_variance)


def overdispersion(successes: Any, trials: Any) -> float:
    """How many times more the days' rates scatter than chance alone allows, at least 1."""
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    k, n = k[n > 0], n[n > 0]
    if k.size < 3 or k.sum() <= 0 or k.sum() >= n.sum():
        return 1.0
    p = k.sum() / n.sum()
    return max(float(np.sum((k - n * p) ** 2 / (n * p * (1 - p))) / (k.size - 1)), 1.0)


def scatter(k: Array, exposure: Array) -> float:
    """How many times more counts scatter around their exposure than a Poisson's would, at least 1."""
    if k.size < 3 or k.sum() <= 0:
        return 1.0
    expected = exposure * k.sum() / exposure.sum()
    return max(float(np.sum((k - expected) ** 2 / expected) / (k.size - 1)), 1.0)


def two_rates_p_value(k1: float, n1: float, k2: float, n2: float) -> float:
    """Two-sided p-value that two groups have the same rate (score test); NaN where it cannot be told."""
    from scipy.special import ndtr

    if n1 <= 0 or n2 <= 0:
        return float("nan")
    pooled = (k1 + k2) / (n1 + n2)
    spread = pooled * (1 - pooled) * (1 / n1 + 1 / n2)
    return float(2 * ndtr(-abs(k1 / n1 - k2 / n2) / np.sqrt(spread))) if spread > 0 else float("nan")


def needed_per_arm(rate: float, other: float) -> float:
    """People per arm that tell these two rates apart with 80 % power at 5 %; NaN where they are equal or no rates."""
    if not (0 <= rate <= 1 and 0 <= other <= 1) or rate == other:
        return float("nan")
    mean = (rate + other) / 2
    root = Z95 * np.sqrt(2 * mean * (1 - mean)) + 0.8416212335729143 * np.sqrt(rate * (1 - rate) + other * (1 - other))
    return float(np.ceil(root**2 / (rate - other) ** 2))
