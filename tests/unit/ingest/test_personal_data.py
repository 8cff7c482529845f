"""Names, phones and ids of people leave the file as pseudonyms or not at all: not in rows, extras, rejects, messages or the inspection."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.inspect import inspect_file
from pipelines.ingest.load import Catalogue, Prepared
from pipelines.ingest.pseudonyms import BrokenKey, install_key, pseudonyms
from pipelines.settings import settings
from tests.unit.ingest.made_up import PLATFORM, events_spec, ids_spec, read, table, write, write_csv

NAME, PHONE = "张三丰", "13800138000"


def _all_text(prepared: Prepared) -> str:
    parts: list[Any] = [prepared.manifest, prepared.rejects.rows(), *[frame.rows() for frame in prepared.tables.values()]]
    parts += [block.columns for block in prepared.parsed]
    return json.dumps(parts, ensure_ascii=False, default=str)


HEADER = ["编号", "作者", "播放量", "手机号", "备注"]


@pytest.mark.parametrize(
    "rows",
    [
        [HEADER, ["1", NAME, "5", PHONE, "n"]],
        [HEADER, ["1", NAME, "viele", PHONE, "n"]],  # rejected for its value
        [HEADER, ["1", NAME, "5", PHONE, "n"], ["1", NAME, "6", PHONE, "n"]],  # conflict
        [HEADER, ["", NAME, "5", PHONE, "n"], ["1", "x", "5", "", ""]],  # without an id
        [HEADER, ["1", NAME, "5", PHONE, "n", "zu viel"], ["2", "x", "5", "", ""]],  # wrong length
        [HEADER, ["合计", NAME, "5", PHONE, "n"]],  # total row
        [[*HEADER, "作者", "手机号"], ["1", "x", "5", "", "n", NAME, PHONE]],  # the headers twice
        [["编号", "作 者", "播放量", " 手机号 "], ["1", "x", "5", PHONE]],
        [["编号", "播放量", "手机号"], ["1", "5", PHONE]],
    ],
)
def test_nothing_of_a_person_is_written(tmp_path: Path, rows: list[list[str]]) -> None:
    spec = ids_spec(drop_rows=[{"column": "编号", "equals": ["合计"]}])
    text = _all_text(read(write_csv(tmp_path, rows), spec))
    assert PHONE not in text
    assert NAME not in text


def test_nothing_of_a_person_is_written_from_json(tmp_path: Path) -> None:
    spec = events_spec(
        columns=[*events_spec().blocks[0].model_dump(by_alias=True)["columns"], {"to": "properties", "from": "props", "type": "json"}],
        drop=["phone", "props.phone", "props.$ip"],
    )
    lines = [
        {"user": NAME, "name": "view", "at": 1772330400, "phone": PHONE, "props": {"page": "/", "phone": PHONE, "$ip": "10.1.2.3"}},
        {"user": NAME, "name": "view", "at": "bad", "phone": PHONE, "props": {"phone": PHONE}},
        f'{{"user": "{NAME}", "phone": "{PHONE}", ',
        [NAME, PHONE],
    ]
    content = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    loaded = read(write(tmp_path, content, name="e.jsonl"), spec)
    text = _all_text(loaded)
    assert [loaded.manifest["rows_loaded"], loaded.manifest["rows_rejected"]] == [1, 3]
    assert all(secret not in text for secret in (NAME, PHONE, "10.1.2.3"))
    assert json.loads(table(loaded)["properties"][0]) == {"page": "/"}


def test_a_person_is_the_same_in_every_file(tmp_path: Path) -> None:
    one = table(
        read(write_csv(tmp_path, [["编号", "作者", "播放量"], ["1", NAME, "5"], ["2", f"\t{NAME} ", "5"], ["3", "", "1"]]), ids_spec())
    )
    two = table(read(write_csv(tmp_path, [["编号", "作者", "播放量"], ["9", NAME, "5"]], name="b.csv"), ids_spec()))
    keys = one["author_key"].to_list()
    assert keys[0] == keys[1] == two["author_key"][0]
    assert keys[2] is None
    assert len(keys[0]) == 24


def test_the_key_belongs_to_this_install(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import polars as pl

    first = pseudonyms(pl.Series([NAME]), "person")[0]
    assert stat.S_IMODE(settings().key_file.stat().st_mode) == 0o600
    assert len(install_key()) == 32
    assert pseudonyms(pl.Series([NAME]), "person")[0] == first
    assert pseudonyms(pl.Series([NAME]), "raw")[0] != first
    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path / "another"))
    assert pseudonyms(pl.Series([NAME]), "person")[0] != first


def test_an_inspection_hides_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = Catalogue(specs=[ids_spec()], platforms={"madeup": PLATFORM})
    monkeypatch.setattr("pipelines.ingest.inspect.Catalogue", lambda: catalogue)
    report = inspect_file(write_csv(tmp_path, [HEADER, ["1", NAME, "5", PHONE, "n"], ["2", NAME, "x", PHONE, "n"]]))
    text = json.dumps(report, ensure_ascii=False, default=str)
    assert NAME not in text
    assert PHONE not in text
    assert report["rows_in"] == 2


def test_a_refusal_shows_headers_and_no_rows(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        read(write_csv(tmp_path, [["编号", "作者名"], ["1", NAME]]), ids_spec())
    assert NAME not in str(caught.value) + str(caught.value.unexpected_headers)


@pytest.mark.parametrize("content", ["", "abc", "z" * 64])
def test_a_damaged_key_is_refused_and_never_an_empty_one_used(content: str) -> None:
    settings().key_file.parent.mkdir(parents=True, exist_ok=True)
    settings().key_file.write_text(content, encoding="ascii")
    with pytest.raises(BrokenKey, match="Restore it from a backup"):
        pseudonyms(pl.Series(["a"]), "person")
