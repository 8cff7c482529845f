"""Made-up exports of Chinese platforms, each with the quirks of the program that writes the real one."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
import xlsxwriter
import xlwt

from pipelines.ingest.load import Catalogue, Hints, Prepared, prepare
from pipelines.ingest.spec import load_specs, platforms

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
BROKEN_STYLES = f'<styleSheet xmlns="{SPREADSHEET}"><fonts count="1"><font/></fonts><fills count="1"><fill></fill></fills></styleSheet>'


def hand_made_workbook(path: Path, rows: Sequence[Sequence[Any]], dimension: str | None = None, styles: str | None = None) -> Path:
    """A workbook as Go and JavaScript writers make them: texts inside the cells, no or broken styles, a wrong dimension."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            f'<c r="{_column(index)}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(str(cell))}</t></is></c>'
            for index, cell in enumerate(row)
            if cell != ""
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    size = f'<dimension ref="{dimension}"/>' if dimension else ""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SPREADSHEET}">{size}<sheetData>{"".join(lines)}</sheetData></worksheet>',
    }
    if styles:
        parts["xl/styles.xml"] = styles
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>\n' + text)
    return path


def _column(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def new_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], merged: tuple[int, int, str] | None = None) -> Path:
    """A workbook of several sheets; `merged` is (first column, last column, text) of a banner over the first row of each."""
    with xlsxwriter.Workbook(path, {"strings_to_urls": False, "strings_to_formulas": False}) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
            if merged:
                sheet.merge_range(0, merged[0], 0, merged[1], merged[2])
    return path


def old_workbook(path: Path, rows: Sequence[Sequence[Any]], first_column: int = 0) -> Path:
    """A workbook of Excel 97 (BIFF8), as WeChat writes; `first_column` leaves columns empty before the table."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "":
                sheet.write(index, first_column + column, cell)
    book.save(str(path))
    return path


def text_file(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> Path:
    """A csv, with BOM unless another encoding is given; CRLF as Chinese back offices write."""
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    path.write_bytes(target.getvalue().encode(encoding))
    return path


def table_of(rows: list[dict[str, Any]]) -> list[list[Any]]:
    """Header and cells of rows given by name."""
    return [list(rows[0]), *(list(row.values()) for row in rows)]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """All shipped formats and platforms."""
    return Catalogue(load_specs(), platforms())


def take(path: Path, account: str = "main", names_known: bool = True) -> Prepared:
    """The file as it would be loaded: its rows add up, and none of its columns is unknown to its format (unless told by positions)."""
    prepared = prepare(path, Hints(account=account), catalogue())
    m = prepared.manifest
    assert m["rows_in"] == m["rows_loaded"] + m["rows_duplicate"] + m["rows_rejected"]
    assert m["rows_rejected"] == prepared.rejects.height
    assert not names_known or m["unknown_columns"] == []
    return prepared


def columns(prepared: Prepared, entity: str, *names: str) -> list[tuple[Any, ...]]:
    """These columns of one entity, in file order."""
    return prepared.tables[entity].select(*names).rows()


def counts(prepared: Prepared) -> tuple[int, int, int, int]:
    """Rows of the file: in, loaded, duplicate, rejected."""
    m = prepared.manifest
    return m["rows_in"], m["rows_loaded"], m["rows_duplicate"], m["rows_rejected"]


def reasons(prepared: Prepared) -> dict[int, str]:
    """Reason by row number of the rejected rows."""
    return dict(prepared.rejects.select("row_number", "reason_code").iter_rows())


def everything(prepared: Prepared) -> str:
    """All that would be written, as text."""
    frames: list[pl.DataFrame] = [*prepared.tables.values(), prepared.rejects]
    return str([frame.to_dicts() for frame in frames]) + str(prepared.manifest)
