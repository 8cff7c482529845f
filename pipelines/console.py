"""What every `pulse` command shares: where it prints, how it fails, how it shows what it is doing."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track as rich_track
from rich.table import Table

from pipelines.progress import show_progress

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@contextmanager
def plain_errors() -> Iterator[None]:
    """Expected problems as one sentence on stderr with exit code 1; anything else keeps its traceback."""
    from pipelines.forget import StillThere
    from pipelines.ingest.errors import FileProblem
    from pipelines.ingest.pseudonyms import BrokenKey
    from pipelines.lock import Busy
    from pipelines.publish import AuditFailed
    from pipelines.query import NoRelease, QueryRefused
    from pipelines.run import RunFailed
    from pipelines.transform import TransformFailed

    try:
        yield
    except (
        BrokenKey,
        FileProblem,
        Busy,
        AuditFailed,
        NoRelease,
        QueryRefused,
        RunFailed,
        StillThere,
        TransformFailed,
        LookupError,
        OSError,
        ValueError,
    ) as error:
        err.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(1) from error


def show_steps() -> None:
    """Bars and steps on a terminal; plain lines, one per step, where a program or a log reads along."""
    logging.getLogger("dagster").setLevel(logging.CRITICAL)

    def announce(text: str) -> None:
        err.print(f"· {text}", style="dim", markup=False, highlight=False)

    def bar(items: list[Any], label: str) -> Iterable[Any]:
        return rich_track(items, description=label, console=err, transient=True)

    def line(items: list[Any], label: str) -> Iterable[Any]:
        announce(f"{label} ({len(items)})")
        return items

    show_progress(bar if sys.stderr.isatty() else line, announce)


def existing(path: Path) -> Path:
    """The path, or FileNotFoundError in words."""
    if not path.exists():
        raise FileNotFoundError(f"There is no file or folder '{path}'.")
    return path


def say(as_json: bool, data: dict[str, Any], sentence: str) -> None:
    """One outcome: JSON for programs, a sentence for people."""
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False, default=str))
    else:
        out.print(sentence, markup=False, highlight=False)


def print_inspection(report: dict[str, Any]) -> None:
    """What `inspect_file` found, as a table with its warnings and rejects."""
    for line in (
        "{source_name}: {format_id} {format_version} - {label_zh} / {label_en}",
        "{rows_in} rows: {rows_loaded} would load, {rows_duplicate} duplicate, {rows_rejected} rejected",
        "captured at {captured_at} ({captured_at_basis}), encoding {encoding}, header in row {header_row}",
    ):
        out.print(line.format(**report), markup=False, highlight=False)
    table = Table("column in the file", "becomes", "type", "example")
    for c in report["columns"]:
        table.add_row(c["header"], c["to"], c["type"], str(c["example"] or ""))
    out.print(table)
    for label, key in (("unknown columns (kept in extra)", "unknown_columns"), ("warnings", "warnings")):
        if report[key]:
            out.print(f"{label}: {', '.join(report[key])}", style="yellow", markup=False)
    for reject in report["rejects"]:
        out.print(f"row {reject['row_number']}: {reject['reason_code']} - {reject['message']}", style="red", markup=False, highlight=False)
