"""A model of yes or no by Newton's steps: logit for propensities, complementary log-log for hazards; errors clustered by person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.analyses.statistics import Array

STEPS = 100
HALVINGS = 30  # of a step that would make the fit worse
SMALL_RIDGE = 1e-9  # per row, against columns that never vary among the yes


@dataclass(frozen=True)
class BinaryFit:
    """Coefficients with their covariance, and the fitted probabilities."""

    coefficients: Array
    covariance: Array
    fitted: Array
    has_converged: bool

    @property
    def errors(self) -> Array:
        """Standard errors."""
        root: Array = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        return root


def fit_binary(x: Array, y: Array, *, cluster: Array | None = None, link: str = "logit") -> BinaryFit:
    """Maximum likelihood of y (0, 1) on the columns of x (with its constant); `cluster` numbers 0… give sandwich errors.

    The link ``cloglog`` makes coefficients log hazard ratios whatever the length of a period.
    """
    rate = float(np.clip(y.mean(), 1e-9, 1 - 1e-9))
    beta = np.zeros(x.shape[1])
    constant = int(np.argmax(np.ptp(x, axis=0) == 0))
    beta[constant] = _link(rate, link) / x[0, constant] if np.ptp(x[:, constant]) == 0 and x[0, constant] else 0.0
    ridge = SMALL_RIDGE * len(y) * np.eye(x.shape[1])
    best, converged = _likelihood(x @ beta, y, link) - beta @ ridge @ beta / 2, False
    for _ in range(STEPS):
        slope, weight, _ = _pieces(x @ beta, y, link)
        step = np.linalg.solve((x * weight[:, None]).T @ x + ridge, x.T @ slope - ridge @ beta)
        if float(np.abs(step).max()) < 1e-8:
            converged = True
            break
        for _ in range(HALVINGS):
            tried = beta + step
            reached = _likelihood(x @ tried, y, link) - tried @ ridge @ tried / 2
            if reached >= best - 1e-12 * abs(best):
                break
            step = step / 2
        beta, best = beta + step, reached
    slope, weight, fitted = _pieces(x @ beta, y, link)
    bread = np.linalg.inv((x * weight[:, None]).T @ x + ridge)
    scores = x * slope[:, None]
    if cluster is None:
        return BinaryFit(beta, bread, fitted, converged)
    groups = int(cluster.max()) + 1
    sums = np.zeros((groups, x.shape[1]))
    np.add.at(sums, cluster, scores)
    return BinaryFit(beta, bread @ (sums.T @ sums) @ bread * groups / max(groups - 1, 1), fitted, converged)


def _link(p: float, link: str) -> float:
    return float(np.log(-np.log1p(-p)) if link == "cloglog" else np.log(p / (1 - p)))


def _likelihood(eta: Array, y: Array, link: str) -> float:
    p = np.clip(_pieces(eta, y, link)[2], 1e-15, 1 - 1e-15)
    return float(np.sum(np.where(y > 0, np.log(p), np.log1p(-p))))


def _pieces(eta: Array, y: Array, link: str) -> tuple[Array, Array, Array]:
    """Score per row, Fisher weight per row, and probability."""
    eta = np.clip(eta, -30, 30)
    if link == "logit":
        p = 1 / (1 + np.exp(-eta))
        return y - p, np.maximum(p * (1 - p), 1e-12), p
    hazard = np.exp(np.minimum(eta, 5))
    p = np.clip(-np.expm1(-hazard), 1e-12, 1 - 1e-12)
    ratio = hazard * (1 - p) / p  # dp/deta over p
    return (y - p) / (1 - p) * ratio, np.maximum(ratio * hazard, 1e-12), p
