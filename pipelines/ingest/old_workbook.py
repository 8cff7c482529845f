"""Reads one workbook of Excel 97 (.xls) in a process of its own: a damaged one can make its reader take all memory or never end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl

MAX_MEMORY_BYTES = 1024**3  # of addresses; a full sheet of 65,536 rows and 30 columns takes less
MAX_SECONDS = 120
MAX_CELLS = 5_000_000  # empty ones included; a full sheet of 65,536 rows and 76 columns
NO_ROOM = 3  # exit code: the disk is at fault, not the file
NAMES = "sheets.json"


class Unreadable(Exception):
    """The reader gave up, was stopped or ran out of memory."""


def read_old_workbook(path: Path) -> dict[str, pl.DataFrame]:
    """Sheets by name, all cells as text. Unreadable with the reader's reason; OSError when there is no room to unpack it."""
    folder = path.with_name("sheets")
    folder.mkdir()
    command = [sys.executable, "-m", "pipelines.ingest.old_workbook", str(path), str(folder)]
    try:
        few = os.environ | {"POLARS_MAX_THREADS": "1", "MALLOC_ARENA_MAX": "1"}  # each thread reserves addresses
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=MAX_SECONDS, check=False, env=few)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"it took longer than {MAX_SECONDS} seconds") from error
    if done.returncode == NO_ROOM:
        raise OSError(f"The workbook cannot be unpacked: {done.stdout.strip()}")
    if done.returncode != 0:
        raise Unreadable(done.stdout.strip() or "its contents contradict each other, or a cell far out makes it too large")
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
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if sheet.total_height * sheet.width > MAX_CELLS:
                sys.stdout.write(f"a sheet reaches over {sheet.total_height * sheet.width:,} cells, most of them empty")
                return 1
            with (Path(folder) / f"{index}.arrow").open("wb") as stream:  # so that a full disk is an OSError
                sheet.to_polars().write_ipc(stream)
        (Path(folder) / NAMES).write_text(json.dumps(book.sheet_names), encoding="utf-8")
    except fastexcel.FastExcelError as error:
        sys.stdout.write(str(error).splitlines()[0])
        return 1
    except OSError as error:
        sys.stdout.write(str(error))
        return NO_ROOM
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
