"""Which days are pulled: never-pulled ones, young ones again once a day, grouped as calls allow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.connectors.catalogue import connector
from pipelines.connectors.model import Account, Endpoint, Window
from pipelines.connectors.paging import Paging
from pipelines.connectors.pull import day_window
from pipelines.connectors.window import Pulled, asked_windows, due_windows, file_name, grouped, of_name

CONNECTOR = connector("wechat")
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 11, tzinfo=ZONE)
DAILY = Endpoint("some_days", lambda call: [], Paging("list"), repull_days=3, ready_hour=8)
ACCOUNT = Account("brand", {}, {}, date(2026, 11, 10))


def _due(endpoint: Endpoint, known: list[Pulled], now: datetime = NOW) -> list[str]:
    return [str(w) for w in due_windows(CONNECTOR, endpoint, ACCOUNT, now, known)]


def _pulled(day: str, on: datetime, last: str | None = None) -> Pulled:
    return Pulled("wechat.some_days", Window(date.fromisoformat(day), date.fromisoformat(last or day)), on)


def test_everything_since_the_start_is_due_at_first() -> None:
    assert _due(DAILY, []) == [f"2026-11-{d}" for d in range(10, 22)]


def test_yesterday_is_not_asked_for_before_it_is_ready() -> None:
    assert _due(DAILY, [], NOW.replace(hour=7))[-1] == "2026-11-20"


def test_young_days_are_due_again_once_a_day_and_old_ones_are_settled() -> None:
    pulled_yesterday = _pulled("2026-11-10", NOW - timedelta(days=1), last="2026-11-20")
    assert _due(DAILY, [pulled_yesterday]) == ["2026-11-19", "2026-11-20", "2026-11-21"]
    assert _due(DAILY, [pulled_yesterday, _pulled("2026-11-19", NOW, last="2026-11-21")]) == []


def test_a_day_missed_during_an_outage_is_pulled_when_it_ends() -> None:
    known = [_pulled("2026-11-10", datetime(2026, 11, 14, tzinfo=UTC), last="2026-11-13")]
    assert _due(DAILY, known)[0] == "2026-11-12", "days that were young then still have to settle"


def test_days_that_follow_each_other_share_a_call_and_the_newest_stands_alone() -> None:
    weekly = replace(DAILY, span_days=7)
    assert _due(weekly, []) == ["2026-11-10 to 2026-11-16", "2026-11-17 to 2026-11-20", "2026-11-21"]


def test_live_figures_are_pulled_once_a_day_and_never_for_the_past() -> None:
    live = replace(DAILY, snapshot=True)
    assert _due(live, []) == ["2026-11-22"]
    assert _due(live, [_pulled("2026-11-22", NOW)]) == []
    assert asked_windows(live, Window(date(2026, 11, 1), date(2026, 11, 9)), NOW) == []


def test_an_api_with_the_last_days_only_is_asked_for_the_shortest_span_that_reaches_back() -> None:
    trailing = replace(DAILY, trailing=(7, 15, 30))
    assert _due(trailing, []) == ["2026-11-07 to 2026-11-21"]
    assert asked_windows(trailing, Window(date(2026, 11, 20), date(2026, 11, 20)), NOW) == [Window(date(2026, 11, 15), date(2026, 11, 21))]
    assert asked_windows(trailing, Window(date(2026, 1, 1), date(2026, 1, 9)), NOW) == []


def test_a_wrong_clock_hides_no_day() -> None:
    assert _due(DAILY, [_pulled("2026-11-10", datetime(2999, 1, 1, tzinfo=UTC), last="2026-11-21")])[0] == "2026-11-19"


def test_days_asked_for_are_pulled_whether_they_were_before_or_not() -> None:
    assert asked_windows(DAILY, Window(date(2026, 11, 3), date(2999, 1, 1)), NOW)[-1] == Window(date(2026, 11, 21), date(2026, 11, 21))
    early = replace(DAILY, earliest=date(2026, 11, 20))
    assert len(asked_windows(early, Window(date(2026, 1, 1), date(2026, 11, 22)), NOW)) == 2


@given(st.sets(st.integers(0, 60)), st.integers(1, 31))
def test_windows_cover_each_day_once_and_never_more_than_a_call_may(offsets: set[int], span: int) -> None:
    days = sorted(NOW.date() - timedelta(days=1 + n) for n in offsets)
    windows = grouped(replace(DAILY, span_days=span), days, NOW)
    covered = [w.start + timedelta(days=n) for w in windows for n in range((w.end - w.start).days + 1)]
    assert covered == days
    assert all((w.end - w.start).days < span for w in windows)


def test_a_page_files_name_says_what_it_holds() -> None:
    window = Window(date(2026, 11, 1), date(2026, 11, 7))
    name = file_name("wechat.some_days", window, NOW)
    found = of_name(name)
    assert found is not None and (found.api, found.window, found.received_at) == ("wechat.some_days", window, NOW)
    assert of_name("Table data.csv") is None


def test_one_bound_alone_reaches_to_today_or_is_that_day() -> None:
    today = date(2026, 11, 22)
    assert day_window(None, None, today) is None
    assert day_window(date(2026, 11, 20), None, today) == Window(date(2026, 11, 20), today)
    assert day_window(None, date(2026, 11, 20), today) == Window(date(2026, 11, 20), date(2026, 11, 20))
    with pytest.raises(ValueError, match="lies after"):
        day_window(date(2026, 11, 20), date(2026, 11, 19), today)
