"""Counts compared within accounts: quasi-negative-binomial regression with account fixed effects and jackknife intervals.

The mean is exp(account + x'b), the variance mean + phi * mean²; only the mean has to be right. Accounts enter through weighted demeaning,
so their number costs nothing. Standard errors come from leaving out one account at a time (one Newton step each) and t with G - 1 degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipelines.analyses.statistics import Array

MAX_STEPS = 40
TOLERANCE = 1e-7
ROUGH = 1e-2  # the Poisson pass only has to tell the dispersion
RIDGE = 1e-10
LOWEST_PHI, HIGHEST_PHI = 0.01, 5.0


@dataclass(frozen=True)
class Groups:
    """Rows sorted by account: where each account's rows begin and the account number of every row."""

    starts: Array
    codes: Array

    @property
    def count(self) -> int:
        return int(self.starts.size)

    def sums(self, values: Array) -> Array:
        """Sums per account over the rows (first axis)."""
        return np.add.reduceat(values, self.starts, axis=0) if values.shape[0] else np.zeros((0, *values.shape[1:]))

    def demeaned(self, values: Array, weights: Array) -> Array:
        """The values less their account's weighted mean."""
        w = weights if values.ndim == 1 else weights[:, None]
        size = self.sums(weights)
        return values - (self.sums(values * w) / (size if values.ndim == 1 else size[:, None]))[self.codes]


