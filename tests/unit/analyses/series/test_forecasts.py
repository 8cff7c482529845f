"""Forecasts must beat repeating last week, and say so when they do not."""

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.series import tables as schemas
from pipelines.analyses.series.daily_grid import daily_series
from pipelines.analyses.series.forecast_models import NAIVE, candidate_paths, masked
from pipelines.analyses.series.forecasts import REASONS, forecasts
from pipelines.analyses.series.smoothing import last_seasons, smooth, theta
from pipelines.analyses.statistics import mase, smape
from tests.unit.analyses.worlds import calendar, long_frame, planted_series

M4 = Path(__file__).parents[4] / "shared" / "data" / "m4_weekly_hourly"
LAST = dt.date(2025, 12, 31)


def chosen(scores: pl.DataFrame) -> pl.DataFrame:
    return scores.filter("is_chosen")


def held_out(count: int, days: int, last: dt.date, **world: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Many planted series that end on `last`: without their last 28 days, and whole."""
    whole = pl.concat([long_frame(planted_series(days, s, last=last, **world), key=f"s{s:02d}", last=last) for s in range(count)])
    return whole.filter(pl.col("business_date") <= last - dt.timedelta(28)), whole


@pytest.fixture(scope="module")
def year() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Forecasts and scores of ten quiet series of a year, and what really came."""
    train, whole = held_out(10, 393, LAST, events=False)
    made, scores, _ = forecasts(train, calendar())
    return made, scores, whole


@pytest.mark.skipif(not M4.is_dir(), reason="the M4 files are not beside the repository")
def test_naive_forecasts_give_the_published_m4_figures() -> None:
    def rows(name: str) -> dict[str, np.ndarray]:
        with (M4 / name).open() as file:
            return {row[0]: np.array([float(v) for v in row[1:] if v]) for row in list(csv.reader(file))[1:]}

    train, test = rows("Hourly-train.csv"), rows("Hourly-test.csv")
    last = {key: np.full(48, values[-1]) for key, values in train.items()}
    assert np.mean([mase(test[k], last[k], train[k], 24) for k in test]) == pytest.approx(11.608, abs=0.0005)
    assert 100 * np.mean([smape(test[k], last[k]) for k in test]) == pytest.approx(43.003, abs=0.0005)
    naive = {key: values[-24:][np.arange(48) % 24] for key, values in train.items()}
    assert np.mean([mase(test[k], naive[k], train[k], 24) for k in test]) == pytest.approx(1.193, abs=0.0005)
    assert 100 * np.mean([smape(test[k], naive[k]) for k in test]) == pytest.approx(13.912, abs=0.0005)


def test_columns_horizon_and_dates(year: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]) -> None:
    made, scores, whole = year
    assert made.schema == schemas.FORECASTS and scores.schema == schemas.FORECAST_SCORES
    one = made.filter(pl.col("series_key") == "s00")
    assert one["horizon_days"].to_list() == list(range(1, 29))
    assert one["made_on"].unique().to_list() == [LAST - dt.timedelta(28)]
    assert (one["business_date"] == whole.filter(pl.col("series_key") == "s00")["business_date"].tail(28)).all()
    assert (made["lower"] <= made["forecast"]).all() and (made["forecast"] <= made["upper"]).all()
    assert (made["lower"] >= 0).all()


def test_scores_cover_every_candidate_and_choose_one(year: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]) -> None:
    _, scores, _ = year
    assert set(scores["model"]) >= {"seasonal_naive", "damped_ets", "theta", "calendar_ets", "median_ensemble"}
    assert scores.group_by("series_key").agg(pl.col("is_chosen").sum())["is_chosen"].to_list() == [1] * 10
    assert scores["origins"].min() >= 8
    assert set(scores["reason"]) <= set(REASONS)
    best = chosen(scores).filter(pl.col("model") != NAIVE)
    assert (best["mase"] < best["seasonal_naive_mase"]).all() and (best["p_value"] < 0.1).all()


