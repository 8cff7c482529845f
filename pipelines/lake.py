"""The only door to the lake: immutable load packages of Parquet, each with a manifest that is written last.

Layout: ``lake/<entity>/<load_id>.parquet``, ``lake/rejects/<load_id>.parquet``, ``lake/loads/<load_id>.json``. A load exists
when its manifest does; a process killed at any moment leaves either the whole load or files nobody looks at. ``lake/compacted.json``
says which loads of an entity now share one file (`pipelines.upkeep`); it is replaced in one step.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.ingest.spec import entity_columns, entity_names
from pipelines.settings import settings
from pipelines.sql import literal

LOADS_SCHEMA = {
    "load_id": "VARCHAR",
    "source_name": "VARCHAR",
    "sha256": "VARCHAR",
    "byte_count": "BIGINT",
    "platform": "VARCHAR",
    "account_key": "VARCHAR",
    "account_name": "VARCHAR",
    "is_owned": "BOOLEAN",
    "format_id": "VARCHAR",
    "format_version": "VARCHAR",
    "entity": "VARCHAR",
    "encoding": "VARCHAR",
    "header_row": "BIGINT",
    "captured_at": "TIMESTAMPTZ",
    "captured_at_basis": "VARCHAR",
    "loaded_at": "TIMESTAMPTZ",
    "rows_in": "BIGINT",
    "rows_loaded": "BIGINT",
    "rows_duplicate": "BIGINT",
    "rows_rejected": "BIGINT",
    "unknown_columns": "VARCHAR[]",
    "warnings": "VARCHAR[]",
}
REJECTS_SCHEMA = {
    "load_id": "VARCHAR",
    "row_number": "BIGINT",
    "reason_code": "VARCHAR",
    "column_name": "VARCHAR",
    "message": "VARCHAR",
    "raw_row": "VARCHAR",
}


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that it is either absent or whole, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a Parquet file so that it is either absent or whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        frame.write_parquet(temporary, compression="zstd")
    except pl.exceptions.PolarsError as error:  # what it calls a full disk
        raise OSError(f"{path} could not be written: {error}") from error
    with temporary.open("rb") as stream:  # on the disk before the manifest says that it is
        os.fsync(stream.fileno())
    os.replace(temporary, path)


def commit(manifest: dict[str, Any], tables: dict[str, pl.DataFrame], rejects: pl.DataFrame) -> None:
    """Make a load package exist: Parquet first, the manifest last. `tables` is entity to canonical rows."""
    root, load_id = settings().lake, manifest["load_id"]
    files: dict[str, str] = {}
    for entity, frame in tables.items():
        if frame.height:
            write_parquet(frame, root / entity / f"{load_id}.parquet")
            files[entity] = f"{entity}/{load_id}.parquet"
    if rejects.height:
        write_parquet(rejects.with_columns(pl.lit(load_id).alias("load_id")), root / "rejects" / f"{load_id}.parquet")
        files["rejects"] = f"rejects/{load_id}.parquet"
    body = json.dumps({**manifest, "files": files}, ensure_ascii=False, indent=1, default=str)
    write_atomically(root / "loads" / f"{load_id}.json", body.encode())


def manifests() -> list[dict[str, Any]]:
    """Every committed load, oldest first; `files` says for each entity in which file its rows are now."""
    folder = settings().lake / "loads"
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")] if folder.exists() else []
    shared = {(entity, load): file for entity, files in compacted().items() for file, loads in files.items() for load in loads}
    for manifest in found:
        load_id = manifest["load_id"]
        manifest["files"] = {entity: shared.get((entity, load_id), file) for entity, file in manifest["files"].items()}
    return sorted(found, key=lambda m: (m["loaded_at"], m["load_id"]))


def compacted() -> dict[str, dict[str, list[str]]]:
    """Entity to file to the loads whose rows it holds."""
    path = settings().lake / "compacted.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write_compacted(index: dict[str, dict[str, list[str]]]) -> None:
    """From this moment on the loads named are read from the files named."""
    write_atomically(settings().lake / "compacted.json", json.dumps(index, indent=1).encode())


def has_load(load_id: str) -> bool:
    return (settings().lake / "loads" / f"{load_id}.json").exists()


def withdraw(manifest: dict[str, Any], reason: str) -> None:
    """Take a load out of the lake: its manifest moves to ``lake/withdrawn/`` with the reason, its files are no longer read."""
    root = settings().lake
    body = json.dumps({**manifest, "withdrawn_because": reason}, ensure_ascii=False, indent=1)
    write_atomically(root / "withdrawn" / f"{manifest['load_id']}.json", body.encode())
    (root / "loads" / f"{manifest['load_id']}.json").unlink()


def rows(entity: str, loads: list[dict[str, Any]], limit: int) -> pl.DataFrame:
    """Up to `limit` rows of an entity from these loads."""
    return query(entity, loads, f"select * from rows limit {limit:d}")


def query(entity: str, loads: list[dict[str, Any]], sql: str) -> pl.DataFrame:
    """Result of a query over `rows`: all rows of an entity from these loads, typed."""
    wanted = ", ".join(literal(m["load_id"]) for m in loads)
    chosen = f"select * from ({_select(entity_columns(entity), _paths(loads, entity))}) where load_id in ({wanted or 'null'})"
    with duckdb.connect() as connection:
        return connection.sql(f"with rows as ({chosen}) {sql}").pl()


def create_raw(connection: duckdb.DuckDBPyConnection, loads: list[dict[str, Any]]) -> None:
    """Schema `raw` for exactly these loads: tables `loads` and `rejects`, one view per entity over the loads' Parquet files.

    Naming the files keeps a build to the loads it began with, whatever lands meanwhile, and leaves out what a killed process left.
    """
    connection.execute("create schema if not exists raw")
    _create_loads(connection, loads)
    _create_table(connection, "rejects", REJECTS_SCHEMA, _paths(loads, "rejects"))
    for entity in entity_names():
        paths = _paths(loads, entity)
        of_this_build = " where load_id in (select load_id from raw.loads)" if _holds_others(entity, loads) else ""
        connection.execute(
            f"create or replace view raw.{entity} as select * from ({_select(entity_columns(entity), paths)}){of_this_build}"
        )


def _holds_others(entity: str, loads: list[dict[str, Any]]) -> bool:
    """Whether a file of these loads holds rows of others too."""
    ours = {m["load_id"] for m in loads}
    return any(not set(shared) <= ours for shared in compacted().get(entity, {}).values())


def _paths(loads: list[dict[str, Any]], entity: str) -> list[str]:
    root = settings().lake
    return list(dict.fromkeys(str(root / m["files"][entity]) for m in loads if entity in m["files"]))


def _select(columns: dict[str, str], paths: list[str]) -> str:
    """A typed select over Parquet files; columns that older files lack are NULL. No file at all: no row."""
    if not paths:
        return "select " + ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items()) + " where false"
    listed = ", ".join(literal(p) for p in paths)
    names = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
    empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    # The empty branch gives every column a name even when no file has it yet (an entity that gained a column).
    return (
        f"select {names} from (select {empty} where false union all by name select * from read_parquet([{listed}], union_by_name = true))"
    )


def _create_table(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], paths: list[str]) -> None:
    connection.execute(f"create or replace table raw.{name} as {_select(columns, paths)}")


def _create_loads(connection: duckdb.DuckDBPyConnection, loads: list[dict[str, Any]]) -> None:
    text = pl.DataFrame(
        [{name: _as_text(m.get(name)) for name in LOADS_SCHEMA} for m in loads], schema=dict.fromkeys(LOADS_SCHEMA, pl.String)
    )
    connection.register("manifests", text.to_arrow())
    typed = ", ".join(f"{_from_text(name, kind)} as {name}" for name, kind in LOADS_SCHEMA.items())
    connection.execute(f"create or replace table raw.loads as select {typed} from manifests")
    connection.unregister("manifests")


def _as_text(value: Any) -> str | None:
    return value if isinstance(value, str) or value is None else json.dumps(value, ensure_ascii=False)


def _from_text(name: str, kind: str) -> str:
    return f"from_json({name}, '[\"VARCHAR\"]')" if kind == "VARCHAR[]" else f"cast({name} as {kind})"
