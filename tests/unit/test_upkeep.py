"""Keeping house changes no row: small files become one, originals leave when their time has come, unread files go."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import lake, upkeep
from pipelines.ingest import landing
from pipelines.settings import settings
from tests.unit.ingest.made_up import csv_text

pytestmark = pytest.mark.usefixtures("data_dir")
HEADER = ["笔记标题", "首次发布时间", "体裁", "曝光", "观看量", "点赞"]


def _land(name: str, *titles: str) -> Path:
    path = settings().landing / "小店" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [[title, "2026年03月01日10时00分00秒", "图文", "900", "100", "9"] for title in titles]
    path.write_text(csv_text([HEADER, *rows, ["", "", "", "", "", ""]]), encoding="utf-8", newline="")
    return path


def _raw(sql: str) -> list[tuple]:
    with duckdb.connect() as connection:
        lake.create_raw(connection, lake.manifests())
        return connection.execute(sql).fetchall()


def _four_loads() -> list[tuple]:
    for name in ("a.csv", "b.csv", "c.csv", "d.csv"):
        _land(name, f"{name} 一", f"{name} 二")
    landing.take_in_landing()
    return _raw("select * from raw.post_snapshots order by load_id, row_number")


def test_merging_small_files_changes_no_row_and_leaves_one_file() -> None:
    before = _four_loads()
    rejects = _raw("select count(*) from raw.rejects")
    assert upkeep.compact(many_files=3) == 6  # four files of posts and four of rejects become one each
    assert _raw("select * from raw.post_snapshots order by load_id, row_number") == before
    assert upkeep.delete_unread() == 8
    assert len(list((settings().lake / "post_snapshots").glob("*.parquet"))) == 1
    assert _raw("select * from raw.post_snapshots order by load_id, row_number") == before
    assert _raw("select count(*) from raw.rejects") == rejects
    assert upkeep.compact(many_files=3) == 0


def test_later_loads_are_merged_into_the_next_file_and_a_withdrawn_one_is_read_no_more() -> None:
    _four_loads()
    upkeep.compact(many_files=1)
    _land("e.csv", "新")
    (late,) = landing.take_in_landing().loaded
    upkeep.compact(many_files=1)
    upkeep.delete_unread()
    assert _raw("select count(*) from raw.post_snapshots") == [(9,)]
    lake.withdraw(next(m for m in lake.manifests() if m["load_id"] == late["load_id"]), "a test")
    assert _raw("select count(*) from raw.post_snapshots") == [(8,)]


def test_a_build_reads_the_loads_it_began_with_also_from_merged_files() -> None:
    _four_loads()
    first = lake.manifests()[:2]
    upkeep.compact(many_files=1)
    some = [m for m in lake.manifests() if m["load_id"] in {f["load_id"] for f in first}]
    with duckdb.connect() as connection:
        lake.create_raw(connection, some)
        assert connection.execute("select count(*) from raw.post_snapshots").fetchone() == (4,)
    assert lake.rows("post_snapshots", some, 100).height == 4


def test_a_kill_between_merging_and_switching_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _four_loads()

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(lake, "write_compacted", killed)
        upkeep.compact(many_files=1)
    assert _raw("select * from raw.post_snapshots order by load_id, row_number") == before
    upkeep.delete_unread()
    assert _raw("select * from raw.post_snapshots order by load_id, row_number") == before


def test_files_that_nobody_reads_go_and_those_of_a_kept_release_stay() -> None:
    _four_loads()
    orphan = settings().lake / "post_snapshots" / "0123.parquet"
    kept = settings().lake / "post_snapshots" / "4567.parquet"
    for path in (orphan, kept):
        pl.DataFrame({"load_id": ["x"]}).write_parquet(path)
    settings().releases.mkdir()
    with duckdb.connect(str(settings().releases / "r1.duckdb")) as connection:
        connection.execute(f"create schema raw; create view raw.post_snapshots as select * from read_parquet(['{kept}'])")
    assert upkeep.delete_unread() == 1
    assert (orphan.exists(), kept.exists()) == (False, True)


def test_originals_leave_when_their_retention_ends() -> None:
    path = _land("a.csv", "一")
    (manifest,) = landing.take_in_landing().loaded
    archived = settings().archive / manifest["sha256"][:2] / manifest["sha256"]
    assert upkeep.retire_originals(datetime.now(UTC) + timedelta(days=89)) == 0
    assert archived.exists() and path.exists()
    assert upkeep.retire_originals(datetime.now(UTC) + timedelta(days=91)) == 2
    assert not archived.exists() and not path.exists()
    assert _raw("select count(*) from raw.post_snapshots") == [(1,)]


def test_a_source_s_own_retention_beats_the_setting() -> None:
    _land("a.csv", "一")
    (manifest,) = landing.take_in_landing().loaded
    note = settings().lake / "loads" / f"{manifest['load_id']}.json"
    note.write_text(json.dumps({**json.loads(note.read_text(encoding="utf-8")), "retention_days": 7}), encoding="utf-8")
    assert upkeep.retire_originals(datetime.now(UTC) + timedelta(days=8)) == 2
