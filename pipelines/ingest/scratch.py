"""DuckDB for computing, not for keeping: one database in memory per process, because starting one costs more than most queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import duckdb


@lru_cache(maxsize=1)
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of one's own to the process's scratch database; what is registered on it is seen by nobody else."""
    connection = _database().cursor()
    try:
        yield connection
    finally:
        connection.close()
