"""What a data folder says, in a form that two folders can be compared by: lake, originals, and the published release."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb

from tests.integration.conftest import figures

LOAD_FACTS = ["source_name", "sha256", "platform", "account_key", "format_id", "entity", "captured_at", "captured_at_basis"]
LOAD_FACTS += ["rows_in", "rows_loaded", "rows_duplicate", "rows_rejected", "unknown_columns", "warnings"]


def lake_contents(data: Path) -> dict[str, Any]:
    """Loads with their accounting, and per entity count and order-free hash of every row; which file holds a row is no matter."""
    lake = data / "lake"
    loads = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted((lake / "loads").glob("*.json"))}
    found: dict[str, Any] = {f"load {load_id}": {name: m[name] for name in LOAD_FACTS} for load_id, m in loads.items()}
    index = lake / "compacted.json"
    shared = json.loads(index.read_text(encoding="utf-8")) if index.exists() else {}
    merged = {(entity, load): file for entity, files in shared.items() for file, members in files.items() for load in members}
    for entity in sorted({name for m in loads.values() for name in m["files"]}):
        held = sorted({merged.get((entity, load), m["files"][entity]) for load, m in loads.items() if entity in m["files"]})
        wanted = [load for load, m in loads.items() if entity in m["files"]]
        with duckdb.connect() as connection:
            found[entity] = connection.execute(
                "select count(*), bit_xor(hash(t)) from (select * from read_parquet(?, union_by_name = true) where load_id in "
                "(select unnest(?))) t",
                [[str(lake / file) for file in held], wanted],
            ).fetchone()
    return found


def unaccounted(data: Path) -> list[str]:
    """What is wrong with this folder whatever happened to it: loads that do not add up, originals that are not what they are called."""
    wrong: list[str] = []
    for path in (data / "lake" / "loads").glob("*.json"):
        m = json.loads(path.read_text(encoding="utf-8"))
        if m["rows_in"] != m["rows_loaded"] + m["rows_duplicate"] + m["rows_rejected"]:
            wrong.append(f"{path.name}: rows do not add up")
        original = data / "archive" / m["sha256"][:2] / m["sha256"]
        if not original.exists():
            wrong.append(f"{path.name}: its original is not in the archive")
    originals = [(p, p.name) for p in (data / "archive").glob("*/*") if p.suffix != ".tmp"]
    for note in (data / "quarantine").glob("*/note.json"):
        originals.append((note.with_name("original"), json.loads(note.read_text(encoding="utf-8"))["sha256"]))
    for path, digest in originals:
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            wrong.append(f"{path.relative_to(data)}: not the bytes it stands for")
    return wrong


def leftovers(data: Path) -> list[str]:
    """Copies that should have left landing, and files in quarantine that are loaded."""
    copies = [p.name for p in (data / "landing").rglob("*") if p.is_file() and not p.name.startswith(".")]
    return sorted(copies)


def published(data: Path) -> dict[str, Any]:
    """Figures of the published release; it must open."""
    return figures(data) if (data / "warehouse.duckdb").exists() else {}
