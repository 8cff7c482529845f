"""The only door of the dashboards to the warehouse: the published release, opened read-only."""

from __future__ import annotations

import logging
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import streamlit as st

from pipelines.settings import settings

log = logging.getLogger(__name__)
PLACEHOLDER = re.compile(r"\$([a-z_]\w*)")


def release_path() -> str | None:
    """Where the published release really lies, None before the first one.

    Resolved at every call: a new release is a new path, hence a new connection and an empty cache, while an open one stays whole.
    """
    link = _warehouse(os.environ.get("PULSE_DATA_DIR"))
    return str(link.resolve()) if link.exists() else None


@cache
def _warehouse(data_dir: str | None) -> Path:
    """The settings' warehouse, looked up once for each folder that the environment names."""
    return settings().warehouse


def query(sql: str, **parameters: Any) -> pd.DataFrame:
    """The rows of a query on the published release; ``$name`` placeholders are bound, parameters the query lacks are ignored."""
    path = release_path()
    if path is None:
        raise FileNotFoundError("no release has been published yet")
    wanted = set(PLACEHOLDER.findall(sql))
    return _rows(path, sql, {name: value for name, value in parameters.items() if name in wanted})


def one(sql: str, **parameters: Any) -> dict[str, Any] | None:
    """The first row of a query as a dictionary, None where there is no row; NaN and NaT come back as None."""
    rows = query(sql, **parameters)
    if rows.empty:
        return None
    return {str(name): _or_none(value) for name, value in rows.iloc[0].items()}


def _or_none(value: Any) -> Any:
    return value if isinstance(value, list) or not pd.api.types.is_scalar(value) or not pd.isna(value) else None


@st.cache_data(max_entries=300, show_spinner=False)
def _rows(path: str, sql: str, parameters: dict[str, Any]) -> pd.DataFrame:
    # One cursor per query: sessions are threads, and a shared connection hands one session another's answer.
    with _connection(path).cursor() as cursor:
        cursor.execute("set TimeZone = 'Asia/Shanghai'")
        return cursor.execute(sql, parameters).df()


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    connection.close()


@st.cache_resource(max_entries=3, on_release=_close, show_spinner=False)
def _connection(path: str) -> duckdb.DuckDBPyConnection:
    log.info("opening release %s", Path(path).name)
    connection = duckdb.connect(path, read_only=True)
    # The app reads tables of the release; nothing it runs needs files or the network.
    connection.execute("set enable_external_access = false")
    return connection
