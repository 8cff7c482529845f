"""Rung A: two arms drawn by coin. Means by Welch, proportions by Newcombe's interval, and a test that the coin was fair.

A sample-ratio mismatch comes first: where the arms' sizes are not what the draw should give, something dropped people from one arm, and the
difference between the arms says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.analyses.statistics import Array

CI_LEVEL = 0.95
MISMATCH_LEVEL = 0.001  # usual for this test: it is run on every experiment, and a real fault shows at any level


@dataclass(frozen=True)
class Comparison:
    """First arm minus second, with interval and two-sided p-value; NaN where an arm is too small."""

    difference: float
    standard_error: float
    low: float
    high: float
    p_value: float
    counts: tuple[int, int]


def compare_means(first: Array, second: Array, level: float = CI_LEVEL, *, equal_spread: bool = False) -> Comparison:
    """Difference of two means with Welch's interval; NaN values are left out. `equal_spread`: one variance for both, arms may be of one."""
    from scipy.stats import t as student

    a, b = first[np.isfinite(first)], second[np.isfinite(second)]
    n, m = len(a), len(b)
    nan = float("nan")
    smallest = 1 if equal_spread else 2
    if min(n, m) < smallest or n + m < 3:
        return Comparison(float(a.mean() - b.mean()) if min(n, m) else nan, nan, nan, nan, nan, (n, m))
    difference = float(a.mean() - b.mean())
    if equal_spread:
        degrees = float(n + m - 2)
        variance = (float(np.sum((a - a.mean()) ** 2)) + float(np.sum((b - b.mean()) ** 2))) / degrees * (1 / n + 1 / m)
    else:
        parts = float(a.var(ddof=1)) / n, float(b.var(ddof=1)) / m
        variance = sum(parts)
        degrees = variance**2 / (parts[0] ** 2 / (n - 1) + parts[1] ** 2 / (m - 1)) if variance > 0 else nan
    if not variance > 0:
        return Comparison(difference, nan, nan, nan, nan, (n, m))
    error = float(np.sqrt(variance))
    half = float(student.ppf(0.5 + level / 2, degrees)) * error
    p_value = float(2 * student.sf(abs(difference) / error, degrees))
    return Comparison(difference, error, difference - half, difference + half, p_value, (n, m))


def wilson(successes: int, total: int, level: float = CI_LEVEL) -> tuple[float, float]:
    """Wilson's interval of a proportion; NaN for no trials."""
    from scipy.stats import norm

    if total <= 0:
        return float("nan"), float("nan")
    z = float(norm.ppf(0.5 + level / 2))
    centre = (successes + z * z / 2) / (total + z * z)
    half = z / (total + z * z) * float(np.sqrt(successes * (total - successes) / total + z * z / 4))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def compare_proportions(success_a: int, n_a: int, success_b: int, n_b: int, level: float = CI_LEVEL) -> Comparison:
    """Difference of two proportions with Newcombe's interval (from both Wilson intervals) and the score test's p-value."""
    from scipy.stats import norm

    nan = float("nan")
    if min(n_a, n_b) <= 0:
        return Comparison(nan, nan, nan, nan, nan, (n_a, n_b))
    a, b = success_a / n_a, success_b / n_b
    (low_a, high_a), (low_b, high_b) = wilson(success_a, n_a, level), wilson(success_b, n_b, level)
    low = a - b - float(np.hypot(a - low_a, high_b - b))
    high = a - b + float(np.hypot(high_a - a, b - low_b))
    pooled = (success_a + success_b) / (n_a + n_b)
    null_error = float(np.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b)))
    p_value = float(2 * norm.sf(abs(a - b) / null_error)) if null_error > 0 else nan
    return Comparison(a - b, float(np.sqrt(a * (1 - a) / n_a + b * (1 - b) / n_b)), low, high, p_value, (n_a, n_b))


def sample_ratio_mismatch(counts: Sequence[int], shares: Sequence[float] | None = None) -> float:
    """p-value that arms of these sizes came from a draw with these shares (equal ones if not said); under 0.001 is a mismatch."""
    from scipy.stats import chisquare

    seen = np.asarray(counts, dtype=float)
    if len(seen) < 2 or seen.sum() <= 0:
        return float("nan")
    expected = np.full(len(seen), 1 / len(seen)) if shares is None else np.asarray(shares, dtype=float) / np.sum(shares)
    return float(chisquare(seen, expected * seen.sum()).pvalue)
