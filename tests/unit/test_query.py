"""`pulse sql`: any question about the release, and nothing else on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipelines.query import NoRelease, QueryRefused, open_release, query
from pipelines.settings import settings
from tests.unit.releases import make_release


@pytest.fixture(autouse=True)
def release(data_dir: Path) -> Iterator[Path]:
    path = make_release("20260301T000000", 42)
    (data_dir / "pseudonym.key").write_text("secret")
    (data_dir / "lake_other").mkdir()
    (data_dir / "lake_other" / "f.csv").write_text("a\n1\n")
    (data_dir / "lake").mkdir()
    (data_dir / "lake" / "f.csv").write_text("a\n1\n")
    yield path


@pytest.mark.parametrize(
    "sql",
    [
        "select value from marts.mart_x",
        "with a as (select value from marts.mart_x) select * from a",
        "from marts.mart_x",
        "values (1)",
        "table marts.mart_x",
        "describe marts.mart_x",
        "show all tables",
        "summarize marts.mart_x",
        "select * from raw.nothing; ",
        "-- a comment\nselect 1",
    ],
)
def test_reading(sql: str) -> None:
    assert query(sql).height >= 1


def test_values_come_in_the_house_time_zone() -> None:
    assert query("select (timestamptz '2026-03-01 17:00:00+00')::date as d").item() == date(2026, 3, 2)


@pytest.mark.parametrize(
    "sql",
    [
        "insert into marts.mart_x values (1, 1, '')",
        "update marts.mart_x set value = 1",
        "delete from marts.mart_x",
        "drop table marts.mart_x",
        "create table t as select 1",
        "create temp table t as select 1",
        "create or replace view raw.nothing as select 2",
        "alter table marts.mart_x rename to y",
        "copy marts.mart_x to '{root}/out.csv'",
        "copy marts.mart_x to '{root}/lake/out.csv'",
        "export database '{root}/lake/out'",
        "attach '{root}/lake/other.duckdb'",
        "attach ':memory:' as m",
        "detach marts",
        "use raw",
        "install httpfs",
        "load httpfs",
        "set threads = 8",
        "set enable_external_access = true",
        "reset all",
        "pragma enable_profiling",
        "pragma memory_limit = '100GB'",
        "explain analyze select 1",
        "explain analyze copy (select 1) to '{root}/lake/x.csv'",
        "call pragma_version()",
        "checkpoint",
        "vacuum",
        "begin",
        "prepare p as select 1",
        "execute p",
        "select 1; drop table marts.mart_x",
        "select 1; select 2",
        "",
        ";",
        "-- nothing",
        "selec 1",
        "select * from query('copy (select 1) to ''{root}/lake/x.csv''')",
    ],
)
def test_anything_but_one_reading_statement_is_refused(sql: str, data_dir: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in data_dir.rglob("*") if p.is_file()}
    with pytest.raises(QueryRefused):
        query(sql.replace("{root}", str(data_dir)))
    assert {p: p.stat().st_mtime_ns for p in data_dir.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize(
    "source",
    [
        "read_text('{root}/pseudonym.key')",
        "read_blob('{root}/lake/../pseudonym.key')",
        "read_text('{root}/lake/x/../../pseudonym.key')",
        "read_csv('{root}/lake_other/f.csv')",
        "'{root}/lake_other/f.csv'",
        "read_csv('/etc/passwd')",
        "read_text('/proc/self/environ')",
        "glob('/etc/*')",
        "glob('{root}/*')",
        "sniff_csv('{root}/pseudonym.key')",
        "parquet_metadata('/tmp/x.parquet')",
        "read_json('https://example.com/a.json')",
        "read_parquet('s3://bucket/a.parquet')",
        "sql",
        "settings",
    ],
)
def test_no_file_but_the_lakes_can_be_read(source: str, data_dir: Path) -> None:
    with pytest.raises(QueryRefused):
        query(f"select * from {source.replace('{root}', str(data_dir))}")


def test_the_lakes_own_files_can_be_read(data_dir: Path) -> None:
    assert query(f"select * from '{data_dir}/lake/f.csv'").rows() == [(1,)]


def test_a_long_query_is_stopped() -> None:
    with pytest.raises(QueryRefused, match="longer than"):
        query("select count(*) from range(100000000) a, range(100000) b where a.range % 7 = b.range % 11", seconds=0.3)


def test_a_huge_result_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.query.MAX_ROWS", 1000)
    assert query("select * from range(1000)").height == 1000
    with pytest.raises(QueryRefused, match="more than"):
        query("select * from range(10000000000)")


@pytest.mark.parametrize("value", ["interval 1 month", "age(date '2026-01-02', date '2025-01-01')", "union_value(a := 1)"])
def test_a_type_that_cannot_be_shown_is_a_sentence(value: str) -> None:
    with pytest.raises(QueryRefused, match="Cast it"):
        query(f"select {value} as v")


def test_settings_are_locked() -> None:
    with open_release() as connection, pytest.raises(Exception, match="locked"):
        connection.execute("set enable_external_access = true")


def test_before_the_first_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path / "new"))
    assert not settings().warehouse.exists()
    with pytest.raises(NoRelease, match="pulse run"):
        query("select 1")
