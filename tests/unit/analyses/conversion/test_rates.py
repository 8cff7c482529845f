"""Rates of groups against published figures and their own laws."""

import numpy as np
import pytest

from pipelines.analyses.conversion.rates import (
    beta_prior,
    gamma_prior,
    needed_per_arm,
    overdispersion,
    shrink_normal,
    two_rates_p_value,
    wilson,
)

# Efron and Morris (1975): hits of 18 batters in their first 45 times at bat, and their average over the rest of the season.
HITS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
REST = np.array([346, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 286, 316, 200]) / 1000


def test_shrunk_batting_averages_are_nearer_to_the_season() -> None:
    a, b = beta_prior(HITS, np.full(18, 45))
    raw, shrunk = np.sum((HITS / 45 - REST) ** 2), np.sum(((HITS + a) / (45 + a + b) - REST) ** 2)
    assert raw == pytest.approx(0.0755, abs=0.001)
    assert shrunk == pytest.approx(0.0229, abs=0.003)


def test_wilsons_interval_holds_at_none_and_all() -> None:
    low, high = wilson([0, 12, 5, 0], [12, 12, 10, 0])
    z2 = 1.959963984540054**2
    assert low[0] == 0 and high[0] == pytest.approx(z2 / (12 + z2))
    assert high[1] == 1 and low[1] == pytest.approx(12 / (12 + z2))
    assert (low[2], high[2]) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert np.isnan([low[3], high[3]]).all()


def test_groups_that_differ_by_chance_only_are_drawn_together() -> None:
    rng = np.random.default_rng(2)
    n = np.full(40, 200)
    a, b = beta_prior(rng.binomial(n, 0.3), n)
    assert a + b > 500 and a / (a + b) == pytest.approx(0.3, abs=0.02)
    shape, rate = gamma_prior(rng.poisson(5.0, 40), np.full(40, 10.0))
    assert shape / rate == pytest.approx(0.5, abs=0.08)
    estimates, errors = shrink_normal(rng.normal(0.3, 0.2, 30), np.full(30, 0.2))
    assert np.ptp(estimates) < 0.4 and (errors < 0.2).all()


def test_nothing_known_is_no_crash() -> None:
    assert beta_prior([], []) == (1.0, 1.0) and gamma_prior([], [])[0] > 0
    assert overdispersion([1], [3]) == 1.0
    assert np.isnan(two_rates_p_value(0, 0, 1, 2)) and np.isnan(two_rates_p_value(0, 5, 0, 5))
    assert np.isnan(needed_per_arm(0.2, 0.2)) and np.isnan(needed_per_arm(float("nan"), 0.2))


def test_the_size_of_an_experiment_is_the_textbooks() -> None:
    assert needed_per_arm(0.10, 0.15) == pytest.approx(686, abs=1)  # two-sided 5 %, power 80 %
    assert two_rates_p_value(10, 100, 25, 100) == pytest.approx(0.00527, abs=2e-4)
