"""JSON lines: every line is loaded or rejected, keys may be anything, nested values are found by path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.spec import FormatSpec
from tests.unit.ingest.made_up import events_spec, read, reasons, table, write


def _event(**more: Any) -> dict[str, Any]:
    return {"user": "u1", "name": "view", "at": 1_772_330_400, "props": {"page": "/首页", "amount": 1.5}, **more}


def _file(folder: Path, *lines: Any, newline: str = "\n") -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    return write(folder, newline.join(texts), name="events.jsonl")


def test_nested_values_and_extra_keys(tmp_path: Path) -> None:
    loaded = read(_file(tmp_path, _event(device="phone"), _event(user="u2", props={}), _event(user="u3", props=None)), events_spec())
    frame = table(loaded)
    assert frame["page"].to_list() == ["/首页", None, None]
    assert frame["amount"].to_list() == [1.5, None, None]
    assert json.loads(frame["extra"][0]) == {"device": "phone"}
    assert loaded.manifest["unknown_columns"] == ["device"]
    assert frame["row_number"].to_list() == [1, 2, 3]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_that_are_no_object_are_counted(tmp_path: Path, newline: str) -> None:
    lines = [_event(), "", "  ", "no json", '{"user": "u9", "na', "[1]", '"text"', "12", '{"a": NaN}', _event(user="u2"), "null"]
    loaded = read(_file(tmp_path, *lines, newline=newline), events_spec())
    assert table(loaded)["row_number"].to_list() == [1, 10]
    assert loaded.manifest["rows_in"] == 11
    assert {n: r for n, r in reasons(loaded).items() if r == "blank_row"} == {2: "blank_row", 3: "blank_row"}
    assert [r for n, r in reasons(loaded).items() if n > 3] == [
        *["bad_json"] * 6,
        "missing_value",
    ]  # NaN is let through: a number to many writers


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = json.dumps(_event(), ensure_ascii=False) + "\n"
    loaded = read(write(tmp_path, text, name="events.csv", encoding=encoding), events_spec())
    assert table(loaded)["page"].to_list() == ["/首页"]


@pytest.mark.parametrize("key", ["a.b", 'he said "x"', "it's", "a/b", "~", "$x", "a{b}", " ", "键", "row_number", "line", "*", "[0]", "\\"])
def test_keys_of_any_characters_are_kept(tmp_path: Path, key: str) -> None:
    loaded = read(_file(tmp_path, _event(**{key: "kept"}), _event(user="u2")), events_spec())
    assert loaded.manifest["rows_loaded"] == 2
    assert "kept" in table(loaded)["extra"][0]


def test_a_key_without_a_name_is_not_in_the_way(tmp_path: Path) -> None:
    assert read(_file(tmp_path, _event(**{"": 1})), events_spec()).manifest["rows_loaded"] == 1


def test_keys_that_differ_in_case_are_two(tmp_path: Path) -> None:
    loaded = read(_file(tmp_path, _event(Device="a", device="b")), events_spec())
    assert sorted(json.loads(table(loaded)["extra"][0]).values()) == ["a", "b"]


def test_keys_that_come_late_are_kept(tmp_path: Path) -> None:
    lines = [_event(user=f"u{i}") for i in range(300)] + [_event(user="last", late="kept")]
    assert "kept" in table(read(_file(tmp_path, *lines), events_spec()))["extra"][300]


def test_control_characters_deep_nesting_and_huge_lines(tmp_path: Path) -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    bottomless = '{"user":' + "[" * 100_000 + "]" * 100_000 + "}"
    huge = _event(user="u3", note="长" * 6_000_000)
    loaded = read(_file(tmp_path, _event(note="a\x01b\u2028c\x85"), _event(user="u2", note=deep), huge, bottomless), events_spec())
    assert loaded.manifest["rows_in"] == 4
    assert loaded.manifest["rows_loaded"] == 3


def test_lists_of_keys_and_values(tmp_path: Path) -> None:
    spec = events_spec(
        columns=[
            {"to": "person_key", "from": "user", "type": "person"},
            {"to": "event_type", "from": "name"},
            {"to": "occurred_at", "from": "at", "type": "datetime"},
            {"to": "session_key", "from": "params{session}"},
            {"to": "page", "from": "params{page}"},
            {"to": "amount", "from": "params{value}", "type": "number"},
        ]
    )
    params = [
        {"key": "session", "value": {"int_value": 77}},
        {"key": "page", "value": {"string_value": "/a"}},
        {"key": "value", "value": {"double_value": 2.5}},
    ]
    frame = table(read(_file(tmp_path, _event(params=params), _event(user="u2", params=[]), _event(user="u3")), spec))
    assert frame.select("session_key", "page", "amount").rows() == [("77", "/a", 2.5), (None, None, None), (None, None, None)]


def test_kinds_of_lines_go_to_their_blocks_and_each_counts_once(tmp_path: Path) -> None:
    block = {"entity": "events", "header": {"required": ["user", "name", "at"]}, "natural_key": ["person_key", "occurred_at"]}
    columns = [
        {"to": "person_key", "from": "user", "type": "person"},
        {"to": "event_type", "from": "name"},
        {"to": "occurred_at", "from": "at", "type": "datetime"},
    ]
    people = {
        "entity": "people",
        "header": {"required": ["user", "name", "at"]},
        "where": {"kind": ["profile"]},
        "columns": [{"to": "person_key", "from": "user", "type": "person"}, {"to": "observed_at", "from": "at", "type": "datetime"}],
        "constants": {"kind": "profile"},
    }
    plain = {"format_id": "madeup.lines", "platform": "madeup", "label_zh": "行", "label_en": "Lines", "file_types": ["jsonl"]}
    spec = FormatSpec(**plain, blocks=[{**block, "where": {"kind": ["track"]}, "columns": columns}, people])  # type: ignore[arg-type]
    lines = [
        _event(kind="track"),
        _event(kind="profile"),
        _event(kind="other"),
        "broken",
        _event(user="u2", kind="profile"),
        _event(user="u3"),
    ]
    loaded = read(_file(tmp_path, *lines), spec)
    assert loaded.manifest["rows_in"] == 6
    assert {entity: frame.height for entity, frame in loaded.tables.items()} == {"events": 1, "people": 2}
    assert reasons(loaded) == {3: "no_block", 4: "bad_json", 6: "no_block"}


def test_a_file_without_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        read(_file(tmp_path, "{", "{"), events_spec())
    assert caught.value.code == "bad_json"
