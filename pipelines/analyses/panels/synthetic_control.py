"""Synthetic control and synthetic difference-in-differences: donors weighted so that they move like the treated unit did before.

All weights are found by non-negative least squares with a heavy row that makes them sum to one. General optimisers started from equal
weights were found to return these equal weights without complaint, and with them a plain difference under a better name.
"""

from __future__ import annotations

import numpy as np

from pipelines.analyses.statistics import Array

HEAVY = 1e4


def simplex_weights(features: Array, target: Array, ridge: float = 0.0) -> Array:
    """Weights >= 0 with sum 1 that minimise |features w - target|² + ridge |w|², features being rows × candidates."""
    from scipy.optimize import nnls

    count = features.shape[1]
    scale = float(np.abs(features).max()) or 1.0
    rows = np.vstack([features, np.sqrt(ridge) * np.eye(count), HEAVY * scale * np.ones((1, count))])
    wanted = np.concatenate([target, np.zeros(count), [HEAVY * scale]])
    weights, _ = nnls(rows, wanted, maxiter=50 * count)
    total = weights.sum()
    return weights / total if total > 0 else np.full(count, 1 / count)


def synthetic_control_effect(treated: Array, donors: Array, in_window: Array) -> tuple[float, Array]:
    """Classical synthetic control on outcomes alone: mean gap in the window, and the donors' weights."""
    weights = simplex_weights(donors[~in_window], treated[~in_window])
    return float((treated - donors @ weights)[in_window].mean()), weights


def demeaned_effect(treated: Array, donors: Array, in_window: Array) -> tuple[float, Array]:
    """Synthetic control after each unit's base mean is taken off, weights held towards equal ones by a ridge; and the weights.

    Without demeaning, an account larger than every control has none; without the ridge a noisy base of some weeks picks weights by chance.
    """
    base_donors, base_treated = donors[~in_window], treated[~in_window]
    centred = base_donors - base_donors.mean(axis=0)
    weights = simplex_weights(centred, base_treated - base_treated.mean(), _ridge(base_donors, int(in_window.sum())))
    gap = treated - donors @ weights
    return float(gap[in_window].mean() - gap[~in_window].mean()), weights


def synthetic_did_effect(treated: Array, donors: Array, in_window: Array) -> tuple[float, Array]:
    """Synthetic difference-in-differences (Arkhangelsky and others 2021): unit weights and time weights; and the unit weights."""
    base_donors, base_treated = donors[~in_window], treated[~in_window]
    centred = base_donors - base_donors.mean(axis=0)
    units = simplex_weights(centred, base_treated - base_treated.mean(), _ridge(base_donors, int(in_window.sum())))
    after = donors[in_window].mean(axis=0)
    step = np.diff(base_donors, axis=0)
    small = (1e-6 * float(step.std(ddof=1)) if step.size > 1 else 0.0) ** 2 * donors.shape[1]
    times = simplex_weights((base_donors - base_donors.mean(axis=1, keepdims=True)).T, after - after.mean(), small)
    gap = treated - donors @ units
    return float(gap[in_window].mean() - gap[~in_window] @ times), units


def _ridge(base_donors: Array, window_days: int) -> float:
    """zeta² × base days with zeta = (treated cells)^(1/4) × the spread of day-to-day changes, as in the paper."""
    steps = np.diff(base_donors, axis=0)
    spread = float(steps.std(ddof=1)) if steps.size > 1 else 0.0
    return (window_days**0.25 * spread) ** 2 * len(base_donors)
