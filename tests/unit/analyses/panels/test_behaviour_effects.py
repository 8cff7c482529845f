"""Behaviour and first conversions: keenness must not pass for an effect, and an effect must be found."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.analyses.panels.behaviour_effects import behaviour_tables, hazards
from pipelines.analyses.panels.behaviour_weeks import LEVERS, first_week, person_weeks, risk_rows
from tests.unit.analyses.panels.behaviour_world import person_days

NO_REGISTERS = pl.DataFrame(schema={"person_key": pl.String, "business_date": pl.Date})
NO_SEGMENTS = pl.DataFrame(schema={"person_key": pl.String, "segment_key": pl.String})


def _pay(tables: dict[str, pl.DataFrame], lever: str) -> dict[str, object]:
    chosen = (pl.col("lever") == f"has_{lever}_7d") & (pl.col("outcome") == "pay") & pl.col("segment_key").is_null()
    return tables["behaviour_effects"].filter(chosen).row(0, named=True)


def test_commenters_pay_more_and_commenting_is_not_why() -> None:
    days = person_days(1)
    people = days.group_by("person_key").agg(pl.col("comment_count", "pay_count").sum() > 0)
    rates = people.group_by("comment_count").agg(pl.col("pay_count").mean()).sort("comment_count")["pay_count"].to_list()
    assert rates[1] > 1.4 * rates[0]  # what a plain table would say
    found = _pay(behaviour_tables(days, NO_REGISTERS, NO_SEGMENTS), "commented")
    assert found["status"] != "estimated" or found["ci_low"] <= 0 <= found["ci_high"]  # type: ignore[operator]


def test_a_planted_effect_is_found() -> None:
    found = _pay(behaviour_tables(person_days(7, coupon_effect=0.9), NO_REGISTERS, NO_SEGMENTS), "taken_coupon")
    assert found["status"] == "estimated"
    assert found["ci_low"] > 0 and found["ci_low"] < 0.9 < found["ci_high"]  # type: ignore[operator]
    assert found["design_rung"] == "C" and found["suggestion_kind"] == "user"


def test_covariates_know_nothing_of_the_week_they_explain() -> None:
    weeks = person_weeks(person_days(2, people=400))
    assert weeks is not None
    converts = first_week(weeks.counts["pay"] > 0)
    before = risk_rows(weeks, converts)
    # Whatever happens from the last week on must leave its own rows' covariates as they are.
    for counts in weeks.counts.values():
        counts[:, -1] += 7
    after = risk_rows(weeks, converts)
    last = before.week == len(weeks.starts) - 1
    assert last.any()
    assert np.array_equal(before.controls, after.controls) and np.array_equal(before.levers, after.levers)


def test_nobody_is_at_risk_after_converting_or_before_being_seen() -> None:
    weeks = person_weeks(person_days(3, people=400))
    assert weeks is not None
    converts = first_week(weeks.counts["pay"] > 0)
    data = risk_rows(weeks, converts)
    assert (data.week <= converts[data.person]).all()
    assert (data.week > first_week(weeks.active_days > 0)[data.person]).all()
    assert data.outcome.sum() == ((converts[data.person] == data.week).sum())


def test_segments_are_shrunk_towards_the_whole() -> None:
    days = person_days(5, coupon_effect=0.7, people=4000)
    views = days.group_by("person_key").agg(pl.col("view_count").mean())
    segments = views.select(
        "person_key", segment_key=pl.when(pl.col("view_count") > views["view_count"].median()).then(pl.lit("s2")).otherwise(pl.lit("s1"))
    )
    tables = behaviour_tables(days, NO_REGISTERS, segments)
    whole = _pay(tables, "taken_coupon")
    rows = tables["behaviour_effects"].filter((pl.col("lever") == "has_taken_coupon_7d") & pl.col("segment_key").is_not_null())
    assert rows.height > 0
    centre = whole["effect"]
    assert ((rows["effect_shrunk"] - centre).abs() <= (rows["effect"] - centre).abs() + 1e-12).all()


def test_few_conversions_are_not_enough() -> None:
    tables = behaviour_tables(person_days(4, people=150), NO_REGISTERS, NO_SEGMENTS)
    assert set(tables["behaviour_effects"]["status"]) == {"not_enough_evidence"}
    assert tables["behaviour_effects"]["effect"].null_count() == tables["behaviour_effects"].height


def test_row_order_does_not_matter() -> None:
    days = person_days(6, people=800)
    one, two = (person_weeks(frame) for frame in (days, days.sample(fraction=1.0, shuffle=True, seed=1)))
    assert one is not None and two is not None
    fits = [hazards(risk_rows(w, first_week(w.counts["pay"] > 0))) for w in (one, two)]
    assert np.array_equal(fits[0].effects, fits[1].effects, equal_nan=True)
    assert len(fits[0].effects) == len(LEVERS)