def groups_of(codes: Array) -> Groups:
    """Groups of rows that are sorted by code already; codes are renumbered from 0."""
    if codes.size == 0:
        return Groups(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    return Groups(starts, np.repeat(np.arange(starts.size), np.diff(np.r_[starts, codes.size])))


@dataclass(frozen=True)
class Fit:
    """A fitted model: coefficients, one row of leave-one-account-out changes per account, and what checks reuse."""

    coefficients: Array  # (p,)
    changes: Array  # (G, p): coefficients without the account, less the coefficients
    robust: Array  # (p, p): covariance as if posts of an account were independent
    phi: float
    linear: Array  # (n,) fitted log mean
    weights: Array  # (n,) working weights
    residuals: Array  # (n,) working residuals (y - mean) / mean
    has_converged: bool

    @property
    def covariance(self) -> Array:
        """The jackknife covariance of the coefficients."""
        g = len(self.changes)
        return (g - 1) / g * self.changes.T @ self.changes


def fit_counts(y: Array, x: Array, groups: Groups, phi: float | None = None, start: Array | None = None) -> Fit:
    """The model of counts y (n,) on x (n, p) with account effects; phi None estimates it, 0 is Poisson.

    Rows are sorted by account, every account has a count above zero, and the columns of x vary independently within accounts.
    """
    x = groups.demeaned(x, np.ones(len(y)))
    linear = np.log((y + (groups.sums(y) / np.bincount(groups.codes))[groups.codes]) / 2) if start is None else start
    if phi is None:
        linear, _, _ = _iterate(y, x, groups, linear, 0.0, ROUGH)
        phi = dispersion(y, np.exp(linear))
    linear, coefficients, has_converged = _iterate(y, x, groups, linear, phi, TOLERANCE)
    return _finished(y, x, groups, linear, coefficients, phi, has_converged)


def fit_logs(y: Array, x: Array, groups: Groups) -> Fit:
    """Ordinary least squares of log(y + 0.5) within accounts: the second opinion."""
    ones = np.ones(len(y))
    z, x = groups.demeaned(np.log(y + 0.5), ones), groups.demeaned(x, ones)
    a = _ridged(x.T @ x)
    coefficients = np.linalg.solve(a, x.T @ z)
    residuals = z - x @ coefficients
    return _summary(x, groups, ones, residuals, coefficients, 0.0, x @ coefficients, True)


def one_step(y: Array, x: Array, groups: Groups, linear: Array, phi: float) -> Fit:
    """One Newton step from a fitted log mean on (part of) its rows: what the rows alone would say, nearly."""
    x = groups.demeaned(x, np.ones(len(y)))
    coefficients, moved = _step(y, x, groups, linear, phi)
    return _finished(y, x, groups, moved, coefficients, phi, True)


def dispersion(y: Array, mean: Array) -> float:
    """phi by moments, large means weighted down, within LOWEST_PHI and HIGHEST_PHI."""
    weight = 1 / (1 + mean) ** 2
    moment = float(np.sum(weight * ((y - mean) ** 2 - mean)) / np.sum(weight * mean**2))
    return float(np.clip(moment, LOWEST_PHI, HIGHEST_PHI))


def _iterate(y: Array, x: Array, groups: Groups, linear: Array, phi: float, tolerance: float) -> tuple[Array, Array, bool]:
    coefficients = np.zeros(x.shape[1])
    for _ in range(MAX_STEPS):
        coefficients, moved = _step(y, x, groups, linear, phi)
        far = float(np.max(np.abs(moved - linear), initial=0.0))
        linear = moved if far <= 3 else linear + (moved - linear) * (3 / far)
        if far < tolerance:
            return linear, coefficients, True
    return linear, coefficients, far < 1e-3


def _step(y: Array, x: Array, groups: Groups, linear: Array, phi: float) -> tuple[Array, Array]:
    mean = np.exp(np.clip(linear, -30, 30))
    weights = mean / (1 + phi * mean)
    z = linear + (y - mean) / mean
    wx = x * weights[:, None]
    size, by_account, z_mean = groups.sums(weights), groups.sums(wx), groups.sums(weights * z)
    a = wx.T @ x - by_account.T @ (by_account / size[:, None])
    coefficients = np.linalg.solve(_ridged(a), wx.T @ z - by_account.T @ (z_mean / size))
    account = (z_mean - by_account @ coefficients) / size
    return coefficients, x @ coefficients + account[groups.codes]


def _finished(y: Array, x: Array, groups: Groups, linear: Array, coefficients: Array, phi: float, has_converged: bool) -> Fit:
    mean = np.exp(np.clip(linear, -30, 30))
    weights = mean / (1 + phi * mean)
    residuals = (y - mean) / mean
    return _summary(groups.demeaned(x, weights), groups, weights, residuals, coefficients, phi, linear, has_converged)


def _summary(
    x: Array, groups: Groups, weights: Array, residuals: Array, coefficients: Array, phi: float, linear: Array, has_converged: bool
) -> Fit:
    wx = x * weights[:, None]
    p = x.shape[1]
    bounds = [*groups.starts, len(x)]
    parts = np.array([wx[i:j].T @ x[i:j] for i, j in pairwise(bounds)]).reshape(groups.count, p, p)
    scores = groups.sums(wx * residuals[:, None])
    total = parts.sum(axis=0)
    ridge = np.eye(p) * (RIDGE + 1e-6 * np.diag(total))
    changes = -np.linalg.solve(total - parts + ridge, scores[:, :, None])[:, :, 0]
    bread = np.linalg.inv(_ridged(total))
    meat = wx * residuals[:, None]
    n = len(x)
    scale = n / max(n - p - groups.count, 1)
    return Fit(coefficients, changes, scale * bread @ (meat.T @ meat) @ bread, phi, linear, weights, residuals, has_converged)


def _ridged(a: Array) -> Array:
    return a + np.eye(len(a)) * (RIDGE + 1e-10 * np.diag(a))


def independent_columns(x: Array, groups: Groups) -> Array:
    """Which columns of x vary within accounts in a way the columns before them do not; boolean, one per column."""
    within = groups.demeaned(x, np.ones(len(x)))
    size = np.sqrt((within**2).sum(axis=0))
    spread = np.sqrt((x**2).sum(axis=0))
    kept = size > 1e-7 * np.maximum(spread, 1e-12)
    scaled = np.where(kept, within / np.where(size > 0, size, 1), 0)
    gram = scaled.T @ scaled
    for k in range(len(kept)):  # Cholesky by columns: what is left of a column's length after those before it
        left = gram[k, k]
        if not kept[k] or left < 1e-7:
            kept[k] = False
            continue
        gram -= np.outer(gram[:, k], gram[k]) / left
    return kept
