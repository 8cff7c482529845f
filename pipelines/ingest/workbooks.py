"""Workbooks (xlsx, xls) and HTML tables, which some platforms call .xls, as grids of text."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.grids import HEAD_ROWS, Body, Grid, column_names, no_bad_rows, text_schema
from pipelines.ingest.old_workbook import read_old_workbook

MAX_UNZIPPED_BYTES = 1024**3
MAX_CELLS = 20_000_000  # the reader takes about 50 bytes for each, empty ones included
MAX_EMPTY_CELLS = 2_000_000  # more than this around too few filled ones is no export
MAX_TEXT_BYTES = 2 * 1024**2  # a cell holds at most 32,767 characters
LARGE_MEMBER_BYTES = 64 * 1024**2
MAX_RATIO = 100  # to which a large sheet is packed; real ones reach 30
MAX_SPAN = 500
MAX_HTML_CELLS = 5_000_000
MAX_COLUMNS = 16_384
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)  # what a damaged or locked zip raises

_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br\s*=\s*["']([0-9]+)["']""")
_ROW_TAG = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})([0-9]+)["']""")
# A cell that holds a number (not a text) of more digits than a spreadsheet keeps.
_LONG_NUMBER = re.compile(
    rb'<(?:\w+:)?c\b(?![^>]*\bt="(?:s|str|inlineStr|e|b|d)")[^>]*><(?:\w+:)?v>([0-9]{16,}|[0-9](?:\.[0-9]+)?E\+1[5-9])<'
)


@dataclass
class SheetGrid(Grid):
    """A worksheet or HTML table, already in memory as text."""

    frame: pl.DataFrame = field(default_factory=pl.DataFrame)

    def body(self, header_row: int, first: int, last: int) -> Body:
        columns = self.frame.columns[first:last]
        rows = self.frame.select(columns).slice(header_row + 1)
        if len(columns) < self.frame.width:  # beside a longer table: what is empty below this one is not its own
            rows = rows.filter(pl.any_horizontal(pl.all().is_not_null()).cast(pl.Int8).cum_max(reverse=True) == 1)
        rows = rows.rename(dict(zip(columns, column_names(len(columns)), strict=True)))
        numbers = pl.int_range(header_row + 2, header_row + 2 + rows.height, eager=True).alias("row_number")
        return Body(rows.with_columns(numbers), no_bad_rows())

    def column_groups(self) -> list[tuple[int, int]]:
        filled = self.frame.select(pl.all().is_not_null().any()).row(0) if self.frame.height else ()
        groups: list[tuple[int, int]] = []
        start: int | None = None
        for index, used in enumerate([*filled, False]):
            if used and start is None:
                start = index
            elif not used and start is not None:
                groups.append((start, index))
                start = None
        whole = (0, len(filled))
        return groups if len(groups) <= 1 else [*groups, whole]


def workbook_grids(path: Path, kind: str) -> list[Grid]:
    """Every sheet of a workbook. FileProblem when it is damaged, locked or too large to hold."""
    rounded = _check_sheets(path) if kind == "xlsx" else {}
    try:
        frames = _new_sheets(path) if kind == "xlsx" else read_old_workbook(path)
    except OSError:  # the disk's fault, not the file's: it must not be remembered as broken
        raise
    except Exception as error:  # fastexcel raises its own family of errors for every way a workbook can be broken
        raise _password_or_broken(error) from error
    if not frames:
        raise FileProblem("broken_workbook", "The workbook has no sheet. Export it again.")
    return [_sheet_grid(name, frame, rounded) for name, frame in frames.items()]


def _new_sheets(path: Path) -> dict[str, pl.DataFrame]:
    """All rows from the first of the sheet on, so that row numbers are those a person sees."""
    import fastexcel

    book = fastexcel.read_excel(str(path))
    return {name: book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars() for name in book.sheet_names}


