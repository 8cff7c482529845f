"""Funnels against brute force, and what gaps between groups are worth."""

import datetime as dt
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import transform
from pipelines.analyses.conversion.funnels import DIMENSIONS, funnel_tables
from pipelines.analyses.conversion.rates import wilson

PLANS = {
    "main": ("impression", "click", "visit", "register", "order", "pay"),
    "visit_to_pay": ("visit", "pay"),
    "shopping": ("visit", "add_to_cart", "pay"),
}
START = dt.datetime(2026, 3, 5, 2, tzinfo=dt.UTC)
WINDOW = dt.timedelta(days=7)
STEPS = sorted({step for plan in PLANS.values() for step in plan})
EVENTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(STEPS), st.sampled_from([0, 1, 2, 3, 20, 26, 100, 167, 168, 169, 190])),
    max_size=25,
)


@pytest.fixture(scope="module")
def funnel_sql(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The model int_funnel_steps as dbt compiles it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_DATA_DIR", str(tmp_path_factory.mktemp("dbt")))
        result = transform.invoke(Path(":memory:"), "compile", "--select", "int_funnel_steps")
    return str(result.result.results[0].node.compiled_code)


def brute_force(events: list[tuple[str, str, int]]) -> set[tuple[str, str, dt.date, int]]:
    """Every step that some strictly increasing choice of events reaches, tried one by one."""
    moments = [(person, step, START + dt.timedelta(hours=hours)) for person, step, hours in events]
    found = set()
    for funnel, plan in PLANS.items():
        for person in "ab":
            for day in {(at + dt.timedelta(hours=8)).date() for _, _, at in moments}:
                entries = [at for p, step, at in moments if p == person and step == plan[0] and (at + dt.timedelta(hours=8)).date() == day]
                if entries:
                    deepest = deepest_step(moments, person, plan, min(entries), min(entries), 1)
                    found |= {(funnel, person, day, number) for number in range(1, deepest + 1)}
    return found


def deepest_step(moments: list, person: str, plan: tuple[str, ...], entered: dt.datetime, here: dt.datetime, number: int) -> int:
    following = {at for p, s, at in moments if number < len(plan) and p == person and s == plan[number] and here < at <= entered + WINDOW}
    return max((deepest_step(moments, person, plan, entered, at, number + 1) for at in following), default=number)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(events=EVENTS)
def test_the_funnel_is_what_brute_force_finds(funnel_sql: str, events: list[tuple[str, str, int]]) -> None:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'Asia/Shanghai'; create schema core")
        connection.execute(
            "create table core.fct_events (event_key varchar, person_key varchar, funnel_step varchar, occurred_at timestamptz,"
            " business_date date, channel varchar, campaign_key varchar)"
        )
        if events:
            rows = [
                (str(i), person, step, START + dt.timedelta(hours=hours), (START + dt.timedelta(hours=hours + 8)).date(), None, None)
                for i, (person, step, hours) in enumerate(events)
            ]
            connection.executemany("insert into core.fct_events values (?, ?, ?, ?, ?, ?, ?)", rows)
        found = connection.execute(f"select funnel, person_key, cohort_date, step_number from ({funnel_sql})").fetchall()
    assert len(found) == len(set(found)) and set(found) == brute_force(events)


ENTRIES = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 100), st.integers(1, 3), st.sampled_from(["x", "y", None]), st.booleans()), max_size=40
)


def entries_frame(rows: list[tuple[int, int, int, str | None, bool]]) -> pl.DataFrame:
    schema = {
        "funnel": pl.String, "person_key": pl.String, "cohort_date": pl.Date, "entered_at": pl.Datetime("us", "UTC"), "channel": pl.String,
        "campaign_key": pl.String, "platform": pl.String, "content_type": pl.String, "reached_step_number": pl.Int64,
        "step_names": pl.String, "window_days": pl.Int64, "is_window_complete": pl.Boolean,
    }  # fmt: skip
    day = dt.date(2026, 1, 1)
    made = [
        ("shopping", f"p{p}", day + dt.timedelta(days=d), None, v or "", "", v, v, deep, "visit > add_to_cart > pay", 7, complete)
        for p, d, deep, v, complete in rows
    ]
    return pl.DataFrame(made, schema=schema, orient="row").unique(["person_key", "cohort_date"], keep="first", maintain_order=True)


STEP_SCHEMA = {
    "funnel": pl.String, "person_key": pl.String, "cohort_date": pl.Date, "step_number": pl.Int64, "seconds_from_previous": pl.Float64
}  # fmt: skip
NO_STEPS = pl.DataFrame(schema=STEP_SCHEMA)
NO_SEGMENTS = pl.DataFrame(schema={"person_key": pl.String, "segment_key": pl.String})


