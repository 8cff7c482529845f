"""The only door to DuckDB: private builds for the pipeline, the published release for readers.

A build starts as a copy of the last good release (or empty, when that no longer fits the code or the lake), lives in ``data/build/``
and is never opened by a reader. See `pipelines.publish` for how it becomes a release.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines import lake
from pipelines.analyses.analysis import analyses, analyses_tables, empty
from pipelines.ingest.landing import quarantined_files
from pipelines.ingest.spec import ENTITIES_FILE, REGISTERS, platform_files, platforms
from pipelines.settings import DBT_DIR, PROJECT_DIR, settings
from pipelines.sql import literal

TIME_ZONE = "Asia/Shanghai"
DEFINITION_CHANGES: dict[str, Any] = {
    "platform": pl.String,
    "metric": pl.String,
    "changed_on": pl.Date,
    "explanation_zh": pl.String,
    "explanation_en": pl.String,
    "reference": pl.String,
}


@contextmanager
def connect(path: Path, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in the house time zone, closed afterwards. Nobody keeps one across steps."""
    connection = duckdb.connect(str(path), read_only=read_only)
    try:
        connection.execute(f"set TimeZone = '{TIME_ZONE}'")
        yield connection
    finally:
        connection.close()


def current_release() -> Path | None:
    """The resolved path of the published release, or None before the first one."""
    link = settings().warehouse
    return link.resolve() if link.exists() else None


@lru_cache(maxsize=1)
def code_version() -> str:
    """Changes when models, entities or analyses change: then figures are computed anew and not added to."""
    digest = hashlib.sha256()
    patterns: list[Iterable[Path]] = [
        DBT_DIR.glob("models/**/*.sql"),
        DBT_DIR.glob("macros/**/*.sql"),
        DBT_DIR.glob("seeds/**/*.csv"),
        DBT_DIR.glob("dbt_project.yml"),
    ]
    patterns += [
        *((PROJECT_DIR / "pipelines" / part).rglob(kind) for part in ("analyses", "suggestions") for kind in ("*.py", "*.yaml", "*.txt")),
        [ENTITIES_FILE, *platform_files()],
    ]
    for path in sorted(p for group in patterns for p in group):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def release_facts(release: Path) -> dict[str, Any]:
    """What a release was made of: code version, platforms revision and its loads. Empty for a file that does not say."""
    with connect(release, read_only=True) as connection:
        try:
            row = connection.execute("select code_version from quality.release").fetchone()
            loads = connection.execute("select load_id from raw.loads").fetchall()
        except duckdb.CatalogException:
            return {}
    return {"code_version": row[0] if row else None, "loads": {r[0] for r in loads}}


