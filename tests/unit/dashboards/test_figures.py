"""The figures of the pages against the marts they come from."""

from __future__ import annotations

import datetime as dt
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboards import filters
from dashboards.data import query
from dashboards.filters import View
from dashboards.queries import daily, drill, funnel, reach, series

START, END = dt.date(2026, 10, 23), dt.date(2026, 11, 21)


@pytest.fixture
def ask(monkeypatch, data_dir: Path):
    """The first row of a query on the release, through the app's own door (one process opens a file one way only)."""
    monkeypatch.setenv("PULSE_DATA_DIR", str(data_dir))
    return lambda sql, **parameters: tuple(query(sql, **parameters).iloc[0])


def view(basis: str = "period", content_types: list[str] | None = None) -> View:
    return View(START, END, dt.date(2026, 9, 23), dt.date(2026, 10, 22), filters.account_keys([], []), content_types or [], basis)


@pytest.mark.parametrize("basis", ["period", "lifetime"])
@pytest.mark.parametrize("group", drill.GROUPS)
def test_the_posts_of_a_group_add_up_to_its_number(ask, basis, group):
    groups = drill.by_group(view(basis), group)
    assert len(groups) > 1
    for row in groups.to_dict("records"):
        posts = drill.posts(view(basis), group, row[group])
        assert len(posts) == row["post_count"]
        for name in ("view_count", "engagement_count", "like_count"):
            assert posts[name].sum() == row[name], (row[group], name)
    assert groups["view_count"].sum() == drill.totals(view(basis))["view_count"]


def test_posts_of_a_period_are_the_daily_mart_by_type(ask):
    expected = ask(
        "select sum(view_count) from marts.mart_reach_daily where content_type <> 'all' and business_date between $start and $end"
        " and account_key in (select account_key from core.dim_accounts where is_owned)",
        start=START,
        end=END,
    )[0]
    assert drill.totals(view())["view_count"] == expected


def test_the_two_bases_differ(ask):
    assert drill.totals(view("period"))["view_count"] != drill.totals(view("lifetime"))["view_count"]


def test_account_reports_and_posts_are_never_added(ask):
    by_account = ask(
        "select sum(view_count) from marts.mart_account_daily where business_date between $start and $end"
        " and account_key in (select account_key from core.dim_accounts where is_owned)",
        start=START,
        end=END,
    )[0]
    assert reach.totals(view())["view_count"] == by_account
    assert reach.totals(view(content_types=["video"]))["view_count"] < by_account


def test_the_last_complete_day_waits_for_provisional_accounts_but_not_for_late_ones(ask):
    last = daily.last_complete_day(view())
    assert last is not None
    assert (last["day"].date(), last["reporting"]) == (dt.date(2026, 11, 20), 6)


def test_changes_compare_only_accounts_that_have_both_days(ask):
    day = dt.date(2026, 11, 20)
    rows = daily.against_earlier(view(), day).set_index(["metric", "days"])
    expected = ask(
        "select sum(n.view_count), sum(b.view_count) from marts.mart_account_daily as n"
        " inner join marts.mart_account_daily as b on n.account_key = b.account_key and b.business_date = n.business_date - 7"
        " where n.business_date = $day and n.account_key in (select account_key from core.dim_accounts where is_owned)",
        day=day,
    )
    assert (rows.at[("view_count", 7), "figure"], rows.at[("view_count", 7), "before"]) == expected
    rate = rows.loc[("engagement_rate_by_views", 7)]
    both = rows.loc[("engagement_count", 7)] / rows.loc[("view_count", 7)]
    assert math.isclose(rate["before"], both["before"]) and math.isclose(rate["figure"], both["figure"])


def test_reach_is_not_summed_over_days(ask):
    people = reach.people(view()).set_index("account_key")
    best = ask(
        "select max(reach_count) from marts.mart_reach_daily where account_key = 'douyin:山野茶事' and content_type = 'all'"
        " and business_date between $start and $end",
        start=START,
        end=END,
    )[0]
    assert people.at["douyin:山野茶事", "best_day_reach_count"] == best


def test_a_funnel_leaves_the_same_open_days_out_of_its_comparison(ask):
    scope = view().params(funnel="main", channels=[], campaigns=[], with_open=False)
    closed_days = ask(
        "select count(distinct cohort_date) from marts.mart_funnel_steps where is_window_complete and cohort_date between $start and $end",
        start=START,
        end=END,
    )[0]
    before = funnel.steps(scope, before=True)
    expected = ask(
        "select sum(people_count) from marts.mart_funnel_steps where step_number = 1 and cohort_date between $start and $end",
        start=dt.date(2026, 9, 23),
        end=dt.date(2026, 9, 23) + dt.timedelta(days=int(closed_days) - 1),
    )[0]
    assert before["entry_count"].iloc[0] == expected


def test_sessions_that_ask_at_once_each_get_their_own_answer(ask):
    days = [START + dt.timedelta(days=n) for n in range(30)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda day: ask("select $day::date as day, $day::date + 1 as next", day=day), days * 8))
    assert [(day.date(), following.date()) for day, following in answers] == [(day, day + dt.timedelta(days=1)) for day in days * 8]


def test_a_changed_definition_is_drawn_on_its_own_series_only(ask):
    (key,) = ask("select min(series_key) from marts.mart_time_series where platform = 'douyin' and metric = 'view_count'")
    marks = series.marks(view(), key)
    drawn = marks[marks["kind"] == "definition"]
    assert drawn["day"].dt.date.to_list() == [dt.date(2026, 11, 2)] and "1 秒" in drawn["name"].iloc[0]
    (other,) = ask("select min(series_key) from marts.mart_time_series where platform = 'douyin' and metric = 'follower_net_count'")
    assert "definition" not in set(series.marks(view(), other)["kind"])