def test_a_noisy_level_is_forecast_better_than_by_last_week(year: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]) -> None:
    made, scores, whole = year
    assert (chosen(scores)["model"] != NAIVE).mean() >= 0.8
    assert chosen(scores)["mase"].mean() < 0.9 * chosen(scores)["seasonal_naive_mase"].mean()
    ahead = made.join(whole, on=["series_key", "business_date"])
    assert (ahead["value"].is_between(ahead["lower"], ahead["upper"])).mean() == pytest.approx(0.9, abs=0.07)


@pytest.mark.parametrize("last", [dt.date(2025, 11, 18), dt.date(2026, 3, 3)], ids=["双11", "春节"])
def test_a_planted_calendar_beats_the_naive_where_it_matters(last: dt.date) -> None:
    train, whole = held_out(5, 900, last)
    made, scores, _ = forecasts(train, calendar())
    assert (chosen(scores)["model"] == "calendar_ets").mean() >= 0.8
    ahead = made.join(whole, on=["series_key", "business_date"])
    ours, naive = [], []
    for (key,), rows in ahead.group_by("series_key"):
        history = train.filter(pl.col("series_key") == key)["value"].to_numpy()
        ours.append(mase(rows["value"].to_numpy(), rows["forecast"].to_numpy(), history, 7))
        repeated = last_seasons(history, history.size + 28)[-28:]
        naive.append(mase(rows.sort("business_date")["value"].to_numpy(), repeated, history, 7))
    assert np.mean(ours) <= 0.75 * np.mean(naive)
    assert ahead["value"].is_between(ahead["lower"], ahead["upper"]).mean() >= 0.82


def test_the_naive_stays_where_it_is_the_truth() -> None:
    """Each weekday wanders by itself: nothing can beat last week, and hardly anything is let through."""
    frames = []
    for seed in range(10):
        steps = np.random.default_rng(seed).normal(0, 0.1, (52, 7))
        frames.append(long_frame(np.exp(7 + np.cumsum(steps, axis=0)).ravel(), key=f"s{seed}"))
    scores = chosen(forecasts(pl.concat(frames), calendar())[1])
    assert (scores["model"] == NAIVE).sum() >= 8
    assert "naive_not_beaten" in scores["reason"].to_list()


def test_no_forecast_looks_beyond_its_origin() -> None:
    values = planted_series(200, 3)
    changed = values.copy()
    changed[151:] *= 7
    features = np.zeros((228, 1))
    paths = []
    for history in (values, changed):
        one = next(daily_series(long_frame(history)))
        paths.append(candidate_paths(masked(one, [150], 228), features))
    for name in paths[0]:
        assert np.array_equal(paths[0][name], paths[1][name]), name


def test_provisional_days_are_forecast_and_not_learnt_from() -> None:
    values = planted_series(300, 1, events=False)
    broken = values.copy()
    broken[-3:] = 2
    one, scores, _ = forecasts(long_frame(broken, provisional=3), calendar())
    two, _, _ = forecasts(long_frame(values, provisional=3), calendar())
    assert one.equals(two)
    assert one.height == 31 and one["made_on"][0] == LAST - dt.timedelta(3)
    assert one["business_date"].max() == LAST + dt.timedelta(28)
    assert chosen(scores).height == 1


def test_short_series_say_so() -> None:
    frames = [long_frame(planted_series(n, 1), key=f"n{n:02d}") for n in (10, 40, 60)]
    made, scores, _ = forecasts(pl.concat(frames), calendar())
    assert chosen(scores).select("series_key", "model", "reason").rows() == [
        ("n10", "none", "too_short"),
        ("n40", NAIVE, "short_history"),
        ("n60", NAIVE, "short_history"),
    ]
    assert made["series_key"].unique().sort().to_list() == ["n40", "n60"]
    assert made["upper"].null_count() == 0


