"""The lake: load packages that exist whole or not at all, and typed views over exactly the loads that are named."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines import lake
from pipelines.ingest.accounting import REJECT_SCHEMA
from pipelines.ingest.parse import schema_of
from pipelines.ingest.spec import entity_columns, entity_names
from pipelines.settings import settings

pytestmark = pytest.mark.usefixtures("data_dir")


def _frame(load_id: str, **columns: Any) -> pl.DataFrame:
    schema = {"load_id": pl.String, **schema_of("account_days")}
    row = {name: columns.get(name) for name in schema} | {"load_id": load_id, "platform": "x", "account_key": "x:a"}
    return pl.DataFrame([row], schema=schema)


def _commit(load_id: str, rejects: int = 0, loaded_at: str = "2026-03-01T00:00:00+00:00", **columns: Any) -> dict[str, Any]:
    manifest = {
        "load_id": load_id,
        "loaded_at": loaded_at,
        "platform": "x",
        "rows_in": 1 + rejects,
        "unknown_columns": ["a'b"],
        "warnings": [],
    }
    rejected = pl.DataFrame(
        [{"row_number": i, "reason_code": "blank_row", "column_name": None, "message": "m", "raw_row": None} for i in range(rejects)],
        schema=REJECT_SCHEMA,
    )
    lake.commit(manifest, {"account_days": _frame(load_id, **columns)}, rejected)
    return manifest


def _raw(loads: list[dict[str, Any]], sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        lake.create_raw(connection, loads)
        return connection.execute(sql).fetchall()


def test_an_empty_lake_has_every_table_typed_and_empty() -> None:
    with duckdb.connect() as connection:
        lake.create_raw(connection, [])
        found = connection.execute(
            "select table_name, column_name, data_type from information_schema.columns where table_schema = 'raw'"
        ).fetchall()
        for entity in entity_names():
            assert connection.execute(f"select count(*) from raw.{entity}").fetchone() == (0,)
    types = {(table, column): kind for table, column, kind in found}
    long = {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}
    for entity in entity_names():
        assert {c: k for (t, c), k in types.items() if t == entity} == {c: long.get(k, k) for c, k in entity_columns(entity).items()}
    assert ("loads", "rows_rejected") in types
    assert ("rejects", "raw_row") in types


def test_what_is_committed_is_in_the_views() -> None:
    _commit("one", rejects=2, view_count=5)
    _commit("two", view_count=None)
    loads = lake.manifests()
    assert _raw(loads, "select load_id, view_count from raw.account_days order by 1") == [("one", 5), ("two", None)]
    assert _raw(loads, "select count(*) from raw.rejects") == [(2,)]
    assert _raw(loads, "select load_id, unknown_columns, rows_in, source_name from raw.loads order by 1") == [
        ("one", ["a'b"], 3, None),
        ("two", ["a'b"], 1, None),
    ]


def test_a_build_sees_the_loads_it_began_with() -> None:
    _commit("one")
    begun = lake.manifests()
    with duckdb.connect() as connection:
        lake.create_raw(connection, begun)
        _commit("later")
        assert connection.execute("select load_id from raw.account_days").fetchall() == [("one",)]


def test_loads_come_oldest_first() -> None:
    _commit("b", loaded_at="2026-03-02T00:00:00+00:00")
    _commit("c", loaded_at="2026-03-01T00:00:00+00:00")
    _commit("a", loaded_at="2026-03-02T00:00:00+00:00")
    assert [m["load_id"] for m in lake.manifests()] == ["c", "a", "b"]


def test_files_of_a_killed_commit_are_not_seen() -> None:
    folder = settings().lake / "account_days"
    folder.mkdir(parents=True)
    (folder / "orphan.parquet").write_bytes(b"PAR1 half")
    (folder / ".half.parquet.123.tmp").write_bytes(b"PAR1")
    (settings().lake / "loads").mkdir()
    (settings().lake / "loads" / ".killed.json.99.tmp").write_text("{")
    _commit("one")
    assert [m["load_id"] for m in lake.manifests()] == ["one"]
    assert _raw(lake.manifests(), "select count(*) from raw.account_days") == [(1,)]
    assert not lake.has_load("orphan")


def test_the_manifest_comes_last_and_after_everything_is_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real_replace, real_fsync = os.replace, os.fsync
    monkeypatch.setattr("pipelines.lake.os.replace", lambda a, b: (done.append(Path(b).parent.name), real_replace(a, b))[1])
    monkeypatch.setattr("pipelines.lake.os.fsync", lambda fd: (done.append("fsync"), real_fsync(fd))[1])
    _commit("one", rejects=1)
    assert done == ["fsync", "account_days", "fsync", "rejects", "fsync", "loads"]


def test_an_older_file_lacks_a_column_that_the_entity_has_gained() -> None:
    _commit("old", view_count=1)
    path = settings().lake / "account_days" / "old.parquet"
    pl.read_parquet(path).drop("share_count").write_parquet(path)
    _commit("new", share_count=7)
    assert _raw(lake.manifests(), "select load_id, view_count, share_count from raw.account_days order by 1") == [
        ("new", None, 7),
        ("old", 1, None),
    ]
    assert lake.rows("account_days", lake.manifests(), 1).height == 1


def test_a_withdrawn_load_is_out_and_says_why() -> None:
    _commit("one")
    manifest = next(m for m in lake.manifests() if m["load_id"] == "one")
    lake.withdraw(manifest, "wrong account")
    assert lake.manifests() == []
    assert not lake.has_load("one")
    note = json.loads((settings().lake / "withdrawn" / "one.json").read_text(encoding="utf-8"))
    assert note["withdrawn_because"] == "wrong account"
    _commit("one")
    assert lake.has_load("one")


def test_a_data_folder_with_quotes_in_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path / "it's 数据 (1)"))
    _commit("one", view_count=3)
    assert _raw(lake.manifests(), "select view_count from raw.account_days") == [(3,)]


def test_an_atomic_write_leaves_the_old_file_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    lake.write_atomically(path, b"old")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as kill:
        kill.setattr("pipelines.lake.os.replace", killed)
        with pytest.raises(KeyboardInterrupt):
            lake.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    lake.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