def unpublished(loads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The loads that the current release does not hold yet."""
    release = current_release()
    published = release_facts(release).get("loads", set()) if release else set()
    return [m for m in loads if m["load_id"] not in published]


def is_up_to_date(loads: list[dict[str, Any]]) -> bool:
    """Whether the published release already holds exactly these loads, made by this code."""
    release = current_release()
    if release is None:
        return False
    facts = release_facts(release)
    return facts.get("code_version") == code_version() and facts.get("loads") == {m["load_id"] for m in loads}


def begin_build(path: Path, loads: list[dict[str, Any]], from_scratch: bool = False) -> bool:
    """Make the private file of a run and its `raw` schema; True when it starts from the last release.

    Starts empty when asked to, when there is no release, when the code has changed since, or when a load of the release has left the lake.
    """
    clear_builds()
    path.parent.mkdir(parents=True, exist_ok=True)
    release = current_release()
    reuse = False
    if release is not None and not from_scratch:
        facts = release_facts(release)
        reuse = facts.get("code_version") == code_version() and facts.get("loads", {None}) <= {m["load_id"] for m in loads}
        if reuse:
            shutil.copyfile(release, path)
    with connect(path) as connection:
        lake.create_raw(connection, loads)
        _create_reference_tables(connection, loads)
        _create_analyses(connection)
        if release is not None and not reuse:
            _remember(connection, release)
    return reuse


def clear_builds() -> None:
    """Remove what killed runs left; the writer's lock is held, so nobody is building."""
    shutil.rmtree(settings().build, ignore_errors=True)


def _create_reference_tables(connection: duckdb.DuckDBPyConnection, loads: list[dict[str, Any]]) -> None:
    """raw.platforms, definition_changes, accounts and quarantined_files: small tables that come from YAML, manifests and notes."""
    known = platforms().values()
    listed = [p.model_dump(exclude={"metrics", "terms", "definition_changes"}) for p in known]
    _replace(connection, "raw.platforms", pl.DataFrame(listed))
    changes = [
        {"platform": p.platform, "metric": metric, **change.model_dump(exclude={"metrics"})}
        for p in known
        for change in p.definition_changes
        for metric in change.metrics
    ]
    _replace(connection, "raw.definition_changes", pl.DataFrame(changes, schema=DEFINITION_CHANGES))
    accounts = pl.DataFrame(
        [
            {"account_key": key, "platform": key.split(":", 1)[0], "account_name": key.split(":", 1)[1], "is_owned": m["is_owned"]}
            for m in loads
            if m["platform"] != REGISTERS
            for key in m.get("account_keys", [m["account_key"]])
        ],
        schema={"account_key": pl.String, "platform": pl.String, "account_name": pl.String, "is_owned": pl.Boolean},
    )
    _replace(
        connection,
        "raw.accounts",
        accounts.group_by("account_key").agg(pl.col("platform", "account_name").first(), pl.col("is_owned").any()).sort("account_key"),
    )
    schema: dict[str, Any] = {
        "sha256": pl.String,
        "source_name": pl.String,
        "reason_code": pl.String,
        "message": pl.String,
        "nearest_format": pl.String,
        "missing_headers": pl.List(pl.String),
        "unexpected_headers": pl.List(pl.String),
        "noticed_at": pl.String,
    }
    _replace(connection, "raw.quarantined_files", pl.DataFrame(quarantined_files(), schema=schema))
    connection.execute("alter table raw.quarantined_files alter noticed_at type timestamptz")


def _replace(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    connection.register("incoming", frame.to_arrow())
    connection.execute(f"create or replace table {table} as select * from incoming")
    connection.unregister("incoming")


def _create_analyses(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty, typed tables of schema `analyses`, so that models over them build before the analyses have run."""
    connection.execute("create schema if not exists analyses")
    for table, schema in analyses_tables().items():
        connection.register("incoming", empty(schema).to_arrow())
        connection.execute(f"create table if not exists analyses.{table} as select * from incoming")
        connection.unregister("incoming")


def _remember(connection: duckdb.DuckDBPyConnection, release: Path) -> None:
    """What analyses of the last release left for the next run (where segments lay, frozen topics …), for a build from scratch."""
    connection.execute(f"attach {literal(release)} as published (read_only)")
    for analysis in analyses():
        for table in analysis.remembers:
            columns = ", ".join(analysis.writes[table])
            with suppress(duckdb.CatalogException, duckdb.BinderException):  # a release from before this table has nothing to remember
                connection.execute(f"insert into analyses.{table} select {columns} from published.analyses.{table}")
    connection.execute("detach published")


def write_table(path: Path, table: str, frame: pl.DataFrame) -> None:
    """Replace one table of a build."""
    with connect(path) as connection:
        connection.execute(f"create schema if not exists {table.split('.')[0]}")
        _replace(connection, table, frame)


def read_frame(path: Path, query: str) -> pl.DataFrame:
    """Result of a query on a build or release as a polars frame."""
    with connect(path, read_only=False) as connection:
        return connection.sql(query).pl()


def append_results(build: Path, results: pl.DataFrame, keep_runs: int = 30) -> None:
    """Add expectation results to `quality.expectation_results`; the oldest runs fall out."""
    with connect(build) as connection:
        connection.execute("create schema if not exists quality")
        connection.register("incoming", results.to_arrow())
        connection.execute("create table if not exists quality.expectation_results as select * from incoming where false")
        connection.execute("insert into quality.expectation_results select * from incoming")
        connection.unregister("incoming")
        connection.execute(
            """delete from quality.expectation_results where run_id not in (
                select run_id from quality.expectation_results group by run_id order by max(checked_at) desc limit ?)""",
            [keep_runs],
        )


def stamp(build: Path, release_id: str, run_id: str) -> None:
    """Write `quality.release`: what this release is and which code made it."""
    with connect(build) as connection:
        connection.execute("create schema if not exists quality")
        connection.execute(
            """create or replace table quality.release as select
                ?::varchar as release_id, ?::varchar as run_id, now() as published_at, ?::varchar as code_version,
                (select count(*) from raw.loads) as load_count, (select max(captured_at) from raw.loads) as data_through_at,
                (select count(*) from quality.expectation_results where run_id = ? and success) as expectations_passed_count,
                (select count(*) from quality.expectation_results where run_id = ? and not success) as expectations_failed_count""",
            [release_id, run_id, code_version(), run_id, run_id],
        )
