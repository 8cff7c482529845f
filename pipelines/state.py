"""What people decide in the app: decisions about suggestions, labels of texts, risk levels they overrule. Append-only, in SQLite.

The app reads releases only; what it must remember is added here (`add`), by any number of sessions at once. At the start of a run
`deliver` writes every table as a file into landing, and it is taken in like a register: same rows, same bytes, no new load.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import polars as pl

from pipelines.lake import write_atomically
from pipelines.settings import settings

Kind = Literal["text", "number", "moment", "day", "list"]
FOLDER = "app"  # of landing
WAIT_SECONDS = 30

# Column to kind. Every table also has `entry_number`, the number of the row; what a column means is told in entities.yaml.
TABLES: dict[str, dict[str, Kind]] = {
    "suggestion_decisions": {
        "suggestion_id": "text",
        "decision": "text",
        "decided_by": "text",
        "decided_at": "moment",
        "adopters": "list",
        "controls": "list",
        "starts_on": "day",
        "randomisation_seed": "text",
        "reason": "text",
        "falsifier_json": "text",
        "falsifier_hash": "text",
        "suggestion_json": "text",
    },
    "text_labels": {
        "text_key": "text",
        "text": "text",
        "label": "text",
        "category": "text",
        "need_label": "text",
        "labelled_by": "text",
        "labelled_at": "moment",
    },
    "risk_overrides": {
        "risk_key": "text",
        "level": "text",
        "reason": "text",
        "overridden_by": "text",
        "overridden_at": "moment",
    },
}
REQUIRED = {
    "suggestion_decisions": ("suggestion_id", "decision", "decided_by", "falsifier_hash"),
    "text_labels": ("text_key", "labelled_by"),
    "risk_overrides": ("risk_key", "level", "overridden_by"),
}
WORDS = {("suggestion_decisions", "decision"): ("adopted", "rejected", "trial")}
POLARS: dict[Kind, Any] = {
    "text": pl.String,
    "number": pl.Int64,
    "moment": pl.Datetime("us", "UTC"),
    "day": pl.Date,
    "list": pl.List(pl.String),
}


def path() -> Path:
    """The state's database; made by the first `add`."""
    return settings().root / "state.db"


def add(table: str, **columns: Any) -> int:
    """Append one row and return its number. Columns left out are NULL, the moment (`…_at`) is now.

    ValueError for an unknown table or column, a required one without a value, and a word that is none of the offered ones. `…_by` is a
    colleague's name or nickname, never a customer's.
    """
    kinds = _kinds(table)
    if unknown := sorted(columns.keys() - kinds.keys()):
        raise ValueError(f"{table} has no column {', '.join(unknown)}")
    given = {c: v for c, v in columns.items() if v is not None and v != ""}
    if missing := [c for c in REQUIRED[table] if c not in given]:
        raise ValueError(f"{table} needs {', '.join(missing)}")
    for (of_table, column), words in WORDS.items():
        if of_table == table and given[column] not in words:
            raise ValueError(f"{column} is one of {', '.join(words)}")
    given |= {c: datetime.now(UTC) for c, kind in kinds.items() if kind == "moment" and c not in given}
    names = ", ".join(given)
    marks = ", ".join("?" for _ in given)
    values = [_stored(value, kinds[column]) for column, value in given.items()]
    with _open() as connection, connection:
        done = connection.execute(f"insert into {table} ({names}) values ({marks})", values)
        return int(done.lastrowid or 0)


def rows(table: str) -> pl.DataFrame:
    """All rows of a table in the order they were added: `entry_number` and its columns, typed. Empty before the first one."""
    kinds = _kinds(table)
    stored = _stored_rows(table)
    moments = [pl.col(c).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_zone="UTC") for c, k in kinds.items() if k == "moment"]
    days = [pl.col(c).str.to_date("%Y-%m-%d") for c, k in kinds.items() if k == "day"]
    lists = [pl.col(c).str.json_decode(pl.List(pl.String)) for c, k in kinds.items() if k == "list"]
    return stored.with_columns(moments + days + lists).cast({c: POLARS[k] for c, k in kinds.items()})


def deliver() -> list[Path]:
    """Write every table with rows as a JSON-lines file into landing; the files that changed. Nothing new: nothing is touched.

    A file's time is that of its newest row, so that the same rows make the same file on every machine.
    """
    changed = []
    for table in TABLES if path().exists() else ():
        stored = _stored_rows(table)
        target = settings().landing / FOLDER / f"{table}.jsonl"
        lines = BytesIO()
        stored.write_ndjson(lines)
        if stored.height == 0 or (target.exists() and target.read_bytes() == lines.getvalue()):
            continue
        write_atomically(target, lines.getvalue())
        moment = next(c for c, kind in TABLES[table].items() if kind == "moment")
        newest = datetime.fromisoformat(str(stored[moment].max())).timestamp()
        os.utime(target, (newest, newest))
        changed.append(target)
    return changed


def redact(texts: Iterable[str], replacement: str) -> int:
    """Blot texts out of every row (a person asked to be forgotten) and out of the file's free pages; how many rows held one."""
    if not path().exists():
        return 0
    hit = 0
    with _open() as connection:
        connection.execute("pragma secure_delete = on")
        for table, kinds in TABLES.items():
            columns = [c for c, kind in kinds.items() if kind in ("text", "list")]
            for text in texts:
                found = " or ".join(f"instr({c}, :text) > 0" for c in columns)
                blotted = ", ".join(f"{c} = replace({c}, :text, :replacement)" for c in columns)
                with connection:
                    done = connection.execute(f"update {table} set {blotted} where {found}", {"text": text, "replacement": replacement})
                hit += done.rowcount
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
    return hit


def _kinds(table: str) -> dict[str, Kind]:
    if table not in TABLES:
        raise ValueError(f"no table '{table}'; there are: {', '.join(TABLES)}")
    return TABLES[table]


def _stored(value: Any, kind: Kind) -> Any:
    """A value as SQLite keeps it. Moments are UTC to the second, so that texts order as times do."""
    match kind:
        case "moment":
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            if moment.tzinfo is None:
                raise ValueError("a moment needs a time zone")
            return moment.astimezone(UTC).isoformat(timespec="seconds")
        case "day":
            return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
        case "list":
            return json.dumps(sorted(value), ensure_ascii=False)
        case "number":
            return int(value)
        case _:
            return str(value)


def _stored_rows(table: str) -> pl.DataFrame:
    schema: dict[str, Any] = {"entry_number": pl.Int64} | {c: pl.Int64 if k == "number" else pl.String for c, k in TABLES[table].items()}
    if not path().exists():
        return pl.DataFrame(schema=schema)
    with _open() as connection:
        found = connection.execute(f"select {', '.join(schema)} from {table} order by entry_number").fetchall()
    return pl.DataFrame(found, schema=schema, orient="row")


@contextmanager
def _open() -> Iterator[sqlite3.Connection]:
    """A connection of its own for each call: sessions and runs never share one, a writer waits for another."""
    settings().root.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path(), timeout=WAIT_SECONDS)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        for table, kinds in TABLES.items():
            columns = ", ".join(f"{c} {'integer' if kind == 'number' else 'text'}" for c, kind in kinds.items())
            connection.execute(f"create table if not exists {table} (entry_number integer primary key autoincrement, {columns})")
        yield connection
    finally:
        connection.close()
