"""What people decide in the app: kept once, delivered like a file, and nothing new is nothing to do."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines import lake, state
from pipelines.ingest.landing import pending_files, take_in_landing

pytestmark = pytest.mark.usefixtures("data_dir")
DECISION = {"suggestion_id": "s1", "decision": "trial", "decided_by": "小林", "falsifier_hash": "h"}


def test_before_the_first_row_there_is_nothing_and_no_file(data_dir: Path) -> None:
    assert {table: state.rows(table).height for table in state.TABLES} == dict.fromkeys(state.TABLES, 0)
    assert state.deliver() == [] and not state.path().exists()


def test_rows_come_back_as_they_were_added() -> None:
    at = dt.datetime(2026, 3, 1, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    state.add(
        "suggestion_decisions", **DECISION, adopters=["b：乙，", "a"], controls=[], starts_on="2026-03-02", decided_at=at, reason="好\n的"
    )
    (row,) = state.rows("suggestion_decisions").to_dicts()
    assert (row["entry_number"], row["adopters"], row["controls"], row["starts_on"]) == (1, ["a", "b：乙，"], [], dt.date(2026, 3, 2))
    assert (row["decided_at"], row["reason"], row["suggestion_json"]) == (at, "好\n的", None)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("text_labels", {"text_key": "t"}),
        ("text_labels", {"text_key": "t", "labelled_by": ""}),
        ("risk_overrides", {"risk_key": "r", "level": "high", "overridden_by": "x", "bogus": 1}),
        ("suggestion_decisions", DECISION | {"decision": "maybe"}),
        ("suggestion_decisions", DECISION | {"decided_at": dt.datetime(2026, 3, 1)}),
        ("nothing; drop table text_labels", {}),
    ],
)
def test_what_does_not_fit_is_refused(table: str, columns: dict) -> None:
    with pytest.raises(ValueError):
        state.add(table, **columns)


def test_many_sessions_write_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda i: state.add("text_labels", text_key=f"t{i}", labelled_by="x"), range(40)))
    assert sorted(numbers) == list(range(1, 41)) == state.rows("text_labels")["entry_number"].to_list()


def test_a_delivery_is_taken_in_once_and_says_all() -> None:
    state.add("suggestion_decisions", **DECISION, adopters=["a", "b"], falsifier_json='{"a": 1}', suggestion_json='{"x": "是"}')
    state.add("text_labels", text_key="1.22E+17", text="“嗯”，\u2028ＡＢ 12", label="negative", labelled_by="x")
    state.add("risk_overrides", risk_key="r", level="high", overridden_by="x")
    assert len(state.deliver()) == 3
    loaded = take_in_landing().loaded
    assert {m["format_id"] for m in loaded} == {f"registers.{table}" for table in state.TABLES}
    assert all((m["rows_loaded"], m["rows_rejected"], m["unknown_columns"], m["kind"]) == (1, 0, [], "register") for m in loaded)
    (text,) = lake.rows("text_labels", lake.manifests(), 5).to_dicts()
    assert (text["text_key"], text["text"]) == ("1.22E+17", "“嗯”，\u2028ＡＢ 12")
    (row,) = lake.rows("suggestion_decisions", lake.manifests(), 5).to_dicts()
    assert (row["adopters"], row["falsifier_json"], row["suggestion_json"]) == ('["a", "b"]', '{"a": 1}', '{"x": "是"}')
    assert state.deliver() == [] and pending_files() == []
    state.add("risk_overrides", risk_key="r", level="low", overridden_by="x")
    assert [p.name for p in state.deliver()] == ["risk_overrides.jsonl"] == [p.name for p in pending_files()]


def test_the_same_rows_make_the_same_file_again() -> None:
    state.add("risk_overrides", risk_key="r", level="high", overridden_by="x")
    (path,) = state.deliver()
    before = path.read_bytes(), path.stat().st_mtime
    path.unlink()
    (again,) = state.deliver()
    assert (again.read_bytes(), again.stat().st_mtime) == before


def test_a_person_can_be_blotted_out_of_every_byte() -> None:
    state.add("text_labels", text_key="t", text="问 金丝雀_77 吧", labelled_by="x")
    state.add("text_labels", text_key="u", text="好", labelled_by="x")
    assert (state.redact(["金丝雀_77"], "[…]"), state.redact(["金丝雀_77"], "[…]")) == (1, 0)
    assert state.rows("text_labels")["text"].to_list() == ["问 […] 吧", "好"]
    files = list(state.path().parent.glob("state.db*"))
    assert files and not any("金丝雀_77".encode() in p.read_bytes() for p in files)
