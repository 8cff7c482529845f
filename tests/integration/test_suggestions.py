"""Suggestions of a real release: every number they show is what their own queries return through `pulse sql`'s read-only path."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipelines.query import query
from pipelines.suggestions.shape import KINDS, fingerprint
from pipelines.suggestions.wording import number
from tests.unit.suggestions.figures_shown import numbers_of

SUGGESTIONS = "select * from marts.mart_suggestions order by suggestion_kind, topic, suggestion_id"
# What n_count counts where the query returns something else: a person-week is made of days or events, shares of people are rows of groups.
ROWS_OF_ANOTHER_UNIT = ("per_person_week", "per_person", "per_month")


@pytest.fixture
def release(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The suggestions of the release in PULSE_TEST_RELEASE (a data folder), else of the small demo."""
    given = os.environ.get("PULSE_TEST_RELEASE")
    folder = Path(given) if given else request.getfixturevalue("demo")
    monkeypatch.setenv("PULSE_DATA_DIR", str(folder))
    return query(SUGGESTIONS).to_dicts()


def test_every_kind_is_answered(release: list[dict[str, Any]]) -> None:
    assert {row["suggestion_kind"] for row in release} == set(KINDS)
    assert len({(row["suggestion_kind"], row["topic"]) for row in release}) == 3 * len(KINDS)


def test_every_number_shown_is_what_the_suggestions_own_query_returns(release: list[dict[str, Any]]) -> None:
    checked = 0
    for row in release:
        if row["evidence_sql"] is None:
            assert not numbers_of(row["sentence_zh"] + row["sentence_en"], {}), row["sentence_zh"]
            continue
        (found,) = query(row["evidence_sql"]).to_dicts()
        assert fingerprint(row["evidence_json"]) == row["evidence_hash"]
        if row["status"] in ("open", "not_enough_evidence"):  # later ones hold the figures of the release they were made from
            assert json.loads(row["evidence_json"]) == found
        figures = {number(value) for value in found.values() if isinstance(value, int | float)}
        for sentence in (row["sentence_zh"], row["sentence_en"]):
            assert numbers_of(sentence, found) <= figures, (sentence, figures)
            checked += len(numbers_of(sentence, found))
    assert checked


def test_the_rows_behind_every_suggestion_can_be_read(release: list[dict[str, Any]]) -> None:
    for row in release:
        if row["evidence_rows_sql"] is None:
            continue
        (count,) = query(f"select count(*) as n from ({row['evidence_rows_sql']})")["n"].to_list()
        assert count or not row["evidence_count"], row["evidence_rows_sql"]
        if row["outcome_unit"] not in ROWS_OF_ANOTHER_UNIT:
            assert count == row["evidence_count"], row["evidence_rows_sql"]
