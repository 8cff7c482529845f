"""`pulse registers …`: templates to fill in, and what is loaded of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from pipelines.console import JsonFlag, out, plain_errors

app = typer.Typer(no_args_is_help=True, help="Registers: what people decide or plan, written into templates and taken in like any file.")


@app.command()
def init(
    folder: Annotated[Path | None, typer.Option("--out", help="Folder for the templates; data/registers unless given.")] = None,
    language: Annotated[str, typer.Option("--lang", help="zh or en.")] = "zh",
    file_format: Annotated[str, typer.Option("--format", help="xlsx or csv.")] = "xlsx",
    as_json: JsonFlag = False,
) -> None:
    """Write the templates of all registers. Files that are there already are left alone."""
    from pipelines.registers.templates import write_templates
    from pipelines.settings import settings

    with plain_errors():
        if language not in ("zh", "en"):
            raise ValueError(f"'{language}' is no language of the templates; choose zh or en.")
        if file_format not in ("xlsx", "csv"):
            raise ValueError(f"'{file_format}' is no format of the templates; choose xlsx or csv.")
        target = folder or settings().root / "registers"
        written, kept = write_templates(target, language, file_format)  # type: ignore[arg-type]
        if as_json:
            typer.echo(json.dumps({"out": str(target), "written": [p.name for p in written], "kept": [p.name for p in kept]}))
            return
        out.print(f"{len(written)} templates written to {target}. Fill them in, then: pulse ingest {target}", markup=False, highlight=False)
        if kept:
            out.print(f"left alone, because they are there: {', '.join(p.name for p in kept)}", markup=False, highlight=False)


@app.command("list")
def list_registers(as_json: JsonFlag = False) -> None:
    """Which registers are loaded, when and from which file."""

    with plain_errors():
        found = loaded_registers()
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False))
            return
        table = Table("register", "name", "file", "loaded at", "rows", "rejected")
        for r in found:
            table.add_row(r["register"], r["label_zh"], r["file"] or "-", r["loaded_at"] or "-", _number(r["rows"]), _number(r["rejected"]))
        out.print(table)


def loaded_registers() -> list[dict[str, Any]]:
    """Every register with its current files, one entry each; a register that nobody has filled in has one without a file."""
    from datetime import datetime

    from pipelines.registers.current import current_loads, file_stem
    from pipelines.registers.templates import register_specs

    loads = current_loads()
    found: list[dict[str, Any]] = []
    for spec in register_specs().values():
        own: list[dict[str, Any] | None] = [m for m in loads if m["format_id"] == spec.format_id]
        for m in own or [None]:
            found.append(
                {
                    "register": spec.format_id.removeprefix("registers."),
                    "label_zh": spec.label_zh,
                    "label_en": spec.label_en,
                    "file": file_stem(m["source_name"]) if m else None,
                    "loaded_at": datetime.fromisoformat(m["loaded_at"]).astimezone().strftime("%Y-%m-%d %H:%M") if m else None,
                    "rows": m["rows_loaded"] if m else None,
                    "rejected": m["rows_rejected"] if m else None,
                }
            )
    return found


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