def check_zip(path: Path) -> None:
    """FileProblem unless this zip is a workbook of a size that can be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if not any(name.startswith("xl/") for name in names):
                raise FileProblem("not_a_workbook", "This zip holds no workbook. Unzip it and drop in the files it contains.")
            if len(set(names)) < len(names):  # one reader would check the one, the other read the other
                raise FileProblem("broken_workbook", "The workbook holds two parts of the same name. Export it again.")
            if sum(info.file_size for info in archive.infolist()) > MAX_UNZIPPED_BYTES:
                raise FileProblem("too_large", "The workbook unpacks to more than 1 GB. Split the export into shorter periods.")
            if any(i.file_size > LARGE_MEMBER_BYTES and i.file_size > MAX_RATIO * i.compress_size for i in archive.infolist()):
                raise FileProblem("too_large", "The workbook repeats itself to fill the memory; no export does. Export it again.")
    except ZIP_ERRORS as error:
        raise _password_or_broken(error) from error


def _check_sheets(path: Path) -> dict[str, str]:
    """Refuses sheets and texts that would fill the memory. Returns numbers with more digits than a spreadsheet keeps.

    They are given as they will be read, with the form they had in the sheet: as an id that is damaged, and not one with other digits.
    """
    rounded: dict[str, str] = {}
    cells = filled = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                    extent = _measure(archive, name)
                    cells, filled = cells + extent.rows * extent.columns, filled + extent.filled
                    rounded |= {str(int(float(n))): f"{float(n):.14E}" for n in extent.long_numbers}
                elif name == "xl/sharedStrings.xml":
                    for part in _parts(archive, name):
                        _check_texts(part)
    except ZIP_ERRORS as error:
        raise _password_or_broken(error) from error
    if cells > MAX_CELLS or cells - filled > max(MAX_EMPTY_CELLS, 9 * filled):
        raise FileProblem("too_large", f"The sheets reach over {cells:,} cells, most of them empty. Delete the cells far out.")
    return rounded


def _password_or_broken(error: Exception) -> FileProblem:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "password" in reason.lower() or "encrypt" in reason.lower():
        return FileProblem("password", "The workbook is protected by a password. Save a copy without one.")
    return FileProblem("broken_workbook", f"The workbook is cut off or damaged ({reason}). Export it again.")


@dataclass
class _Extent:
    """How far a sheet reaches, how many cells it holds, and its long numbers."""

    rows: int = 0
    columns: int = 1
    filled: int = 0
    long_numbers: set[bytes] = field(default_factory=set)


def _measure(archive: zipfile.ZipFile, name: str) -> _Extent:
    """The extent of a sheet, in one pass without holding it. Cells need not say where they are: then they follow one another."""
    extent = _Extent()
    unnumbered_rows = 0
    for part in _parts(archive, name):
        _check_texts(part)
        references = _REFERENCE.findall(part)
        distinct = set(references)
        numbered = _ROW.findall(part)
        unnumbered_rows += len(_ROW_TAG.findall(part)) - len(numbered)
        extent.rows = max(extent.rows, *map(int, numbered), *(int(row) for _, row in distinct), 0)
        extent.columns = max(extent.columns, *map(_column_index, {letters for letters, _ in distinct}), 1)
        count = len(_CELL.findall(part))
        if count > len(references):
            extent.columns = max(extent.columns, *(len(_CELL.findall(row)) for row in re.split(rb"<(?:\w+:)?row\b", part)))
        extent.filled += count
        extent.long_numbers.update(_LONG_NUMBER.findall(part))
    extent.rows += unnumbered_rows
    return extent


def _check_texts(part: bytes) -> None:
    """FileProblem for a text that no cell of a spreadsheet can hold."""
    if max(map(len, part.split(b"<"))) > MAX_TEXT_BYTES:
        raise FileProblem("too_large", "A cell holds more text than any spreadsheet writes. Export it again.")


def _parts(archive: zipfile.ZipFile, name: str, size: int = 4 * 1024 * 1024, overlap: int = 4096) -> Iterator[bytes]:
    """A member in pieces that overlap, so that nothing short is cut in two."""
    tail = b""
    with archive.open(name) as stream:
        while piece := stream.read(size):
            yield tail + piece
            tail = (tail + piece)[-overlap:]


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + letter - 64
    return index


def _sheet_grid(name: str, frame: pl.DataFrame, rounded: dict[str, str] | None = None) -> SheetGrid:
    frame = frame.select(pl.all().cast(pl.String))
    frame = frame.rename(dict(zip(frame.columns, column_names(frame.width), strict=True)))
    if frame.width:  # some writers put an empty text where a cell is empty
        frame = frame.with_columns(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
    if rounded and frame.width:
        frame = frame.with_columns(pl.all().replace(rounded))
    head = [[cell or "" for cell in row] for row in frame.head(HEAD_ROWS).rows()]
    return SheetGrid(name, head, frame=frame)


def html_grids(path: Path) -> list[Grid]:
    """Every table of an HTML page in UTF-8. FileProblem for a page without one."""
    from lxml import etree, html

    text = path.read_text(encoding="utf-8-sig")
    if "urn:schemas-microsoft-com:office:spreadsheet" in text[:4096]:
        raise FileProblem("xml_spreadsheet", "This is an XML spreadsheet of Excel 2003. Open it, save it as xlsx and drop that in.")
    try:
        document = html.fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8", no_network=True))
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise FileProblem("html_page", "This is a web page that cannot be read. Export the file again.") from error
    grids: list[Grid] = []
    for index, table in enumerate(document.iter("table")):
        rows = _html_rows(table)
        width = max((len(row) for row in rows), default=0)
        _check_html_size(width, len(rows))
        if width:
            padded = [[*row, *[None] * (width - len(row))] for row in rows]
            grids.append(_sheet_grid(str(index), pl.DataFrame(padded, schema=text_schema(width), orient="row")))
    if not grids:
        raise FileProblem("html_page", "This is a web page without a table, often a login page saved as a file. Log in and export again.")
    return grids


def _html_rows(table: Any) -> list[list[str | None]]:
    """Rows of one table without those of tables inside it. A cell over several rows is in each, one over several columns in the first."""
    rows: list[list[str | None]] = []
    reaching: dict[int, tuple[int, str | None]] = {}  # column: rows still to fill, and with what
    for row in table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr"):
        cells: list[str | None] = []
        for cell in row.xpath("./td | ./th"):
            _fill_reaching(cells, reaching)
            text = " ".join(cell.text_content().split()) or None
            for offset in range(_span(cell, "colspan")):
                value = text if offset == 0 else None
                if (down := _span(cell, "rowspan")) > 1:
                    reaching[len(cells)] = (down - 1, value)
                cells.append(value)
            _check_html_size(len(cells), 1)
        _fill_reaching(cells, reaching)
        rows.append(cells)
    return rows


def _check_html_size(width: int, height: int) -> None:
    if width > MAX_COLUMNS or width * height > MAX_HTML_CELLS:
        raise FileProblem("too_large", f"A table of {height:,} rows and {width:,} columns is too large for a web page. Export it as csv.")


def _fill_reaching(cells: list[str | None], reaching: dict[int, tuple[int, str | None]]) -> None:
    while len(cells) in reaching:
        column = len(cells)
        left, value = reaching.pop(column)
        if left > 1:
            reaching[column] = (left - 1, value)
        cells.append(value)


def _span(cell: Any, name: str) -> int:
    text = cell.get(name, "1").strip()
    return min(max(int(text), 1), MAX_SPAN) if text.isascii() and text.isdigit() else 1
