"""Suggestions: every number from its query, every kind answered, every field filled, stable ids."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.analyses.suggestions.tables import ANALYSES
from pipelines.suggestions.engine import ALL_KINDS
from pipelines.suggestions.evidence import fill
from pipelines.suggestions.shape import KINDS, NO_EVIDENCE, STATUSES, SUGGESTIONS, fingerprint
from pipelines.suggestions.wording import number
from tests.unit.suggestions.figures_shown import numbers_of
from tests.unit.suggestions.made_up import AS_OF, DECISIONS, ZOO, decision, effect, frame, inputs, outcome_inputs, suggestions

MAY_BE_UNKNOWN = {"reason", "from_level", "account_key", "segment_key", "campaign_key", "platform", "rank", "needed_count"}


def _open(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return rows.filter(pl.col("status") != NO_EVIDENCE).to_dicts()


def test_every_number_of_every_sentence_is_in_the_row_its_query_returns() -> None:
    given = inputs(ZOO)
    rows = suggestions(ZOO).filter(pl.col("evidence_sql").is_not_null())
    assert rows.height == 9
    checked = 0
    with duckdb.connect() as connection:
        fill(
            connection,
            {
                "marts.mart_effects": given["effects"].with_columns(pl.col("needed_count").round().cast(pl.Int64)),  # as the mart gives it
                "marts.mart_suggestion_calibration": given["calibration"],
                "core.dim_platforms": given["platforms"],
                "core.dim_accounts": given["accounts"],
                "marts.mart_segment_profiles": given["segments"],
            },
        )
        for row in rows.to_dicts():
            (found,) = connection.execute(row["evidence_sql"]).pl().to_dicts()
            assert fingerprint(row["evidence_json"]) == row["evidence_hash"]
            assert json.loads(row["evidence_json"]).keys() == found.keys()
            figures = {number(value) for value in found.values() if isinstance(value, int | float)}
            for sentence in (row["sentence_zh"], row["sentence_en"]):
                shown = numbers_of(sentence, found)
                assert shown <= figures, (sentence, figures)
                checked += len(shown)
    assert checked > 50


def test_every_kind_and_topic_is_answered_even_without_any_effect() -> None:
    for rows in (suggestions([]), suggestions(ZOO)):
        answered = set(rows.select("suggestion_kind", "topic").rows())
        assert answered == {(kind.kind, topic.topic) for kind in ALL_KINDS for topic in kind.topics}
        assert set(rows["suggestion_kind"]) == set(KINDS) and set(rows["status"]) <= set(STATUSES)
        missing = rows.filter(pl.col("status") == NO_EVIDENCE)
        assert missing["reason"].null_count() == missing["sentence_zh"].null_count() == missing["sentence_en"].null_count() == 0
        assert missing["expected_gain"].null_count() == missing.height
    assert not re.search(r"\d", "".join(suggestions([])["sentence_zh"]))


def test_a_suggestion_exists_only_with_every_field_filled() -> None:
    rows = _open(suggestions(ZOO))
    assert {row["lever"] for row in rows} == {"has_question", "publish_slot", "topic", "is_fast_reply", "has_commented_7d", "campaign"}
    for row in rows:
        assert [name for name, value in row.items() if value is None and name not in MAY_BE_UNKNOWN] == []
    assert "incomplete" in set(suggestions([effect(p_value=None)])["reason"])
    assert "incomplete" in set(suggestions([effect(standard_error=float("nan"))])["reason"])


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"design_rung": "D"}, "only_a_difference"),
        ({"expected_gain": -3.0}, "no_gain"),
        ({"is_actionable": False}, "e_value_failed"),
        ({"status": "refused", "reason": "placebo_failed"}, "placebo_failed"),
        ({"confidence": "none"}, "not_significant"),
    ],
)
def test_what_may_not_be_said_says_why(other: dict[str, Any], reason: str) -> None:
    rows = suggestions([effect(**other)])
    assert _open(rows) == []
    (row,) = rows.filter(pl.col("topic") == "interactive_elements").to_dicts()
    assert (row["reason"], row["needed_count"]) == (reason, 388)
    assert "388" in row["sentence_zh"] and "388" in row["sentence_en"]


def test_ids_are_stable_and_what_decides_is_part_of_them() -> None:
    first = _open(suggestions([effect()]))[0]
    moved = _open(suggestions([effect(effect_shrunk=0.2, expected_gain=999.0, n_count=2000)]))[0]
    assert first["suggestion_id"] == moved["suggestion_id"] and first["falsifier_hash"] != moved["falsifier_hash"]
    for other in ({"platform": "weibo"}, {"to_level": "yes"}, {"outcome": "like_count"}, {"scale": "difference"}):
        assert _open(suggestions([effect(**other)]))[0]["suggestion_id"] != first["suggestion_id"]
    assert fingerprint(first["falsifier_json"]) == first["falsifier_hash"]
    terms = json.loads(first["falsifier_json"])
    assert terms["threshold_gain"] == pytest.approx(first["expected_gain"] / 2) and terms["minimum_count"] == 389


def test_the_result_does_not_depend_on_the_order_of_rows() -> None:
    shuffled = ZOO.copy()
    random.Random(3).shuffle(shuffled)
    assert suggestions(ZOO).equals(suggestions(shuffled))


def test_one_action_per_lever_and_scope_and_the_best_first() -> None:
    slots = [
        effect("publish_slot", to_level="18-20", effect_shrunk=0.1, expected_gain=100.0, outcome="view_count", baseline_number=900.0),
        effect("publish_slot", to_level="09-11", effect_shrunk=0.2, expected_gain=90.0, outcome="view_count", baseline_number=900.0),
        effect("topic", to_level="a", expected_gain=150.0, confidence="low"),
        effect("has_vote", expected_gain=150.0, confidence="high"),
    ]
    rows = _open(suggestions(slots))
    assert [(row["to_level"], row["rank"]) for row in rows] == [("true", 1), ("a", 2), ("09-11", 3)]  # a view is less than a comment
    assert rows[2]["score_number"] == pytest.approx(90 / (900 * 210) * 0.6)


def test_only_posts_that_do_not_follow_yet_have_something_to_gain() -> None:
    row = _open(suggestions([effect()]))[0]
    assert row["eligible_rate"] == pytest.approx(0.5, abs=0.3) and 0 < row["predicted_number"] < row["effect_shrunk"]


def test_promises_that_were_not_kept_make_later_ones_smaller_and_less_sure() -> None:
    from pipelines.suggestions.confidence import calibration
    from pipelines.suggestions.shape import CALIBRATION, OUTCOMES

    kept = {"suggestion_kind": "content", "predicted_number": 0.2, "standard_error": 0.05, "design_rung": "A"}
    measured = [kept | {"entry_number": i, "verdict": "refuted", "effect": 0.05, "window_ends_on": AS_OF} for i in range(4)]
    found = calibration(frame(measured, OUTCOMES))
    content = found.filter(pl.col("suggestion_kind") == "content").to_dicts()[0]
    assert content["slope_number"] == pytest.approx(0.25) and content["slope_low_number"] < 0.25 < content["slope_high_number"]
    assert 0.25 < content["calibration_number"] < 0.6 and content["is_downgraded"] and content["refuted_count"] == 4
    row = _open(suggestions([effect()], calibration=found))[0]
    assert row["expected_gain"] == pytest.approx(2463.456 * content["calibration_number"], rel=0.01)
    assert (row["confidence"], row["is_downgraded"]) == ("low", True)
    one = calibration(frame(measured[:1], OUTCOMES)).filter(pl.col("suggestion_kind") == "content").to_dicts()[0]
    assert 0.25 < content["calibration_number"] < one["calibration_number"] < 1 and not one["is_downgraded"]
    assert frame([], CALIBRATION).schema == found.schema
    assert calibration(frame([], OUTCOMES))["calibration_number"].to_list() == [1.0] * 5


def test_decisions_and_time_give_the_status() -> None:
    first = suggestions([effect()])
    made = _open(first)[0]

    def status(kind: str, later: int = 1, effects: list[dict[str, Any]] | None = None) -> list[tuple[str, str | None]]:
        decided = frame([decision(made, decision=kind)] if kind != "none" else [], DECISIONS)
        snapshot = inputs([])["snapshot"].with_columns(as_of_date=pl.lit(AS_OF + dt.timedelta(later)))
        rows = suggestions([effect()] if effects is None else effects, decisions=decided, history=first, snapshot=snapshot)
        return [(row["status"], row["reason"]) for row in _open(rows)]

    assert status("none") == [("open", None)]
    assert status("adopted") == [("adopted", None)] and status("trial") == [("trial", None)]
    assert status("rejected") == [("rejected", None)] and status("rejected", 40) == [("open", None)]
    assert status("none", 2, []) == [("expired", "no_longer_supported")]
    assert status("none", 30, []) == [("expired", "term_over")]
    assert status("none", 90, []) == []


def test_a_suggestion_keeps_its_first_day_while_it_holds() -> None:
    first = suggestions([effect()])
    snapshot = inputs([])["snapshot"].with_columns(as_of_date=pl.lit(AS_OF + dt.timedelta(10)))
    again = _open(suggestions([effect()], history=first, snapshot=snapshot))[0]
    assert (again["created_on"], again["expires_on"]) == (AS_OF, AS_OF + dt.timedelta(28))


def test_a_suggestion_in_the_scope_of_one_under_measurement_is_flagged() -> None:
    effects = [effect("has_question", platform="douyin"), effect("topic", to_level="a"), effect("topic", to_level="b", platform="weibo")]
    made = {row["effect_key"]: row for row in _open(suggestions(effects))}
    asked = made[effects[0]["effect_key"]]
    rows = suggestions(effects, decisions=frame([decision(asked)], DECISIONS))
    flagged = {row["effect_key"]: row["overlapping_ids"] for row in _open(rows)}
    assert flagged == {effects[0]["effect_key"]: [], effects[1]["effect_key"]: [asked["suggestion_id"]], effects[2]["effect_key"]: []}


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda a: a.name)
def test_nothing_of_an_input_breaks_nothing(analysis: Any) -> None:

    made = _open(suggestions([effect()]))[0]
    full = outcome_inputs([decision(made)]) if analysis.name == "suggestion_outcomes" else inputs(ZOO)
    assert set(full) == set(analysis.reads)
    for name in full:
        analysis.run(full | {name: full[name].clear()})
    analysis.run({name: rows.clear() for name, rows in full.items()})


def test_a_release_remembers_every_column() -> None:
    (own,) = [a for a in ANALYSES if a.name == "suggestions"]
    assert own.remembers == ("suggestions",) and set(own.writes["suggestions"]) == set(SUGGESTIONS)
