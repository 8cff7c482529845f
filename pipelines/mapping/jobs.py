"""What is done with an uploaded file: told apart, previewed, loaded. These run in a limited process; see pipelines/ingest/sandbox.py."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.inspect import inspect_file
from pipelines.ingest.landing import hints_for
from pipelines.ingest.load import Catalogue, Hints, Prepared, prepare, take_in
from pipelines.ingest.spec import FormatSpec, load_specs, platforms
from pipelines.lock import Busy, writer_lock
from pipelines.mapping.nearest import nearest

SHOWN_ROWS = 20
SHOWN_REJECTS = 50
WAIT_SECONDS = 15


def detect(path: str, platform: str | None = None) -> dict[str, Any]:
    """`report` of a known export (what would load), or the `problem` and the `nearest` known format; uploads.MAPPABLE names the codes."""
    try:
        return {"report": inspect_file(Path(path), platform, SHOWN_REJECTS)}
    except FileProblem as problem:
        near = nearest(Path(path), load_specs()) if problem.code == "unknown_format" else None
        return {"problem": asdict(problem), "nearest": near}


def preview(path: str, spec_yaml: str, account: str | None = None, alone: bool = True) -> dict[str, Any]:
    """What a format makes of a file: counts, the first parsed rows, the rejects with their reasons.

    `alone=False` tries it beside all known formats: `winner` is the one that would take the file in.
    """
    spec = FormatSpec(**yaml.safe_load(spec_yaml))
    others = [] if alone else [known for known in load_specs() if known.format_id != spec.format_id]
    hints, known_platforms = Hints(platform=spec.platform, account=account), platforms()
    prepared = prepare(Path(path), hints, Catalogue([*others, spec], known_platforms))
    winner = prepared.recognised.spec.format_id
    if winner != spec.format_id:
        prepared = prepare(Path(path), hints, Catalogue([spec], known_platforms))
    return {"winner": winner, **_shown(prepared, spec)}


def _shown(prepared: Prepared, spec: FormatSpec) -> dict[str, Any]:
    block = spec.blocks[0]
    manifest, rejects = prepared.manifest, prepared.rejects
    columns = list(dict.fromkeys(c.to for c in block.columns if c.to not in ("account", "content_type_raw")))
    if any(c.to == "account" for c in block.columns):
        columns.append("account_key")
    rows = prepared.tables.get(block.entity, pl.DataFrame())
    by_column = rejects.group_by("reason_code", "column_name").len("rows").sort("rows", descending=True)
    kept = ("rows_in", "rows_loaded", "rows_duplicate", "rows_rejected", "captured_at", "captured_at_basis", "warnings", "unknown_columns")
    return {
        **{key: manifest[key] for key in kept},
        "columns": columns,
        "filled": {name: rows.height - rows[name].null_count() for name in columns if name in rows.columns},
        "rows": rows.select("row_number", *[c for c in columns if c in rows.columns]).head(SHOWN_ROWS).to_dicts() if rows.height else [],
        "rejects": rejects.select("row_number", "reason_code", "column_name", "message").head(SHOWN_REJECTS).to_dicts(),
        "reject_counts": by_column.to_dicts(),
    }


def load(path: str) -> dict[str, Any]:
    """Take in one file that lies in landing: its `manifest` and whether it `is_new`, or `busy` with who works on the data folder."""
    try:
        with writer_lock("pulse import", WAIT_SECONDS):
            manifest, is_new = take_in(Path(path), hints_for(Path(path), platforms()), Catalogue())
    except Busy as busy:
        return {"busy": str(busy)}
    return {"manifest": manifest, "is_new": is_new}