def test_a_series_that_ended_long_ago_is_not_continued() -> None:
    frame = pl.concat(
        [long_frame(planted_series(200, 1), key="alive"), long_frame(planted_series(200, 2), key="ended", last=dt.date(2025, 9, 1))]
    )
    made, scores, _ = forecasts(frame, calendar())
    assert made["series_key"].unique().to_list() == ["alive"]
    assert chosen(scores).filter(pl.col("series_key") == "ended")["reason"].item() == "stale"


def test_gaps_are_no_zeros() -> None:
    values = planted_series(300, 1, events=False)
    values[100:130] = np.nan
    values[np.random.default_rng(1).random(300) < 0.1] = np.nan
    made, _, _ = forecasts(long_frame(values), calendar())
    assert made["forecast"].mean() == pytest.approx(np.nanmean(values[-60:]), rel=0.25)


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_a_constant_series_goes_on(value: float) -> None:
    made, scores, _ = forecasts(long_frame(np.full(200, value)), calendar())
    assert made["forecast"].to_list() == pytest.approx([value] * 28)
    assert chosen(scores).select("model", "mase", "reason").row(0) == (NAIVE, None, "not_scorable")


def test_signed_series_may_fall_below_zero_and_totals_go_on_from_the_last() -> None:
    rng = np.random.default_rng(6)
    net = rng.normal(-20, 5, 250)
    made, _, _ = forecasts(long_frame(net, metric="follower_net_count"), calendar())
    assert made["forecast"].mean() == pytest.approx(-20, abs=4)
    totals = 50_000 + np.cumsum(rng.normal(30, 5, 250))
    made, scores, _ = forecasts(long_frame(totals, metric="follower_total_count"), calendar())
    steps = np.diff(np.concatenate([[totals[-1]], made["forecast"].to_numpy()]))
    assert steps.mean() == pytest.approx(30, abs=4)
    width = (made["upper"] - made["lower"]).to_numpy()
    assert width[-5:].mean() > 2 * width[:5].mean(), "a total grows uncertain with distance"
    assert "calendar_ets" not in scores["model"].to_list()


def test_a_burst_does_not_run_away() -> None:
    values = np.concatenate([np.full(150, 100.0), 100 * 1.2 ** np.arange(20)]) + np.arange(170) % 7
    made, _, _ = forecasts(long_frame(values), calendar())
    assert made["upper"].max() <= values.max() + 2 * np.ptp(values)


def test_equal_input_gives_equal_output_in_any_row_order() -> None:
    frame = pl.concat([long_frame(planted_series(150, s), key=f"s{s}") for s in range(2)])
    one, two = forecasts(frame, calendar()), forecasts(frame.sample(fraction=1, shuffle=True, seed=1), calendar())
    assert one[0].equals(two[0]) and one[1].equals(two[1])


def test_no_series_and_no_calendar() -> None:
    made, scores, _ = forecasts(long_frame(np.ones(3)).clear(), calendar())
    assert made.is_empty() and made.schema == schemas.FORECASTS
    assert scores.is_empty() and scores.schema == schemas.FORECAST_SCORES
    made, scores, _ = forecasts(long_frame(planted_series(200, 1)), calendar().clear())
    assert made.height == 28
    assert "calendar_ets" not in scores["model"].to_list()


def test_smoothing_follows_a_line_and_theta_half_of_it() -> None:
    season = np.array([0.0, 0, 0, 1, 2, -1, -2])
    place = np.arange(140.0)
    values = np.where(place < 112, 10 + season[np.arange(140) % 7], np.nan)[None, :]
    assert smooth(values).expected[0, 112:] == pytest.approx(10 + season[np.arange(112, 140) % 7], abs=1e-6)
    line = np.where(place < 112, 3 + 0.5 * place, np.nan)[None, :]
    ahead = theta(line)[0, 112:]
    assert np.diff(ahead) == pytest.approx(np.full(27, 0.25), abs=0.02), "Theta's drift is half the slope of the line"


def test_last_seasons_takes_the_latest_known_weekday() -> None:
    values = np.arange(14.0)
    values[[9, 13]] = np.nan
    assert last_seasons(values, 21)[14:].tolist() == [7, 8, 2, 10, 11, 12, 6]
