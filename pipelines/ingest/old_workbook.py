"""Reads one workbook of Excel 97 (.xls) in a process of its own: a damaged one can make its reader take all memory or never end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl

MAX_MEMORY_BYTES = 2 * 1024**3
MAX_SECONDS = 120
NAMES = "sheets.json"


class Unreadable(Exception):
    """The reader gave up, was stopped or ran out of memory."""


def read_old_workbook(path: Path) -> dict[str, pl.DataFrame]:
    """Sheets by name, all cells as text. Unreadable with the reader's reason."""
    folder = path.with_name("sheets")
    folder.mkdir()
    command = [sys.executable, "-m", "pipelines.ingest.old_workbook", str(path), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=MAX_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"it took longer than {MAX_SECONDS} seconds") from error
    if done.returncode != 0:
        raise Unreadable(done.stdout.strip() or "its contents contradict each other")
    names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
    return {name: pl.read_ipc(folder / f"{index}.arrow") for index, name in enumerate(names)}


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def _main(path: str, folder: str) -> int:
    _limit_memory()
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        for index, name in enumerate(book.sheet_names):
            frame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
            frame.write_ipc(Path(folder) / f"{index}.arrow")
    except fastexcel.FastExcelError as error:
        sys.stdout.write(str(error).splitlines()[0])
        return 1
    (Path(folder) / NAMES).write_text(json.dumps(book.sheet_names), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
