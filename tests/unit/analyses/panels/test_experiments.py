"""Two arms drawn by coin, against published figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.panels.experiments import compare_means, compare_proportions, sample_ratio_mismatch, wilson

HILLSTROM = Path(__file__).resolve().parents[5] / "shared" / "data" / "hillstrom" / "hillstrom.csv"


def test_newcombe_interval_of_the_paper() -> None:
    """Newcombe 1998, method 10, 56/70 against 48/80: 0.2 (0.0524, 0.3339)."""
    found = compare_proportions(56, 70, 48, 80)
    assert (found.difference, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_wilson_has_no_zero_width() -> None:
    low, high = wilson(0, 12)
    z = 1.959964
    assert low == pytest.approx(0, abs=1e-12)
    assert high == pytest.approx(z * z / (12 + z * z), abs=1e-6)


def test_welch_is_scipys() -> None:
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(0)
    a, b = rng.normal(1, 2, 30), rng.normal(0, 1, 50)
    oracle = ttest_ind(a, b, equal_var=False)
    found = compare_means(a, b)
    interval = oracle.confidence_interval()
    assert (found.p_value, found.low, found.high) == pytest.approx((oracle.pvalue, interval.low, interval.high))


def test_a_sample_ratio_mismatch_is_told() -> None:
    assert sample_ratio_mismatch([821_588, 815_482]) < 0.001  # a difference of 0.7 % in 1.6 million is no chance
    assert sample_ratio_mismatch([5_020, 4_980]) > 0.5
    assert sample_ratio_mismatch([900, 100], [0.9, 0.1]) == pytest.approx(1)


def test_thin_arms_give_no_interval() -> None:
    assert np.isnan(compare_means(np.array([1.0]), np.array([1.0, 2.0])).p_value)
    assert np.isnan(compare_proportions(0, 0, 1, 5).low)


@pytest.mark.skipif(not HILLSTROM.exists(), reason="the e-mail experiment's data is not on this machine")
def test_the_email_experiment_of_hillstrom() -> None:
    frame = pl.read_csv(HILLSTROM, schema_overrides={"spend": pl.Float64})
    arms = frame.group_by("segment").agg(pl.col("visit").sum(), pl.len()).sort("segment")
    visits = dict(zip(arms["segment"], zip(arms["visit"], arms["len"], strict=True), strict=True))
    men, none, women = visits["Mens E-Mail"], visits["No E-Mail"], visits["Womens E-Mail"]
    assert [round(100 * k / n, 3) for k, n in (men, women, none)] == [18.276, 15.140, 10.617]
    assert sample_ratio_mismatch(arms["len"].to_list()) > 0.001
    found = compare_proportions(*men, *none)
    assert found.low > 0.065 and found.high < 0.085 and found.p_value < 1e-6
    spend = {key: frame.filter(pl.col("segment") == key)["spend"].to_numpy() for key in visits}
    assert compare_means(spend["Mens E-Mail"], spend["No E-Mail"]).difference == pytest.approx(0.770, abs=0.001)
    assert compare_means(spend["Womens E-Mail"], spend["No E-Mail"]).difference == pytest.approx(0.424, abs=0.001)
