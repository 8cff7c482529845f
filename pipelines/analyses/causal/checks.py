"""What an estimate has to stand up to: other outcomes, shuffled levers, hidden causes, one account less, another model, another half."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.causal.count_model import Fit, Groups, fit_logs, groups_of, independent_columns, one_step
from pipelines.analyses.effects_shape import EFFECT_CHECKS
from pipelines.analyses.statistics import Array

FEWEST_ACCOUNTS, ENOUGH_ACCOUNTS = 5, 15
OVERLAP_RATE = 0.3  # of the accounts, how many must have posts of both kinds
PLACEBO_P = 0.01
PLACEBO_SHARE = 0.25  # a placebo effect smaller than this part of the effect does not refuse it
SHUFFLES = 20
SHUFFLE_RATE = 0.2  # 5 % are expected; more than 4 of 20 happens by chance once in 400 times
E_VALUE = 1.5
COMMON_SHARE = 0.5  # of the devices that seem to bring views, from which on a hidden cause is the likelier one
HALVES_P = 0.01
REVERSAL_P = 0.01


def needed_posts(mean: float, phi: float, effect: float, design_effect: float = 1.0) -> float:
    """Posts per arm for 80 % power at 5 %: 2 (1.96 + 0.84)² (1/mean + phi) / effect², times the design effect 1 + (m - 1) rho."""
    if not mean > 0 or not effect or not np.isfinite(effect):
        return float("nan")
    return float(np.ceil(2 * (1.96 + 0.84) ** 2 * (1 / mean + phi) / effect**2 * max(design_effect, 1.0)))


def two_sided(effect: Array, error: Array, freedom: Array) -> Array:
    """p-values of t tests; NaN without an error."""
    from scipy.stats import t

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(2 * t.sf(np.abs(effect) / error, np.maximum(freedom, 1)))


def spread_of(contrasts: Array, fit: Fit) -> tuple[Array, Array]:
    """Effects and jackknife standard errors of contrasts (L, p)."""
    g = len(fit.changes)
    moved = fit.changes @ contrasts.T
    return contrasts @ fit.coefficients, np.sqrt((g - 1) / g * (moved**2).sum(axis=0))


def shuffled_rejections(levers: Array, fit: Fit, groups: Groups, freedom: Array, seed: int) -> Array:
    """How often a lever shuffled within accounts passes for an effect at 5 %, per lever (n, L); it should be 5 %."""
    from scipy.stats import t

    rng = np.random.default_rng(seed)
    g = groups.count
    critical = t.ppf(0.975, np.maximum(freedom, 1))
    pull = fit.weights * fit.residuals
    centered_pull = pull - (groups.sums(pull) / np.bincount(groups.codes))[groups.codes]
    hits = np.zeros(levers.shape[1])
    for _ in range(SHUFFLES):
        order = np.lexsort((rng.random(len(levers)), groups.codes))
        scores = groups.sums(levers[order] * centered_pull[:, None])
        error = np.sqrt(g / (g - 1) * ((scores - scores.mean(axis=0)) ** 2).sum(axis=0))
        with np.errstate(divide="ignore", invalid="ignore"):
            hits += np.abs(scores.sum(axis=0) / error) > critical
    return hits / SHUFFLES


def previous_outcome(y: Array, x: Array, groups: Groups, contrasts: Array) -> tuple[Array, Array]:
    """Effects and errors of the levers on the account's previous post, which they cannot have caused, given that post's own columns."""
    later = np.flatnonzero(np.r_[False, groups.codes[1:] == groups.codes[:-1]])
    if later.size == 0:
        return np.full(len(contrasts), np.nan), np.full(len(contrasts), np.nan)
    both = np.column_stack([x[later - 1], x[later]])
    part = groups_of(groups.codes[later])
    kept = independent_columns(both, part)
    padded = np.column_stack([np.zeros_like(contrasts), contrasts])
    effect, error = spread_of(padded[:, kept], fit_logs(y[later - 1], both[:, kept], part))
    lost = ((padded != 0) & ~kept).any(axis=1)
    return np.where(lost, np.nan, effect), np.where(lost, np.nan, error)


def halves(y: Array, x: Array, groups: Groups, fit: Fit, days: Array, contrasts: Array) -> tuple[Array, Array]:
    """Each half's effects by one step from the whole fit (2, L), and the p-value that they are equal."""
    late = days > np.median(days)
    effects, variances = [], []
    for part in (~late, late):
        if part.sum() < 10:
            return np.full((2, len(contrasts)), np.nan), np.full(len(contrasts), np.nan)
        step = one_step(y[part], x[part], groups_of(groups.codes[part]), fit.linear[part], fit.phi)
        effect, error = spread_of(contrasts, step)
        effects.append(effect)
        variances.append(error**2)
    difference = np.abs(effects[1] - effects[0])
    return np.array(effects), two_sided(difference, np.sqrt(variances[0] + variances[1]), np.full(len(contrasts), groups.count - 1.0))


def heterogeneity_p(effects: Array, errors: Array, freedom: Array) -> float:
    """p-value of Welch's test: do the subgroups' effects differ by more than error, errors themselves being estimated from few accounts?"""
    from scipy.stats import f

    known = np.isfinite(effects) & np.isfinite(errors) & (errors > 0)
    k = int(known.sum())
    if k < 2:
        return float("nan")
    weight = 1 / errors[known] ** 2
    middle = np.sum(weight * effects[known]) / weight.sum()
    wobble = float(np.sum((1 - weight / weight.sum()) ** 2 / np.maximum(freedom[known], 1)))
    between = np.sum(weight * (effects[known] - middle) ** 2) / (k - 1)
    return float(f.sf(between / (1 + 2 * (k - 2) / (k**2 - 1) * wobble), k - 1, (k**2 - 1) / (3 * wobble)))


def is_reversed(effects: Array, errors: Array, freedom: Array) -> bool:
    """Whether subgroups differ for sure and some are clearly above zero while others are clearly below (Simpson)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        strength = np.nan_to_num(effects / errors)
    return heterogeneity_p(effects, errors, freedom) < REVERSAL_P and bool((strength > 1.96).any() and (strength < -1.96).any())


def check(key: str, name: str, value: float, threshold: float, passes: bool, is_gate: bool = False) -> dict[str, Any]:
    """One row of EFFECT_CHECKS; a value that is not a number is "na" and passes no judgement."""
    known = value is not None and np.isfinite(value)
    state = "na" if not known else "pass" if passes else "fail"
    return {
        "effect_key": key,
        "check_name": name,
        "state": state,
        "value": float(value) if known else None,
        "threshold": float(threshold),
        "is_gate": is_gate,
    }


def check_rows(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Checks as the table they are written to."""
    return pl.DataFrame(rows, schema=EFFECT_CHECKS)
