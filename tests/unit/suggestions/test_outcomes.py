"""What came of a suggestion: compliance, verdicts by the published rule, coins that anybody can toss again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from pipelines.suggestions.adoption import is_adoption_day, new_seed, split
from pipelines.suggestions.levers import follows
from pipelines.suggestions.outcomes import outcome_tables, verdict
from tests.unit.suggestions.made_up import AS_OF, decision, effect, frame, outcome_inputs, posts, suggestions

TERMS = {"predicted_number": 0.2, "threshold_number": 0.1, "compliance_rate": 0.7, "minimum_count": 30}


def _realised(low: float | None, high: float | None, **other: Any) -> dict[str, Any]:
    return {"status": "estimated", "reason": None, "is_window_complete": True, "n_count": 100, "ci_low": low, "ci_high": high} | other


@pytest.mark.parametrize(
    ("realised", "compliance", "expected"),
    [
        (_realised(-0.1, 0.05), 0.9, ("refuted", None)),
        (_realised(-2.0, 0.05), 0.9, ("refuted", None)),
        (_realised(0.05, 0.3), 0.9, ("confirmed", None)),
        (_realised(0.05, 0.9), None, ("confirmed", None)),
        (_realised(0.25, 0.4), 0.9, ("confirmed", "more_than_predicted")),
        (_realised(-0.05, 0.25), 0.9, ("compatible", None)),
        (_realised(-0.3, 0.4), 0.9, ("underpowered", "interval_too_wide")),
        (_realised(0.02, 0.15), 0.9, ("underpowered", "less_than_predicted")),
        (_realised(-0.05, 0.25, n_count=20), 0.9, ("underpowered", "too_few_rows")),
        (_realised(None, None, status="not_enough_evidence", reason="no_base_data"), 0.9, ("underpowered", "no_base_data")),
        (_realised(0.05, 0.3), 0.69, ("not_followed", None)),
        (_realised(0.05, 0.3), 0.7, ("confirmed", None)),
        (_realised(-0.1, 0.05, is_window_complete=False), 0.1, ("too_early", "window_not_over_yet")),
    ],
)
def test_verdict(realised: dict[str, Any], compliance: float | None, expected: tuple[str, str | None]) -> None:
    assert verdict(realised, TERMS, compliance) == expected


def _made() -> dict[str, Any]:
    return suggestions([effect(needed_count=50.0)]).filter(pl.col("status") == "open").to_dicts()[0]


def _outcome(rows: pl.DataFrame, **other: Any) -> dict[str, Any]:
    return outcome_tables(**outcome_inputs([decision(_made(), **other)], posts=rows))["suggestion_outcomes"].to_dicts()[0]


def test_a_kept_promise_is_confirmed_by_the_coin() -> None:
    found = _outcome(posts(lift=0.25, days=110))
    assert (found["design_rung"], found["verdict"]) == ("A", "confirmed")
    assert found["compliance_rate"] == 1.0 and found["eligible_count"] == 4 * 3 * 28 and found["is_falsifier_intact"]
    assert found["realised_gain"] > 0 and found["ci_low"] < found["effect"] < found["ci_high"]


def test_a_broken_promise_is_refuted() -> None:
    found = _outcome(posts(lift=-0.1, days=110))
    assert found["verdict"] == "refuted"


def test_who_does_not_follow_learns_nothing() -> None:
    found = _outcome(posts(lift=0.25, follow=0.5, days=110))
    assert (found["verdict"], found["compliance_rate"]) == ("not_followed", pytest.approx(0.5, abs=0.05))


def test_before_the_window_is_over_there_is_no_verdict() -> None:
    days = frame(
        [{"account_key": "douyin:0", "business_date": AS_OF + dt.timedelta(30)}], {"account_key": pl.String, "business_date": pl.Date}
    )
    given = outcome_inputs([decision(_made())], posts=posts(lift=0.25, days=110)) | {"days": days}
    (early,) = outcome_tables(**given)["suggestion_outcomes"].to_dicts()
    assert (early["verdict"], early["window_ends_on"]) == ("too_early", AS_OF + dt.timedelta(28))
    given["days"] = days.with_columns(business_date=pl.lit(AS_OF))  # the data end before the first day
    (early,) = outcome_tables(**given)["suggestion_outcomes"].to_dicts()
    assert early["window_starts_on"] < early["window_ends_on"] == AS_OF + dt.timedelta(28)


def test_days_drawn_by_coin_are_rung_a_within_an_account() -> None:
    rows = posts(accounts=1, adopters=0, days=110)
    on = pl.col("published_date").map_batches(lambda days: pl.Series([is_adoption_day(d, "days:5") for d in days.to_list()]), pl.Boolean)
    rows = rows.with_columns(
        has_question=on & (pl.col("published_date") > AS_OF),
        comment_count=pl.when(on & (pl.col("published_date") > AS_OF)).then(pl.col("comment_count") * 1.25).otherwise("comment_count"),
    )
    found = _outcome(rows, adopters=["douyin:0"], controls=[], randomisation_seed="days:5")
    assert (found["design_rung"], found["compliance_rate"]) == ("A", 1.0)
    assert found["effect"] == pytest.approx(0.22, abs=0.08)


def test_a_falsifier_that_was_changed_afterwards_gives_no_verdict() -> None:
    made = _made()
    found = _outcome(posts(lift=0.25, days=110), falsifier_json=made["falsifier_json"].replace("28", "60"))
    assert (found["verdict"], found["reason"], found["is_falsifier_intact"]) == ("underpowered", "falsifier_changed", False)
    for broken in ("", "[]", "{", None):
        assert _outcome(posts(), falsifier_json=broken)["reason"] == "falsifier_changed"


def test_without_a_coin_the_others_are_the_comparison() -> None:
    found = _outcome(posts(lift=0.25, days=110), decision="adopted", controls=[], randomisation_seed=None)
    assert found["design_rung"] == "B" and found["control_count"] == 4


def test_two_that_overlap_are_flagged() -> None:
    made = _made()
    both = [decision(made), decision(made, suggestion_id="other", entry_number=2)]
    found = outcome_tables(**outcome_inputs(both, posts=posts(days=110)))["suggestion_outcomes"]
    assert found["overlapping_ids"].to_list() == [["other"], [made["suggestion_id"]]]


def test_what_no_panel_shows_is_said_so() -> None:
    made = _made() | {"outcome_unit": "per_person", "outcome": "pay"}
    found = outcome_tables(**outcome_inputs([decision(made)]))["suggestion_outcomes"].to_dicts()[0]
    assert (found["verdict"], found["reason"]) == ("underpowered", "not_measurable")


def test_the_last_word_counts_and_rejections_are_not_measured() -> None:
    made = _made()
    changed = [decision(made), decision(made, entry_number=2, decision="rejected")]
    assert outcome_tables(**outcome_inputs(changed))["suggestion_outcomes"].height == 0


def test_the_coin_is_fair_and_the_same_for_everybody() -> None:
    accounts = [f"p:{i}" for i in range(9)]
    drawn = split(accounts, 7)
    assert drawn == split(reversed(accounts), 7) != split(accounts, 8)
    assert (len(drawn.adopters), len(drawn.controls)) == (4, 5) and sorted(drawn.adopters + drawn.controls) == accounts
    assert not drawn.by_days and split(["a", "b"], 7).by_days
    often = [sum(account in split(accounts, seed).adopters for seed in range(400)) / 400 for account in accounts]
    assert min(often) > 0.35 and max(often) < 0.55
    days = [dt.date(2026, 1, 1) + dt.timedelta(i) for i in range(200)]
    assert sum(is_adoption_day(day, "days:3") for day in days) in (99, 100, 101)
    assert new_seed("x", AS_OF) == new_seed("x", AS_OF) != new_seed("y", AS_OF)


@pytest.mark.parametrize(
    ("lever", "level", "expected"),
    [
        ("has_question", "true", [True, False]),
        ("has_question", "false", [False, True]),
        ("publish_slot", "18-20", [True, False]),
        ("publish_slot", "22-02", [False, True]),
        ("content_type", "video", [True, None]),
        ("is_weekend", "true", [True, False]),
        ("is_fast_reply", "true", [True, None]),
        ("emoji_count", "1", [True, False]),
        ("duration_bin", "15-30s", [True, False]),
        ("duration_bin", "180s+", [False, True]),
        ("campaign", "with", None),
        ("topic", None, None),
        ("unheard_of", "x", None),
    ],
)
def test_which_posts_follow(lever: str, level: str | None, expected: list[bool | None] | None) -> None:
    rows = pl.DataFrame(
        {
            "has_question": [True, False],
            "local_hour": [20, 23],
            "content_type": ["video", None],
            "iso_weekday": [7, 1],
            "first_reply_seconds": [60.0, None],
            "emoji_count": [2, 0],
            "duration_seconds": [30.0, 200.0],
        }
    )
    found = follows(lever, level, rows.columns)
    assert (None if found is None else rows.select(found.alias("x"))["x"].to_list()) == expected
