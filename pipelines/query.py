"""Ad-hoc SQL on the published release: read-only, no file but the lake's own can be reached, bounded in time and memory."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import polars as pl

from pipelines.settings import settings
from pipelines.sql import literal
from pipelines.warehouse import TIME_ZONE, current_release


class NoRelease(Exception):
    """Nothing has been published yet."""


class QueryRefused(Exception):
    """The statement is not a query, or ran out of its bounds."""


# DESCRIBE, SHOW, SUMMARIZE and PRAGMA count as SELECT here; EXPLAIN does not, because EXPLAIN ANALYZE COPY would write.
BOUNDS = (
    "memory_limit = '2GB'",
    "threads = 2",
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "python_enable_replacements = false",
)
READING = {duckdb.StatementType.SELECT}
MAX_ROWS = 5_000_000  # DuckDB's own limit ends where the result leaves it


def open_release(path: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A locked-down read-only connection to a release (default: the current one). NoRelease when there is none."""
    release = path or current_release()
    if release is None:
        raise NoRelease("Nothing has been published yet. Run `pulse run` (or `pulse demo`) first.")
    connection = duckdb.connect(str(release), read_only=True)
    connection.execute(f"set TimeZone = '{TIME_ZONE}'")
    for setting in BOUNDS:
        connection.execute(f"set {setting}")
    # raw.* are views over the lake's Parquet files; nothing else on this machine may be read.
    connection.execute(f"set allowed_directories = [{literal(settings().lake)}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def query(sql: str, seconds: float = 60.0) -> pl.DataFrame:
    """Result of one reading statement on the current release. QueryRefused for anything that could write, or takes too long."""
    connection = open_release()
    timer = threading.Timer(seconds, connection.interrupt)
    timer.start()
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1:
            raise QueryRefused("One statement at a time, please.")
        if statements[0].type not in READING:
            raise QueryRefused("Only reading is possible here: SELECT, WITH … SELECT, DESCRIBE, SHOW, SUMMARIZE.")
        rows = connection.sql(sql).limit(MAX_ROWS + 1).pl()
    except duckdb.InterruptException as error:
        raise QueryRefused(f"The query took longer than {seconds:.0f} seconds and was stopped.") from error
    except duckdb.Error as error:
        raise QueryRefused(str(error)) from error
    except pl.exceptions.PolarsError as error:  # an interval or a union: types that no frame has
        raise QueryRefused("The result has a column of a type that cannot be shown, such as INTERVAL. Cast it to VARCHAR.") from error
    finally:
        timer.cancel()
        connection.close()
    if rows.height > MAX_ROWS:
        raise QueryRefused(f"The result has more than {MAX_ROWS:,} rows. Aggregate it or add a LIMIT.")
    return rows
