"""Who may pay first: believed only where a later month bears it out, and never from what came after the cut."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.people.intervals import auc_interval
from pipelines.analyses.people.potential_users import candidates, potential_user_tables
from tests.unit.analyses.people.people_days import behaviour


@pytest.fixture(scope="module")
def world() -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    days = behaviour(1_500, seed=3, strength=0.9)
    return days, potential_user_tables(days)


def test_a_planted_relation_is_found_and_calibrated(world) -> None:
    verdict = world[1]["potential_user_model"].row(0, named=True)
    assert verdict["status"] == "estimated"
    assert verdict["auc_low"] > 0.5 and verdict["top_decile_lift"] > 1.3
    assert verdict["lift_low"] < verdict["top_decile_lift"] < verdict["lift_high"]
    assert verdict["brier_score"] < verdict["base_brier_score"]
    assert verdict["calibration_error_rate"] < 0.06
    groups = world[1]["potential_user_model"].filter(pl.col("group_number") > 0)
    assert groups["predicted_rate"].is_sorted() and groups["conversion_count"].sum() == verdict["conversion_count"]


def test_only_people_who_never_paid_are_listed(world) -> None:
    days, tables = world
    payers = days.filter(pl.col("pay_count") > 0)["person_key"].unique()
    found = tables["potential_users"]
    assert found.height and not found["person_key"].is_in(payers.implode()).any()
    assert found["pay_rate"].is_between(0, 1).all() and found["pay_rate"].is_sorted(descending=True)
    assert (found["rank"].to_list(), set(found["decile"])) == (list(range(1, found.height + 1)), set(range(1, 11)))


def test_without_a_relation_nobody_gets_a_figure() -> None:
    for seed in (4, 5, 6):
        tables = potential_user_tables(behaviour(1_200, seed=seed, strength=0.0).with_columns(coupon_count=pl.lit(1)))
        verdict = tables["potential_user_model"].row(0, named=True)
        if verdict["status"] != "estimated":  # activity alone makes a payment likelier, which a model may rightly find
            assert tables["potential_users"].is_empty()
        else:
            assert verdict["brier_score"] < verdict["base_brier_score"] and verdict["auc_low"] > 0.5


def test_what_comes_after_the_cut_is_in_no_feature(world) -> None:
    days, _ = world
    cut = dt.date(2026, 4, 1)
    known = candidates(days, cut).drop("has_paid")
    assert known.equals(candidates(days.filter(pl.col("business_date") <= cut), cut).drop("has_paid"))


def test_the_order_of_rows_changes_nothing(world) -> None:
    days, tables = world
    again = potential_user_tables(days.sample(fraction=1, shuffle=True, seed=9))
    assert all(again[name].equals(tables[name]) for name in tables)


def test_too_little_is_no_evidence(world) -> None:
    days, _ = world
    last = days["business_date"].max()
    cases = {
        "no_events": days.clear(),
        "too_short_history": days.filter(pl.col("business_date") > last - dt.timedelta(days=70)),
        "too_few_conversions": days.with_columns(pay_count=pl.lit(0)),
    }
    for reason, rows in cases.items():
        tables = potential_user_tables(rows)
        assert tables["potential_user_model"].select("status", "reason").rows() == [("not_enough_evidence", reason)]
        assert tables["potential_users"].is_empty()


def test_auc_and_its_interval() -> None:
    score, happened = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    assert auc_interval(score, happened)[0] == 0.75
    assert auc_interval(np.zeros(10), np.arange(10) < 5)[0] == 0.5
    assert np.isnan(auc_interval(score, np.zeros(4, dtype=bool))[0])
