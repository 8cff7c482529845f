"""Trend, season, anomalies and change points on series with known ones."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.series import tables as schemas
from pipelines.analyses.series.change_points import change_points
from pipelines.analyses.series.time_series import NOTES, decompose
from tests.unit.analyses.worlds import calendar, long_frame, planted_series

LAST = dt.date(2025, 12, 31)


def day(position: int, n: int) -> dt.date:
    return LAST - dt.timedelta(n - 1 - position)


def test_parts_add_up_and_the_range_encloses_the_expected() -> None:
    table = decompose(long_frame(planted_series(400, 1)), calendar())
    assert table.schema == schemas.TIME_SERIES
    parts = table["trend"] + table["seasonal"] + table["calendar_effect"]
    assert (parts - table["expected"]).abs().max() < 1e-6
    judged = table.filter(pl.col("note").is_null())
    assert (judged["lower"] <= judged["expected"]).all() and (judged["expected"] <= judged["upper"]).all()
    assert (table["lower"].drop_nulls() >= 0).all()


def test_clean_series_raise_few_alarms() -> None:
    frame = pl.concat([long_frame(planted_series(400, seed), key=f"s{seed}") for seed in range(12)])
    table = decompose(frame, calendar())
    assert table["is_anomaly"].mean() < 0.006
    assert table["is_change_point"].sum() <= 3


def test_the_calendar_is_part_of_normal() -> None:
    frame = pl.concat([long_frame(planted_series(900, seed), key=f"s{seed}") for seed in range(4)])
    spring = pl.col("business_date").is_between(dt.date(2025, 1, 29), dt.date(2025, 2, 4))
    table = decompose(frame, calendar()).filter(spring)
    assert (table["calendar_effect"] < 0).all()
    assert table["is_anomaly"].mean() < 0.1
    without = decompose(frame, calendar().clear()).filter(spring)
    assert (without["calendar_effect"] == 0).all()

    def surprise(days: pl.DataFrame) -> float:
        return float((days["actual"] / days["expected"]).log().abs().mean())  # type: ignore[arg-type]

    assert surprise(table) < 0.75 * surprise(without)


def test_a_spike_is_an_anomaly_and_a_step_is_a_change_point() -> None:
    frames = []
    for seed in range(6):
        values = planted_series(400, seed, events=False)
        values[100] *= 3
        values[250:] *= 2.5
        frames.append(long_frame(values, key=f"s{seed}"))
    for _, table in decompose(pl.concat(frames), calendar()).group_by("series_key"):
        flagged = table.filter("is_anomaly")["business_date"].to_list()
        assert day(100, 400) in flagged and day(250, 400) in flagged
        assert len(flagged) <= 12, "a new level is learnt within a week"
        changes = table.filter("is_change_point")["business_date"].to_list()
        assert any(abs((change - day(250, 400)).days) <= 2 for change in changes)
        assert len(changes) <= 2


def test_yesterdays_verdicts_do_not_change_with_today() -> None:
    values = planted_series(300, 5, events=False)
    early = decompose(long_frame(values[:-60], last=LAST - dt.timedelta(60)), calendar().clear())
    later = decompose(long_frame(values), calendar().clear())
    both = early.join(later, on="business_date").filter(pl.col("note").is_null())
    same = (both["is_anomaly"] == both["is_anomaly_right"]).mean()
    assert same > 0.99, "only the smoothing parameters, chosen on all days, may differ"


def test_gaps_stay_absent_and_are_not_zero() -> None:
    values = planted_series(300, 4, events=False)
    values[120:150] = np.nan
    table = decompose(long_frame(values), calendar())
    assert table.height == 270
    after = table.filter(pl.col("business_date") >= day(150, 300)).head(10)
    assert after["is_anomaly"].sum() == 0
    assert (after["expected"] > 300).all()


def test_short_series_show_actual_values_only() -> None:
    table = decompose(long_frame(planted_series(20, 1)), calendar())
    assert table["note"].unique().to_list() == ["too_short"]
    assert table["actual"].null_count() == 0
    assert table["expected"].null_count() == 20
    assert not table["is_anomaly"].any()


def test_provisional_days_are_neither_learnt_from_nor_judged() -> None:
    values = planted_series(200, 6, events=False)
    broken = values.copy()
    broken[-2:] = 1  # the platform has not counted these days yet
    table = decompose(long_frame(broken, provisional=2), calendar())
    assert table["note"].tail(2).to_list() == ["provisional"] * 2
    assert not table["is_anomaly"].tail(2).any()
    whole = decompose(long_frame(values, provisional=2), calendar())
    assert whole["expected"].to_list() == table["expected"].to_list()


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_a_constant_series_has_no_alarm(value: float) -> None:
    table = decompose(long_frame(np.full(100, value)), calendar())
    assert not table["is_anomaly"].any() and not table["is_change_point"].any()
    assert table["expected"].drop_nulls().to_list() == pytest.approx([value] * 100)


def test_small_counts_have_no_narrow_range() -> None:
    rng = np.random.default_rng(3)
    frame = pl.concat([long_frame(rng.poisson(0.3, 300), key=f"s{i}") for i in range(8)])
    assert decompose(frame, calendar())["is_anomaly"].mean() < 0.01


def test_a_series_of_quiet_and_lively_days_is_not_all_alarm() -> None:
    rng = np.random.default_rng(4)
    lively = rng.random(300) < 0.25
    values = np.where(lively, rng.lognormal(7, 0.5, 300), 100 + rng.integers(0, 3, 300)).round()
    assert decompose(long_frame(values), calendar())["is_anomaly"].mean() < 0.06


def test_a_running_total_is_judged_by_its_daily_change() -> None:
    rng = np.random.default_rng(2)
    change = rng.normal(30, 6, 300)
    change[200] = -900  # a purge of fake followers
    table = decompose(long_frame(10_000 + np.cumsum(change), metric="follower_total_count"), calendar())
    flagged = table.filter("is_anomaly")["business_date"].to_list()
    assert day(200, 300) in flagged and len(flagged) <= 4
    assert (table["expected"] - table["actual"]).abs().median() < 12


def test_signed_series_keep_their_sign() -> None:
    rng = np.random.default_rng(2)
    table = decompose(long_frame(rng.normal(-20, 5, 200), metric="follower_net_count"), calendar())
    assert (table["expected"].drop_nulls() < 0).mean() > 0.95


def test_every_note_has_words() -> None:
    frame = pl.concat([long_frame(planted_series(90, 1), key="a", provisional=3), long_frame(planted_series(9, 1), key="b")])
    notes = decompose(frame, calendar())["note"].drop_nulls().unique()
    assert set(notes) == set(NOTES)


def test_no_series_gives_an_empty_table() -> None:
    table = decompose(long_frame(np.ones(3)).clear(), calendar())
    assert table.is_empty() and table.schema == schemas.TIME_SERIES


def test_a_day_reported_twice_is_refused() -> None:
    frame = long_frame(np.ones(30))
    with pytest.raises(ValueError, match="one row per business_date"):
        decompose(pl.concat([frame, frame.head(1)]), calendar())


def test_change_points_find_steps_and_slopes_but_not_growth_or_noise() -> None:
    rng = np.random.default_rng(9)
    noise, place = rng.normal(0, 1, 300), np.arange(300)
    assert change_points(noise) == []
    assert change_points(noise + 0.05 * place) == []
    assert change_points(np.where(place == 80, 50, noise)) == []
    two = change_points(noise + 4.0 * (place >= 100) - 6.0 * (place >= 200))
    assert len(two) == 2 and abs(two[0] - 100) <= 2 and abs(two[1] - 200) <= 2
    bend = change_points(noise + 0.1 * np.maximum(place - 150, 0))
    assert len(bend) == 1 and abs(bend[0] - 150) <= 15
    assert change_points(np.full(300, np.nan)) == []
