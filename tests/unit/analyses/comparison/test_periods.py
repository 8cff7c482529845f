"""Which days are compared: nothing overlaps, weekdays stay, festivals are aligned."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from pipelines.analyses.comparison.periods import EPOCH, Calendar, comparisons_of
from tests.unit.analyses.comparison import made_up


def number(text: str) -> int:
    return (dt.date.fromisoformat(text) - EPOCH).days


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar(made_up.calendar())


@pytest.mark.parametrize("length", [7, 28])
def test_weekdays_stay_and_no_day_is_compared_with_one_of_its_period(calendar, length):
    for comparison in comparisons_of(number("2026-09-20"), length, calendar):
        assert comparison.length == length
        assert not np.isin(comparison.before, comparison.days).any()
        assert ((comparison.days[:, None] - comparison.before) % 7 == 0).all()
        assert (comparison.before < comparison.days[0]).all()


def test_same_weekdays_are_those_of_the_eight_weeks_before(calendar):
    found = {c.kind: c for c in comparisons_of(number("2026-09-20"), 28, calendar)}["same_weekdays"]
    assert set(found.before.ravel()) == set(range(found.days[0] - 56, found.days[0]))


def test_last_year_is_aligned_to_the_spring_festival(calendar):
    assert calendar.last_year(np.array([number("2026-02-17"), number("2026-02-10")])).tolist() == [
        number("2025-01-29"),
        number("2025-01-22"),
    ]
    # 28 days before the festival of 2026 is compared with 28 days before that of 2025, although both lie in January.
    assert calendar.last_year(np.array([number("2026-01-20")])).tolist() == [number("2025-01-01")]


def test_last_year_is_aligned_to_the_end_of_a_shopping_festival(calendar):
    found = calendar.last_year(np.array([number("2026-11-11"), number("2026-11-01"), number("2026-11-12")]))
    assert found.tolist() == [number("2025-11-11"), number("2025-11-01"), number("2025-11-13")]


def test_other_days_keep_their_weekday(calendar):
    assert calendar.last_year(np.array([number("2026-07-15")])).tolist() == [number("2025-07-16")]


def test_holidays_and_festival_days_are_counted(calendar):
    days = np.arange(number("2026-10-01"), number("2026-10-29"))
    assert calendar.special_days(days) == 7 + 14
    assert calendar.special_days(np.column_stack([days, days - 60])) == (7 + 14) / 2


def test_beyond_the_calendar_there_is_no_last_year(calendar):
    assert [c.kind for c in comparisons_of(number("2027-01-10"), 7, calendar)] == ["previous", "same_weekdays"]
    assert [c.kind for c in comparisons_of(number("2026-01-10"), 7, Calendar(made_up.calendar().clear()))] == ["previous", "same_weekdays"]
