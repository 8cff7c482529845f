"""Releases: rollback, status, ad-hoc SQL, and a failed audit that keeps the last good one."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from tests.integration.conftest import figures, rows, run_pulse


def test_rollback_publishes_the_release_before(demo_copy: Path) -> None:
    first = rows(demo_copy, "select release_id from quality.release")
    before = figures(demo_copy)
    run_pulse(demo_copy, "run", "--force")
    assert rows(demo_copy, "select release_id from quality.release") != first
    run_pulse(demo_copy, "rollback")
    assert rows(demo_copy, "select release_id from quality.release") == first
    assert figures(demo_copy) == before
    refused = run_pulse(demo_copy, "rollback", check=False)
    assert refused.returncode == 1
    assert "no older release" in refused.stderr


def test_status_says_what_is_published(demo: Path) -> None:
    report = json.loads(run_pulse(demo, "status", "--json").stdout)
    assert report["release"]
    assert report["loads_in_lake"] == report["loads"]
    assert report["files_waiting"] == 0


def test_status_before_the_first_run(tmp_path: Path) -> None:
    report = json.loads(run_pulse(tmp_path / "new", "status", "--json").stdout)
    assert report["release"] is None


def test_sql_in_every_format(demo: Path) -> None:
    statement = "select platform, count(*)::int as posts from core.dim_posts group by 1 order by 1"
    listed = json.loads(run_pulse(demo, "sql", statement, "--format", "json").stdout)
    from_csv = pl.read_csv(io.StringIO(run_pulse(demo, "sql", statement, "--format", "csv").stdout)).to_dicts()
    assert listed == from_csv
    assert len(listed) >= 6
    assert "posts" in run_pulse(demo, "sql", statement).stdout


def test_raw_views_can_be_queried(demo: Path) -> None:
    (row,) = json.loads(run_pulse(demo, "sql", "select count(*) as n from raw.post_snapshots", "--format", "json").stdout)
    assert row["n"] > 0


@pytest.mark.parametrize(
    "statement",
    [
        "copy core.dim_posts to '/tmp/stolen.csv'",
        "select * from read_csv('/etc/passwd')",
        "attach '/tmp/x.duckdb'",
        "drop table core.dim_posts",
        "set memory_limit = '100GB'",
        "select 1; select 2",
        "explain analyze copy core.dim_posts to 'x.csv'",
    ],
)
def test_sql_only_reads(demo: Path, statement: str) -> None:
    refused = run_pulse(demo, "sql", statement, check=False)
    assert refused.returncode == 1
    assert refused.stderr.strip()
    assert "Traceback" not in refused.stderr


def test_sql_without_a_release_says_what_to_do(tmp_path: Path) -> None:
    refused = run_pulse(tmp_path / "new", "sql", "select 1", check=False)
    assert refused.returncode == 1
    assert "pulse run" in refused.stderr
