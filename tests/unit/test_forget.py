"""A person who asks to be forgotten is gone from every file, stays out, and nobody else loses a row."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from pipelines import forget as module
from pipelines import lake
from pipelines.ingest import landing, originals
from pipelines.settings import settings
from tests.unit.ingest.made_up import csv_text

pytestmark = pytest.mark.usefixtures("data_dir")
HEADER = ["id", "weibo_id", "created_at", "user_screen_name", "text", "pic_url", "like_count"]
CANARY = "金丝雀昵称_7742"
ROWS = [
    ["1", "50", "2026-03-01 10:00:00", CANARY, "喜欢", "", "3"],
    ["2", "50", "2026-03-01 10:05:00", "别人", f"同意@{CANARY} 说的", "", "1"],
    ["3", "50", "2026-03-01 10:06:00", "别人", "不错", "", "2"],
    ["4", "50", "昨天", CANARY, "时间不可读", "", "2"],
]


def _land(rows: list[list[str]], name: str = "comments.csv") -> Path:
    path = settings().landing / "weibo" / "小店" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv_text([HEADER, *rows]), encoding="utf-8-sig", newline="")
    return path


def _comments() -> pl.DataFrame:
    return lake.rows("comments", lake.manifests(), 100).sort("row_number")


def _release() -> Path:
    """In place of a pipeline run: a release that holds what the lake holds."""
    settings().releases.mkdir(parents=True, exist_ok=True)
    path = settings().releases / "20990101.duckdb"
    import duckdb

    with duckdb.connect(str(path)) as connection:
        lake.create_raw(connection, lake.manifests())
        connection.execute("create table copy as select * from raw.comments")
    return path


def _files_with(text: str) -> list[str]:
    files = [p for p in settings().root.rglob("*") if p.is_file()]
    return [str(p.relative_to(settings().root)) for p in files if originals.holds(p, text)]


def test_a_person_is_gone_everywhere_and_others_stay() -> None:
    _land(ROWS)
    manifest = landing.take_in_landing().loaded[0]
    assert (manifest["rows_loaded"], manifest["rows_rejected"]) == (3, 1)
    older = settings().releases / "20200101.duckdb"
    _release().rename(older)
    assert _files_with(CANARY)  # the original in landing, its copy in the archive, and somebody else's text
    done, report = module.forget("weibo", f" {CANARY} ", _release)
    assert _files_with(CANARY) == []
    frame = _comments()
    assert frame["platform_comment_id"].to_list() == ["2", "3"]
    assert frame["text"].to_list() == [f"同意@{module.REMOVED} 说的", "不错"]
    assert not older.exists()
    proof = json.loads(report.read_text(encoding="utf-8"))
    assert (proof["rows_removed"]["comments"], proof["found_afterwards"]) == (1, [])
    assert len(proof["originals_removed"]) == 2
    assert CANARY not in report.read_text(encoding="utf-8")
    assert done.files_searched > 0


def test_the_next_export_does_not_bring_the_person_back() -> None:
    _land(ROWS)
    landing.take_in_landing()
    module.forget("weibo", CANARY, _release)
    _land([*ROWS[:1], ["5", "50", "2026-03-02 10:00:00", "别人", "新的", "", "0"]], name="later.csv")
    (manifest,) = landing.take_in_landing().loaded
    counts = (manifest["rows_in"], manifest["rows_loaded"], manifest["rows_rejected"])
    assert counts == (2, 1, 1)
    rejects = pl.read_parquet(settings().lake / "rejects" / f"{manifest['load_id']}.parquet")
    assert rejects.select("reason_code", "raw_row").rows() == [("forgotten", None)]


def test_it_says_so_when_the_person_is_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    _land(ROWS)
    landing.take_in_landing()
    (settings().root / "notes.txt").write_text(f"call {CANARY}", encoding="gb18030")
    with pytest.raises(module.StillThere, match=r"notes\.txt"):
        module.forget("weibo", CANARY, _release)


def test_the_same_id_on_another_platform_is_somebody_else() -> None:
    _land([["1", "50", "2026-03-01 10:00:00", "u12", "好", "", "1"]])
    landing.take_in_landing()
    module.forget("x", "u12", _release)
    assert _comments().height == 1


@pytest.mark.parametrize("name", ["a.xlsx", "utf8.csv", "gbk.csv", "utf16.csv", "escaped.json", "a.parquet"])
def test_a_text_is_found_in_every_kind_of_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.xlsx":
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet().write(0, 0, f"x{CANARY}&")
    elif name == "a.parquet":
        pl.DataFrame({"n": [["a", CANARY]]}).write_parquet(path)
    elif name == "escaped.json":
        path.write_text(json.dumps({"user": CANARY}), encoding="utf-8")
    else:
        path.write_text(f"a,{CANARY},b", encoding={"utf8.csv": "utf-8", "gbk.csv": "gb18030", "utf16.csv": "utf-16"}[name])
    assert originals.holds(path, CANARY)
    assert not originals.holds(path, "不在其中的名字")
