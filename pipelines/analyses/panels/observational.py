"""Persons who were treated and persons who were not, nobody having drawn lots: adjusted differences, and two gates before any is believed.

The gates decide, not the learner. On the classical job-training data with survey controls, eight estimators from matching to double
machine learning gave anything between a loss and twice the truth; in each case the "effect" on the earnings before the training, which
cannot exist, said so beforehand. Overlap is the other gate: where few controls resemble the treated, all weight falls on these few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.analyses.panels.binary_model import fit_binary
from pipelines.analyses.panels.did import t_interval
from pipelines.analyses.statistics import Array

PLACEBO_LEVEL = 0.01
FEWEST_EFFECTIVE = 50.0  # controls (or treated) that the weights amount to
LARGEST_OFF_SUPPORT = 0.1  # of the treated, with a propensity that no control has
FEWEST_PER_ARM = 30


@dataclass(frozen=True)
class Adjusted:
    """One estimate on the outcome's scale."""

    effect: float
    standard_error: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Overlap:
    """How many untreated the weights amount to, and the share of the treated that no untreated resembles."""

    effective_controls: float
    off_support_rate: float

    @property
    def is_enough(self) -> bool:
        """Whether a comparison may be made at all."""
        return self.effective_controls >= FEWEST_EFFECTIVE and self.off_support_rate <= LARGEST_OFF_SUPPORT


@dataclass(frozen=True)
class PersonEffect:
    """The verdict with everything it rests on; `effects` by estimator are shown whatever the verdict."""

    status: str
    reason: str | None
    effects: dict[str, Adjusted]
    overlap: Overlap | None
    placebo: Adjusted | None
    treated_count: int
    control_count: int


def person_effect(
    treated: Array, outcome: Array, covariates: Array, placebo_outcome: Array | None = None, placebo_covariates: Array | None = None
) -> PersonEffect:
    """Adjusted effect on the treated, refused where the placebo outcome moved or the groups don't overlap.

    `placebo_outcome` was measured before the treatment; `placebo_covariates` are the covariates that don't follow from it.
    """
    arms = int(treated.sum()), int((~treated).sum())
    if min(arms) < FEWEST_PER_ARM:
        return PersonEffect("not_enough_evidence", "too_few_people", {}, None, None, *arms)
    columns = varying(covariates)
    propensity = propensity_scores(treated, columns)
    effects = {
        "naive": least_squares(treated, outcome, np.empty((len(outcome), 0))),
        "ols": least_squares(treated, outcome, columns),
        "ipw": weighted_difference(treated, outcome, propensity, on_treated=True),
    }
    shared = overlap(treated, propensity)
    placebo = None
    if placebo_outcome is not None:
        known = covariates if placebo_covariates is None else placebo_covariates
        placebo = least_squares(treated, placebo_outcome, varying(known))
    reason = None
    if placebo is not None and placebo.p_value < PLACEBO_LEVEL:
        reason = "placebo_failed"
    elif not shared.is_enough:
        reason = "no_overlap"
    return PersonEffect("refused" if reason else "estimated", reason, effects, shared, placebo, *arms)


def varying(columns: Array) -> Array:
    """The columns that vary and repeat none before them, standardised."""
    usable = columns[:, np.ptp(columns, axis=0) > 0] if columns.size else columns
    if not usable.size:
        return usable
    scaled = (usable - usable.mean(axis=0)) / usable.std(axis=0)
    diagonal = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    kept: Array = scaled[:, diagonal > 1e-8 * np.sqrt(len(scaled))]
    return kept


def propensity_scores(treated: Array, covariates: Array) -> Array:
    """Probability of being treated given the covariates (logit)."""
    return fit_binary(np.column_stack([np.ones(len(treated)), covariates]), treated.astype(float)).fitted


def overlap(treated: Array, propensity: Array) -> Overlap:
    """Effective number of controls under weights p/(1-p), and the treated beyond the controls' highest propensity."""
    p = np.clip(propensity, 1e-9, 1 - 1e-9)
    odds = (p / (1 - p))[~treated]
    return Overlap(float(odds.sum() ** 2 / np.sum(odds**2)), float(np.mean(p[treated] > p[~treated].max())))


def least_squares(treated: Array, outcome: Array, covariates: Array) -> Adjusted:
    """Coefficient of the treatment with heteroskedasticity-robust (HC1) errors."""
    x = np.column_stack([treated.astype(float), np.ones(len(outcome)), covariates])
    bread = np.linalg.pinv(x.T @ x)
    beta = bread @ (x.T @ outcome)
    scores = x * (outcome - x @ beta)[:, None]
    degrees = len(outcome) - x.shape[1]
    variance = (bread @ (scores.T @ scores) @ bread)[0, 0] * len(outcome) / degrees
    return _adjusted(float(beta[0]), float(np.sqrt(variance)), degrees)


def weighted_difference(treated: Array, outcome: Array, propensity: Array, *, on_treated: bool = False) -> Adjusted:
    """Inverse-probability-weighted difference, on everybody or on the treated; errors robust, weights taken as known."""
    p = np.clip(propensity, 1e-6, 1 - 1e-6)
    weight = np.where(treated, 1.0, p / (1 - p)) if on_treated else np.where(treated, 1 / p, 1 / (1 - p))
    means, variance = {}, 0.0
    for arm in (True, False):
        w, y = weight[treated == arm], outcome[treated == arm]
        means[arm] = float(w @ y / w.sum())
        variance += float(np.sum((w * (y - means[arm])) ** 2) / w.sum() ** 2)
    return _adjusted(means[True] - means[False], float(np.sqrt(variance)), len(outcome) - 2)


def standardised_difference(treated: Array, outcome: Array, covariates: Array, interactions: Array | None = None) -> float:
    """Mean outcome predicted with everybody treated less with nobody; `interactions` are columns that meet the treatment."""
    meets = np.empty((len(outcome), 0)) if interactions is None else interactions
    t = treated.astype(float)

    def columns(arm: Array) -> Array:
        return np.column_stack([np.ones(len(outcome)), arm, covariates, meets * arm[:, None]])

    beta, *_ = np.linalg.lstsq(columns(t), outcome, rcond=None)
    return float((columns(np.ones_like(t)) @ beta - columns(np.zeros_like(t)) @ beta).mean())


def _adjusted(effect: float, error: float, degrees: float) -> Adjusted:
    return Adjusted(effect, error, *t_interval(effect, error, degrees))
