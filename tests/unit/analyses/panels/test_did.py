"""Difference-in-differences and synthetic controls against published results and against a world with planted effects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.panels.did import (
    Estimator,
    Panel,
    contaminated_donor,
    did_effect,
    leave_one_donor_out,
    placebo_in_time_p,
    pre_trend_p,
    with_placebos,
)
from pipelines.analyses.panels.synthetic_control import (
    demeaned_effect,
    simplex_weights,
    synthetic_control_effect,
    synthetic_did_effect,
)
from tests.unit.analyses.panels.campaign_world import campaign_panel

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def cigarettes() -> Panel:
    frame = pl.read_csv(DATA / "california_prop99.csv")
    states = np.array(frame.columns[1:])
    return Panel(frame.drop("Year").to_numpy(), states == "California", frame["Year"].to_numpy() >= 1989)


def test_cigarette_tax_of_california(cigarettes: Panel) -> None:
    """Arkhangelsky and others 2021, table 1: -15.6, -27.3 and -19.6."""
    found = {f.__name__: with_placebos(cigarettes, f) for f in (synthetic_did_effect, did_effect, synthetic_control_effect)}
    assert found["synthetic_did_effect"].effect == pytest.approx(-15.61, abs=0.1)
    assert found["did_effect"].effect == pytest.approx(-27.35, abs=0.05)
    assert found["synthetic_control_effect"].effect == pytest.approx(-19.5, abs=0.3)
    # That synthetic California is mostly Utah, Montana, Nevada and Connecticut; equal weights would mean that the search did not move.
    weights = found["synthetic_control_effect"].weights
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0.01).sum() < 8


def test_organ_donations_in_california() -> None:
    """Kessler and Roth 2014, in The Effect, chapter 18: -0.0225."""
    causaldata = pytest.importorskip("causaldata")
    frame = pl.from_pandas(causaldata.organ_donations.load_pandas().data)
    wide = frame.sort("State").pivot("State", index="Quarter_Num", values="Rate").sort("Quarter_Num")
    states = np.array(wide.columns[1:])
    panel = Panel(wide.drop("Quarter_Num").to_numpy(), states == "California", wide["Quarter_Num"].to_numpy() >= 4)
    assert with_placebos(panel).effect == pytest.approx(-0.0225, abs=0.0001)


def test_weights_find_the_mixture_that_was_planted() -> None:
    donors = np.random.default_rng(1).normal(size=(40, 6))
    truth = np.array([0.5, 0, 0.3, 0, 0.2, 0])
    assert simplex_weights(donors, donors @ truth) == pytest.approx(truth, abs=1e-6)


@pytest.mark.parametrize("estimator", [did_effect, demeaned_effect])
def test_campaigns_are_covered_told_from_nothing_and_found(estimator: Estimator) -> None:
    """One treated account, eight controls, an event inside the window; before/after would be wrong by the event."""
    null = [with_placebos(campaign_panel(seed), estimator) for seed in range(120)]
    real = [with_placebos(campaign_panel(seed, effect=0.2), estimator) for seed in range(120)]
    covered = np.mean([e.low <= 0 <= e.high for e in null])
    assert 0.90 <= covered <= 0.99
    assert np.mean([e.p_value < 0.05 for e in null]) <= 0.10
    assert np.mean([e.p_value < 0.05 for e in real]) >= 0.70
    assert abs(np.mean([e.effect for e in real]) - 0.2) < 0.02
    rough = [p.treated[p.in_window].mean() - p.treated[~p.in_window].mean() for p in (campaign_panel(seed) for seed in range(120))]
    assert np.mean(rough) > 0.08


def test_one_contaminated_control_is_found_and_left_out() -> None:
    plain, mended, caught = [], [], 0
    for seed in range(60):
        panel = campaign_panel(seed, effect=0.2, contamination=0.5)
        plain.append(with_placebos(panel).effect)
        odd = contaminated_donor(panel)
        caught += odd == 0
        mended.append(with_placebos(panel if odd is None else panel.without_unit(odd)).effect)
    assert caught >= 45
    assert np.mean([contaminated_donor(campaign_panel(seed)) is not None for seed in range(100)]) <= 0.04
    assert abs(np.mean(mended) - 0.2) < 0.02 < abs(np.mean(plain) - 0.2)


def test_leaving_one_donor_out_brackets_the_effect() -> None:
    panel = campaign_panel(5, effect=0.2)
    low, high = leave_one_donor_out(panel)
    assert low <= with_placebos(panel).effect <= high


def test_what_was_moving_before_is_told() -> None:
    panel = campaign_panel(3)
    drift = np.where(panel.is_treated, 0.03, 0) * np.arange(len(panel.values))[:, None]
    moving = Panel(panel.values + drift, panel.is_treated, panel.in_window)
    assert pre_trend_p(moving) < 0.01
    assert placebo_in_time_p(moving) < 0.05
    calm = [pre_trend_p(campaign_panel(seed)) for seed in range(100)]
    assert np.mean(np.array(calm) < 0.01) <= 0.05


def test_under_three_controls_there_is_no_interval() -> None:
    panel = campaign_panel(1, effect=0.2, controls=2)
    assert np.isnan(with_placebos(panel).p_value)
    assert np.isnan(pre_trend_p(panel))