@settings(max_examples=150, deadline=None, derandomize=True)
@given(rows=ENTRIES)
def test_people_of_a_breakdown_are_counted_once_with_their_first_complete_entry(rows: list[tuple[int, int, int, str | None, bool]]) -> None:
    entries = entries_frame(rows)
    found = funnel_tables(entries.sample(fraction=1.0, shuffle=True, seed=3), NO_STEPS, NO_SEGMENTS)["funnel_paths"]
    complete = [row for row in entries.to_dicts() if row["is_window_complete"]]
    last = max((row["cohort_date"] for row in complete), default=None)
    first: dict[str, dict] = {}
    for row in sorted(complete, key=lambda row: row["cohort_date"]):
        if row["cohort_date"] > last - dt.timedelta(days=90):
            first.setdefault(row["person_key"], row)
    expected = {}
    for dimension in ("all", *DIMENSIONS):
        for row in first.values():
            value = "" if dimension in ("all", "segment") else row[dimension] or ""
            for number in (1, 2, 3):
                key = (dimension, value, number)
                expected[key] = expected.get(key, 0) + (row["reached_step_number"] >= number)
    assert {(r["dimension"], r["dimension_value"], r["step_number"]): r["people_count"] for r in found.to_dicts()} == expected


def planted(groups: dict[str, tuple[int, float]]) -> pl.DataFrame:
    """Entries by channel: so many people, and that share of them goes on to the second step."""
    rows, number = [], 0
    for channel, (people, share) in groups.items():
        for i in range(people):
            rows.append((number, i % 60, 2 if i < people * share else 1, channel, True))
            number += 1
    return entries_frame(rows)


def test_rates_come_with_wilsons_interval_and_a_gap_is_never_advice() -> None:
    tables = funnel_tables(planted({"feed": (400, 0.2), "search": (300, 0.5), "tiny": (5, 1.0)}), NO_STEPS, NO_SEGMENTS)
    paths = tables["funnel_paths"].filter((pl.col("dimension") == "channel") & (pl.col("step_number") == 2))
    feed = paths.row(by_predicate=pl.col("dimension_value") == "feed", named=True)
    low, high = wilson(80, 400)
    assert (feed["people_count"], feed["people_before_count"]) == (80, 400)
    assert (feed["conversion_low_rate"], feed["conversion_high_rate"]) == pytest.approx((float(low), float(high)))
    assert paths["shrunk_rate"].max() < 0.9  # five people of five do not make the best channel
    effects = tables["funnel_effects"].filter(pl.col("from_level").str.starts_with("channel=") & (pl.col("outcome") == "add_to_cart"))
    assert set(effects["design_rung"]) == {"D"} and set(effects["to_level"]) == {"channel=search"}
    gap = effects.row(by_predicate=pl.col("from_level") == "channel=feed", named=True)
    assert gap["effect"] == pytest.approx(0.3) and gap["ci_low"] < 0.3 < gap["ci_high"] and gap["p_value"] < 1e-6
    assert gap["shrunk_low"] < gap["effect_shrunk"] < gap["shrunk_high"] and gap["needed_count"] > 20
    assert gap["expected_gain"] == pytest.approx(gap["effect_shrunk"] * 400 * 30 / 60)
    tiny = effects.row(by_predicate=pl.col("from_level") == "channel=tiny", named=True)
    assert tiny["status"] == "not_enough_evidence" and tiny["effect"] is None and tiny["expected_gain"] is None


def test_a_gap_that_turns_within_segments_is_told() -> None:
    """Channel x has mostly people who buy anyway; within each segment it does worse."""
    rows, segments, number = [], [], 0
    for segment, channel, people, share in [
        ("keen", "x", 300, 0.6), ("keen", "y", 60, 0.8), ("cool", "x", 60, 0.1), ("cool", "y", 300, 0.25),
    ]:  # fmt: skip
        for i in range(people):
            rows.append((number, i % 60, 2 if i < people * share else 1, channel, True))
            segments.append((f"p{number}", segment))
            number += 1
    tables = funnel_tables(entries_frame(rows), NO_STEPS, pl.DataFrame(segments, schema=NO_SEGMENTS.schema, orient="row"))
    key = pl.col("effect_key").str.contains("channel=y/channel=x/add_to_cart", literal=True)
    checks = tables["funnel_effect_checks"].filter(key & (pl.col("check_name") == "sign_agreement"))
    assert checks["state"].to_list() == ["fail"] and checks["value"][0] < 0
