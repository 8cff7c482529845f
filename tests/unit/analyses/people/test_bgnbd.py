"""BG/NBD against the published figures and against people who follow it."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.people.bgnbd import BgNbd, fit_bgnbd

CDNOW = Path(__file__).parent / "data" / "cdnow_customers_summary.csv"


@pytest.fixture(scope="module")
def cdnow() -> tuple[pl.DataFrame, BgNbd]:
    rows = pl.read_csv(CDNOW).cast({"frequency": pl.Float64})
    return rows, fit_bgnbd(rows["frequency"].to_numpy(), rows["recency"].to_numpy(), rows["T"].to_numpy())


def test_cdnow_gives_the_published_parameters(cdnow: tuple[pl.DataFrame, BgNbd]) -> None:
    rows, model = cdnow
    assert rows.height == model.people_count == 2_357
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.002)
    assert model.log_likelihood == pytest.approx(-9_582.4, abs=0.1)
    assert model.is_converged


def test_the_published_customer_is_expected_to_come_1_226_times(cdnow: tuple[pl.DataFrame, BgNbd]) -> None:
    _, model = cdnow
    repeats, last, observed = np.array([2.0]), np.array([30.43]), np.array([38.86])
    assert model.expected(39, repeats, last, observed)[0] == pytest.approx(1.226, abs=0.001)
    assert model.p_alive(repeats, last, observed)[0] == pytest.approx(0.7266, abs=0.001)


def test_nothing_is_claimed_of_people_seen_once(cdnow: tuple[pl.DataFrame, BgNbd]) -> None:
    _, model = cdnow
    assert np.isnan(model.p_alive(np.zeros(1), np.zeros(1), np.array([20.0]))[0])


def test_longer_silence_is_less_alive_and_expected_grows_with_the_days(cdnow: tuple[pl.DataFrame, BgNbd]) -> None:
    _, model = cdnow
    observed = np.linspace(10, 60, 20)
    alive = model.p_alive(np.full(20, 4.0), np.full(20, 9.0), observed)
    assert (np.diff(alive) < 0).all() and (alive > 0).all() and (alive < 1).all()
    ahead = [model.expected(days, np.array([4.0]), np.array([9.0]), np.array([12.0]))[0] for days in (1, 7, 28, 90)]
    assert (np.diff(ahead) > 0).all()


def test_the_unit_of_time_does_not_matter(cdnow: tuple[pl.DataFrame, BgNbd]) -> None:
    rows, weeks = cdnow
    days = fit_bgnbd(rows["frequency"].to_numpy(), rows["recency"].to_numpy() * 7, rows["T"].to_numpy() * 7)
    assert (days.r, days.alpha / 7, days.a, days.b) == pytest.approx((weeks.r, weeks.alpha, weeks.a, weeks.b), rel=0.005)
