"""Made-up export files in the shape of their writers, and taking them in."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.load import Catalogue, Hints, Prepared, prepare

Rows = list[list[Any]]
EXPORTED = datetime(2026, 9, 28, 4, 0, tzinfo=UTC)


def write_xlsx(path: Path, sheets: dict[str, Rows]) -> Path:
    """A workbook of today; all cells as they are given."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    return path


def write_xls(path: Path, sheets: dict[str, Rows]) -> Path:
    """A workbook of Excel 97 (BIFF)."""
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for index, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(index, column, cell)
    book.save(str(path))
    return path


def write_text(path: Path, rows: Rows, encoding: str = "utf-8-sig", before: str = "", **dialect: Any) -> Path:
    """A delimited file; `before` stands above its rows as it is."""
    text = io.StringIO()
    csv.writer(text, **dialect).writerows(rows)
    path.write_bytes((before + text.getvalue()).encode(encoding))
    return path


def take(path: Path, account: str = "main", platform: str | None = None, exported: datetime = EXPORTED) -> Prepared:
    """Take a file in without committing it, and check that its rows add up."""
    prepared = prepare(path, Hints(account=account, platform=platform, captured_at=exported), Catalogue())
    m = prepared.manifest
    assert m["rows_in"] == m["rows_loaded"] + m["rows_duplicate"] + m["rows_rejected"]
    return prepared


def accounting(prepared: Prepared) -> tuple[str, int, int, int]:
    """(format, rows loaded, duplicate, rejected) of a load."""
    m = prepared.manifest
    return m["format_id"], m["rows_loaded"], m["rows_duplicate"], m["rows_rejected"]


def values(prepared: Prepared, entity: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of an entity's rows, in the file's order."""
    return prepared.tables[entity].select(columns).rows()


def everything(prepared: Prepared) -> str:
    """All that would be written, as text."""
    frames = [*prepared.tables.values(), prepared.rejects]
    return json.dumps([f.to_dicts() for f in frames], ensure_ascii=False, default=str) + str(prepared.manifest)


def refusal(path: Path) -> FileProblem:
    """The problem that a refused file makes."""
    with pytest.raises(FileProblem) as problem:
        take(path)
    return problem.value
