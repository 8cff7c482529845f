"""The calendar as features: festivals move, workdays are made up."""

import datetime as dt

import numpy as np
import polars as pl

from pipelines.analyses.series.calendar import calendar_effect, calendar_features, feature_matrix
from tests.unit.analyses.worlds import calendar, calendar_log_effect


def features_of(day: dt.date) -> set[str]:
    row = calendar_features(calendar()).filter(pl.col("date") == day).drop("date").row(0, named=True)
    return {name for name, flag in row.items() if flag}


def test_each_day_gets_its_kinds() -> None:
    assert features_of(dt.date(2025, 3, 12)) == set()
    assert features_of(dt.date(2025, 11, 11)) == {"shopping_peak", "shopping_双11"}
    assert features_of(dt.date(2025, 11, 8)) == {"shopping_run_up", "shopping_双11"}
    assert features_of(dt.date(2025, 6, 16)) == {"shopping_peak", "shopping_618"}
    assert features_of(dt.date(2025, 1, 29)) == {"day_off_on_weekday", "spring_festival"}
    assert features_of(dt.date(2025, 1, 20)) == {"before_spring_festival"}
    assert features_of(dt.date(2025, 10, 4)) == {"national_day"}, "a Saturday off is no news for the week"


def test_a_make_up_workday_is_a_weekend_that_works() -> None:
    table = calendar().with_columns(is_working_day=(pl.col("date") == dt.date(2025, 9, 28)) | pl.col("is_working_day"))
    row = calendar_features(table).filter(pl.col("date") == dt.date(2025, 9, 28))
    assert row["make_up_workday"].item() == 1


def test_planted_effect_is_found_and_carried_to_next_year() -> None:
    days = pl.date_range(dt.date(2023, 6, 1), dt.date(2026, 3, 31), eager=True)
    truth = calendar_log_effect(days.to_list())
    rng = np.random.default_rng(8)
    values = 5 + 0.001 * np.arange(len(days)) + truth + rng.normal(0, 0.1, len(days))
    values[days.to_numpy() > np.datetime64("2025-12-31")] = np.nan
    values[rng.random(len(days)) < 0.05] = np.nan
    features = feature_matrix(calendar_features(calendar()), days.to_numpy().astype("datetime64[D]"))
    found = calendar_effect(values, features, np.array([d.weekday() for d in days.to_list()]))
    assert np.abs(found - truth).max() < 0.25
    ahead = np.isnan(values) & (truth < 0)
    assert np.abs(found - truth)[ahead].mean() < 0.15


def test_without_history_or_calendar_there_is_no_effect() -> None:
    weekdays = np.arange(60) % 7
    assert not calendar_effect(np.ones(60), np.ones((60, 2)), weekdays).any()
    days = np.arange(np.datetime64("2040-01-01"), np.datetime64("2040-01-05"))
    assert not feature_matrix(calendar_features(calendar()), days).any()
    assert feature_matrix(calendar_features(calendar().clear()), days).shape[0] == 4
