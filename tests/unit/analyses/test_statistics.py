"""Statistics with published answers."""

import numpy as np
import pytest

from pipelines.analyses.statistics import benjamini_hochberg, e_value, mase, near_e_value, overlapping_gain_p_value, smape

# Benjamini and Hochberg (1995), section 3.2: at 0.05 their procedure rejects four hypotheses, Bonferroni three
THROMBOLYSIS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


def test_benjamini_hochberg_rejects_the_published_four() -> None:
    q_values = benjamini_hochberg(np.array(THROMBOLYSIS))
    assert (q_values <= 0.05).sum() == 4
    assert q_values[0] == pytest.approx(0.0015)
    assert q_values[3] == pytest.approx(0.0095 * 15 / 4)


def test_benjamini_hochberg_ignores_unknown_p_values() -> None:
    q_values = benjamini_hochberg(np.array([0.01, np.nan, 0.04]))
    assert np.isnan(q_values[1])
    assert q_values[[0, 2]] == pytest.approx([0.02, 0.04])


def test_e_values_are_the_published_ones() -> None:
    """VanderWeele and Ding (2017): a risk ratio of 3.9 (1.8 to 8.7) has the E-value 7.26, its interval 3.0."""
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value(np.array([3.9, 1 / 3.9, 1.8, 1.0, np.nan])) == pytest.approx([7.26, 7.26, 3.0, 1.0, np.nan], abs=0.005, nan_ok=True)
    assert near_e_value(np.log(1.8), np.log(8.7)) == pytest.approx(3.0, abs=0.005)
    assert near_e_value(-np.log(8.7), -np.log(1.8)) == pytest.approx(3.0, abs=0.005), "a protection is as hard to explain away"
    assert near_e_value(-0.1, 0.3) == 1.0
    assert np.isnan(near_e_value(float("nan"), 0.3))


def test_mase_and_smape_by_hand() -> None:
    history = np.array([1.0, 2, 3, 5])  # steps of season 2: 2 and 3, mean 2.5
    assert mase(np.array([4.0, 6]), np.array([5.0, 9]), history, 2) == pytest.approx(2 / 2.5)
    assert smape(np.array([4.0, 0.0]), np.array([6.0, 0.0])) == pytest.approx((2 * 2 / 10 + 0) / 2)
    assert np.isnan(mase(np.array([1.0]), np.array([1.0]), np.ones(9), 7)), "a history that never changes has no scale"


def test_overlapping_windows_are_no_independent_witnesses() -> None:
    gains = np.array([0.1, 0.2, 0.15, 0.05, 0.12, 0.18, 0.09, 0.14])
    apart = overlapping_gain_p_value(gains, np.arange(8.0) * 28, 28)
    close = overlapping_gain_p_value(gains, np.arange(8.0) * 2, 28)
    assert apart < 0.001 < close


def test_overlapping_gain_test_keeps_its_level() -> None:
    """Windows of 28 days moved by 14, of noise without any gain: about a tenth may pass at 0.1."""
    rng = np.random.default_rng(5)
    starts = np.arange(12) * 14
    passed = 0
    for _ in range(400):
        days = rng.normal(size=starts[-1] + 28)
        gains = np.array([days[start : start + 28].mean() for start in starts])
        passed += overlapping_gain_p_value(gains, starts.astype(float), 28) < 0.1
    assert passed / 400 < 0.14
