"""The points rules and levels as the warehouse computes them, on made-up events in any order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import transform

Rows = list[tuple[Any, ...]]
EVENTS = "event_key varchar, person_key varchar, business_date date, occurred_at timestamp, event_type varchar, verb varchar"
RULES = """rule varchar, points_type varchar, points_count bigint, event_type varchar, daily_limit_count bigint, valid_days bigint,
    starts_on date, ends_on date"""
ENTRIES = """person_key varchar, points_type varchar, points_count bigint, balance_gap_count bigint, balance_reported_count bigint,
    occurred_at timestamp, entry_id varchar"""
PEOPLE = """person_key varchar, as_of_date date, active_day_count bigint, comment_count bigint, share_count bigint, order_count bigint,
    paid_amount double"""
DAY = dt.datetime(2026, 3, 5)
VERBS = ("visit", "like", "save", "comment", "share", "pay", "view")
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of the two models, as dbt makes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_DATA_DIR", str(tmp_path_factory.mktemp("points")))
        result = transform.invoke(Path(":memory:"), "compile", "--no-introspect", "--select", "int_points_credits", "mart_levels")
    assert result.success, result.exception
    return {r.node.name: r.node.compiled_code for r in result.result.results}


@pytest.fixture(scope="module")
def credited(compiled: dict[str, str]) -> Callable[..., Rows]:
    """Points by event for events (key, person, minute, verb) and rules, through the model itself."""
    connection = duckdb.connect()
    connection.execute(f"create schema core; create table core.fct_events ({EVENTS}); create table core.dim_points_rules ({RULES})")

    def run(events: Rows, rules: Rows = (), query: str = "select event_key, points_count from credits order by all") -> Rows:  # type: ignore[assignment]
        connection.execute("delete from core.fct_events; delete from core.dim_points_rules")
        rows = [(key, who, DAY.date(), DAY + dt.timedelta(minutes=minute), verb, verb) for key, who, minute, verb in events]
        if rows:
            connection.executemany("insert into core.fct_events values (?, ?, ?, ?, ?, ?)", rows)
        if rules:
            connection.executemany("insert into core.dim_points_rules values (?, 'earn', ?, ?, ?, null, date '2026-01-01', null)", rules)
        return connection.execute(f"with credits as ({compiled['int_points_credits']}) {query}").fetchall()

    return run


events_of_a_day = st.lists(st.tuples(st.sampled_from("pq"), st.integers(0, 1_439), st.sampled_from(VERBS)), max_size=25).map(
    lambda drawn: [(f"e{i:02d}", *event) for i, event in enumerate(drawn)]
)
TOTALS = "select person_key, rule, sum(points_count), count(*) filter (where is_credited) from credits group by all order by all"


@quick
@given(events=events_of_a_day, shuffled=st.randoms())
def test_the_order_within_a_day_earns_nobody_more_or_less(credited, events: Rows, shuffled) -> None:
    minutes = [event[2] for event in events]
    shuffled.shuffle(minutes)
    moved = [(key, who, minute, verb) for (key, who, _, verb), minute in zip(events, minutes, strict=True)]
    assert credited(moved, query=TOTALS) == credited(events, query=TOTALS)
    arrived_otherwise = sorted(events, key=lambda event: event[0], reverse=True)
    assert credited(arrived_otherwise) == credited(events)


@quick
@given(events=events_of_a_day, limit=st.integers(1, 4), points=st.integers(1, 9))
def test_no_rule_gives_more_than_its_limit_and_each_event_once(credited, events: Rows, limit: int, points: int) -> None:
    rows = credited(events, [("talk", points, "comment", limit)], query=TOTALS)
    for person, _, total, count in rows:
        came = sum(1 for event in events if event[1] == person and event[3] == "comment")
        assert count == min(came, limit) and total == points * count
    keys = credited(events, query="select event_key, rule, count(*) from credits group by all having count(*) > 1")
    assert keys == []


def test_a_register_of_its_own_puts_the_default_rules_out_of_force(credited) -> None:
    events = [("a", "p", 1, "like"), ("b", "p", 2, "comment")]
    assert credited(events) == [("a", 1), ("b", 5)]
    assert credited(events, [("talk", 7, "comment", 3)]) == [("b", 7)]


@quick
@given(points=st.lists(st.integers(0, 600), min_size=1, max_size=12))
def test_more_points_never_make_a_lower_level(compiled: dict[str, str], points: list[int]) -> None:
    connection = duckdb.connect()
    connection.execute(
        f"create schema core; create schema intermediate; create table core.fct_points_entries ({ENTRIES});"
        f"create table intermediate.int_person_features ({PEOPLE});"
        "create table intermediate.int_points_credits (person_key varchar, points_count bigint, expires_on date, rules_source varchar)"
    )
    for place, count in enumerate(points):
        connection.execute("insert into intermediate.int_person_features values (?, date '2026-03-05', 1, 1, 1, 1, 1)", [f"p{place}"])
        connection.execute("insert into intermediate.int_points_credits values (?, ?, null, 'default')", [f"p{place}", count])
    rows = connection.execute(f"select points_count, level_number from ({compiled['mart_levels']}) order by 1, 2").fetchall()
    assert [row[0] for row in rows] == sorted(points)
    assert [row[1] for row in rows] == sorted(row[1] for row in rows) and rows[0][1] >= 1
