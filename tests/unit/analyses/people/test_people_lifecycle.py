"""The lifecycle with RFM, and a model that is believed only where it foretold days it had not seen."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.analyses.people.people_lifecycle import RFM_GROUPS, lifecycle_tables
from pipelines.analyses.people.tables import RFM_CUTPOINTS, SEGMENT_CUTPOINTS
from tests.unit.analyses.people.people_days import active_days, features

NO_GAPS, NO_CUTS = pl.DataFrame(schema=SEGMENT_CUTPOINTS), pl.DataFrame(schema=RFM_CUTPOINTS)


@pytest.fixture(scope="module")
def world() -> tuple[pl.DataFrame, pl.DataFrame, dict[str, pl.DataFrame]]:
    days = active_days(1_000, seed=5)
    people = features(days)
    return people, days, lifecycle_tables(people, days, NO_GAPS, NO_CUTS)


def test_people_who_follow_the_model_are_foretold(world) -> None:
    verdict = world[2]["lifecycle_model"].row(0, named=True)
    assert verdict["status"] == "estimated" and verdict["reason"] is None
    assert 0.85 <= verdict["actual_over_predicted"] <= 1.15
    assert verdict["ci_low"] < verdict["actual_over_predicted"] < verdict["ci_high"]
    assert verdict["mean_absolute_error"] < verdict["own_pace_error"]
    groups = world[2]["lifecycle_model"].filter(pl.col("group_number") > 0)
    assert groups["holdout_people_count"].sum() == verdict["holdout_people_count"]
    assert groups["predicted_active_days"].is_sorted()


def test_everybody_has_a_state_and_scores_and_who_was_seen_twice_a_chance(world) -> None:
    people, days, tables = world
    found = tables["people_lifecycle"]
    assert found["person_key"].to_list() == people["person_key"].to_list()
    assert found["rfm_group"].is_in(list(RFM_GROUPS.values())).all()
    assert found.select(pl.col("^.*_score$")).to_numpy().min() >= 1 and found.select(pl.col("^.*_score$")).to_numpy().max() <= 5
    twice = days.group_by("person_key").len().filter(pl.col("len") > 1)["person_key"]
    assert set(found.filter(pl.col("alive_rate").is_not_null())["person_key"]) == set(twice)
    assert found["expected_active_days"].is_between(0, 28).all()


def test_a_world_that_ends_is_refused_and_nobody_gets_a_figure() -> None:
    days = active_days(800, seed=6, stop_on=115)
    people = features(days).with_columns(as_of_date=pl.lit(days["business_date"].max()).dt.offset_by("25d"))
    tables = lifecycle_tables(people, days, NO_GAPS, NO_CUTS)
    assert tables["lifecycle_model"]["status"][0] == "refused"
    assert tables["lifecycle_model"]["reason"][0] in ("miscalibrated", "not_converged")
    assert tables["people_lifecycle"]["expected_active_days"].null_count() == people.height


def test_few_people_or_a_short_history_are_no_evidence() -> None:
    few = active_days(60, seed=7)
    assert lifecycle_tables(features(few), few, NO_GAPS, NO_CUTS)["lifecycle_model"]["reason"].to_list() == ["too_few_people"]
    short = active_days(900, seed=8).filter(pl.col("business_date").dt.ordinal_day() < 40)
    assert lifecycle_tables(features(short), short, NO_GAPS, NO_CUTS)["lifecycle_model"]["reason"].to_list() == ["too_short_history"]


def test_the_order_of_rows_changes_nothing(world) -> None:
    people, days, tables = world
    again = lifecycle_tables(
        people.sample(fraction=1, shuffle=True, seed=1), days.sample(fraction=1, shuffle=True, seed=2), NO_GAPS, NO_CUTS
    )
    assert all(again[name].equals(tables[name]) for name in tables)


def test_cut_points_stay_when_the_crowd_moves(world) -> None:
    people, days, tables = world
    richer = people.with_columns(pl.col("paid_amount") * 100)
    again = lifecycle_tables(richer, days, NO_GAPS, tables["rfm_cutpoints"])
    assert again["rfm_cutpoints"].equals(tables["rfm_cutpoints"])
    assert again["people_lifecycle"]["monetary_score"].mean() > tables["people_lifecycle"]["monetary_score"].mean()


@pytest.mark.parametrize("empty", ["features", "days", "both"])
def test_empty_inputs_say_so(world, empty: str) -> None:
    people, days, _ = world
    people, days = (people.clear() if empty != "days" else people), (days.clear() if empty != "features" else days)
    tables = lifecycle_tables(people, days, NO_GAPS, NO_CUTS)
    assert tables["people_lifecycle"].height == people.height
    if empty != "features":
        assert tables["lifecycle_model"].select("status", "reason").rows() == [("not_enough_evidence", "no_events")]
        assert tables["people_lifecycle"]["expected_active_days"].null_count() == people.height
