"""Small builds and releases for the tests of publishing and querying."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.publish import publish
from pipelines.settings import settings


def make_build(value: int = 1, rows: int = 1, with_marts: bool = True) -> Path:
    """A build with one mart that holds `value` in each row."""
    path = settings().build / "build.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema raw")
        connection.execute("create view raw.nothing as select 1 as a")
        if with_marts:
            connection.execute(f"create table marts.mart_x as select {value} as value, i, md5(i::varchar) as text from range({rows}) t(i)")
    return path


def make_release(release_id: str, value: int = 1) -> Path:
    return publish(make_build(value), release_id)
