"""Files to grids of text: what kind of file it is (by its bytes, never its name), its encoding, its sheets and rows.

A `Grid` offers a cheap `head` (enough to recognise the format) and a `body` read once the header row is known. The body
is a frame of text columns; rows that do not fit the header are kept apart with their number, none is lost.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.ingest.errors import FileProblem
from pipelines.sql import literal

HEAD_ROWS = 40
HEAD_BYTES = 256 * 1024
MAX_UNZIPPED_BYTES = 2 * 1024**3
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
MOJIBAKE = ("锟斤拷", "ï»¿", "\ufffd")
# A text file as one column of lines, read by DuckDB.
_LINES = r"""read_csv({path}, header = false, auto_detect = false, columns = {{'line': 'VARCHAR'}}, delim = '\x01', quote = '', escape = '',
    max_line_size = 16000000)"""
csv.field_size_limit(64 * 1024 * 1024)


@dataclass
class Body:
    """Data rows below a header: `rows` has text columns c0…cn and `row_number`; `bad` has row_number, reason_code, cells."""

    rows: pl.DataFrame
    bad: pl.DataFrame


BAD_SCHEMA: dict[str, Any] = {"row_number": pl.Int64, "reason_code": pl.String, "cells": pl.List(pl.String)}


@dataclass
class Grid:
    """One table-like area of a file: a sheet, an HTML table or the whole of a text file."""

    name: str
    head: list[list[str]]

    def body(self, header_row: int, first: int, last: int) -> Body:
        """Rows below the 0-based `header_row`, columns `first` to `last` (exclusive)."""
        raise NotImplementedError

    def column_groups(self) -> list[tuple[int, int]]:
        """Ranges of columns that hold a table each: tables side by side are split at columns that are empty all through."""
        width = max((len(row) for row in self.head), default=0)
        return [(0, width)]


@dataclass
class SheetGrid(Grid):
    """A worksheet or HTML table, already in memory as text."""

    frame: pl.DataFrame = field(default_factory=pl.DataFrame)

    def body(self, header_row: int, first: int, last: int) -> Body:
        columns = self.frame.columns[first:last]
        rows = self.frame.select(columns).slice(header_row + 1)
        if len(columns) < self.frame.width:  # beside a longer table: what is empty below this one is not its own
            rows = rows.filter(pl.any_horizontal(pl.all().is_not_null()).cast(pl.Int8).cum_max(reverse=True) == 1)
        rows = rows.rename(dict(zip(columns, _names(len(columns)), strict=True)))
        numbers = pl.int_range(header_row + 2, header_row + 2 + rows.height, eager=True).alias("row_number")
        return Body(rows.with_columns(numbers), pl.DataFrame(schema=BAD_SCHEMA))

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


@dataclass
class TextGrid(Grid):
    """A delimited text file. `path` is its UTF-8 form (the file itself, or a transcoded copy)."""

    path: Path = Path()
    delimiter: str = ","
    skipped: int = 0  # leading lines that belong to the writer, not to the table (`sep=,`)

    def body(self, header_row: int, first: int, last: int) -> Body:
        width = len(self.head[header_row])
        fast = self._read_fast(header_row, width)
        body = Body(fast, pl.DataFrame(schema=BAD_SCHEMA)) if fast is not None else self._read_exactly(header_row, width)
        offset = header_row + 2 + self.skipped
        if fast is not None:
            numbers = pl.int_range(offset, offset + fast.height, eager=True).alias("row_number")
            body.rows = fast.with_columns(numbers)
        return body

    def _read_fast(self, header_row: int, width: int) -> pl.DataFrame | None:
        """DuckDB's reader, strict: any row it would bend or skip makes it None, and the exact reader takes over."""
        if any("\n" in cell or "\r" in cell for row in self.head[: header_row + 1] for cell in row):
            return None
        if re.search(rb"\n[ \t]*\r?\n", self.path.read_bytes()):
            return None  # blank lines: DuckDB drops them silently
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in _names(width))
        sql = f"""select * from read_csv({literal(self.path)}, header = false, auto_detect = false, columns = {{{columns}}},
            delim = {literal(self.delimiter)}, quote = '"', escape = '"',
            skip = {header_row + 1 + self.skipped}, strict_mode = true, null_padding = false, max_line_size = 16000000)"""
        connection = duckdb.connect()
        try:
            return connection.execute(sql).pl()
        except duckdb.Error:
            return None
        finally:
            connection.close()

    def _read_exactly(self, header_row: int, width: int) -> Body:
        """Python's csv state machine, row by row: only for files with ragged rows, blank lines or loose quotes."""
        good: list[list[str]] = []
        numbers: list[int] = []
        bad: list[tuple[int, str, list[str]]] = []
        text = self.path.read_bytes().decode("utf-8-sig")
        for index, cells in enumerate(_records(text, self.delimiter)):
            number = index + 1
            if index <= header_row + self.skipped:
                continue
            trimmed = cells[:width] if len(cells) > width and not any(c.strip() for c in cells[width:]) else cells
            if not cells:
                bad.append((number, "blank_row", []))
            elif len(trimmed) != width:
                bad.append((number, "wrong_length", cells))
            else:
                good.append(trimmed)
                numbers.append(number)
        rows = pl.DataFrame(good, schema=_text_schema(width), orient="row")
        return Body(rows.with_columns(pl.Series("row_number", numbers, dtype=pl.Int64)), pl.DataFrame(bad, schema=BAD_SCHEMA, orient="row"))


@dataclass
class JsonGrid(Grid):
    """JSON lines: the head's only row is the union of the keys, the body one text column `line`."""

    path: Path = Path()

    def body(self, header_row: int, first: int, last: int) -> Body:
        connection = duckdb.connect()
        try:
            source = _LINES.format(path=literal(self.path))
            lines = connection.execute(f"select cast(row_number() over () as bigint) as row_number, line from {source}").pl()
            connection.register("lines", lines.to_arrow())
            valid = (
                connection.execute("select json_valid(line) and json_type(line) = 'OBJECT' as ok from lines").pl()["ok"].fill_null(False)
            )
        finally:
            connection.close()
        bad = lines.filter(~valid).select(
            "row_number",
            pl.when(pl.col("line").str.strip_chars().fill_null("") == "")
            .then(pl.lit("blank_row"))
            .otherwise(pl.lit("bad_json"))
            .alias("reason_code"),
            pl.concat_list(pl.col("line").fill_null("")).alias("cells"),
        )
        return Body(lines.filter(valid), bad)


@dataclass
class SourceFile:
    """An opened export file. Use `open_file`; it removes the transcoded copy afterwards."""

    path: Path
    kind: str
    sha256: str
    byte_count: int
    scratch: Path
    raw_head: bytes

    def grids(self, encoding: str | None = None) -> list[Grid]:
        """The tables of the file; `encoding` overrides the detected one for text."""
        if self.kind in ("xlsx", "xls"):
            return self._workbook
        if self.kind == "html":
            return _html_grids(self.path, self.encoding)
        utf8 = self._as_utf8(encoding or self.encoding)
        return [_json_grid(utf8)] if self.kind == "jsonl" else [_text_grid(utf8)]

    @cached_property
    def encoding(self) -> str:
        """BOM, else strict UTF-8, else GB18030. Latin-1 would read anything and is never a default."""
        for bom, name in BOMS.items():
            if self.raw_head.startswith(bom):
                return name
        for name in ("utf-8", "gb18030"):
            if _decodes(self.path, name):
                return name
        raise FileProblem("unknown_encoding", "The text is neither UTF-8, UTF-16 nor GB18030. Save it as UTF-8 CSV and drop it in again.")

    @cached_property
    def _workbook(self) -> list[Grid]:
        return _workbook_grids(self.path)

    def _as_utf8(self, encoding: str) -> Path:
        if encoding in ("utf-8", "utf-8-sig"):
            return self.path
        target = self.scratch / f"{encoding}.txt"
        if not target.exists():
            try:
                text = self.path.read_bytes().decode(encoding)
            except UnicodeDecodeError as error:
                raise FileProblem("unknown_encoding", f"The text breaks off as {encoding} at byte {error.start}.") from error
            if any(mark in text for mark in MOJIBAKE):
                raise FileProblem("mojibake", "The text was damaged by a wrong encoding earlier (锟斤拷). Export it again.")
            target.write_text(text, encoding="utf-8", newline="")
        return target


@contextmanager
def open_file(path: Path) -> Iterator[SourceFile]:
    """A `SourceFile` for reading. FileProblem when the file is empty, locked by a password or of no kind we read."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        digest.update(head)
        while chunk := stream.read(4 * 1024 * 1024):
            digest.update(chunk)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileProblem("empty_file", "The file is empty. Export it again.")
    with tempfile.TemporaryDirectory(prefix="pulse-") as scratch:
        yield SourceFile(path, _kind(path, head), digest.hexdigest(), path.stat().st_size, Path(scratch), head)


def _kind(path: Path, head: bytes) -> str:
    """What the bytes are; names lie (`.xls` may be HTML, `.csv` may be a workbook)."""
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if head.startswith(b"PK"):
        _check_zip(path)
        return "xlsx"
    text = (
        head.decode("utf-16", errors="ignore")
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        else head.decode("utf-8", errors="ignore")
    )
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<html", "<table", "<!doctype", "<?xml", "<meta", "<head")):
        return "html"
    if start.startswith("{"):
        return "jsonl"
    if b"\x00" in head and head[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise FileProblem("not_a_table", "This is no spreadsheet, CSV or JSON file. Export it again as xlsx or csv.")
    return "text"


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if not any(name.startswith("xl/") for name in names):
                raise FileProblem("not_a_workbook", "This zip holds no workbook. Unzip it and drop in the files it contains.")
            if sum(info.file_size for info in archive.infolist()) > MAX_UNZIPPED_BYTES:
                raise FileProblem("too_large", "The workbook unpacks to more than 2 GB. Split the export into shorter periods.")
    except zipfile.BadZipFile as error:
        raise FileProblem("broken_workbook", "The workbook is cut off or damaged. Export it again.") from error


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        try:
            while chunk := stream.read(4 * 1024 * 1024):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _text_grid(path: Path) -> TextGrid:
    with path.open(encoding="utf-8-sig", errors="strict", newline="") as stream:
        text = stream.read(HEAD_BYTES)
    first_line = text.split("\n", 1)[0].strip()
    directive = re.fullmatch(r'"?sep=(.)"?', first_line)
    if directive:
        rest = text.split("\n", 1)[1] if "\n" in text else ""
        head = _head(rest, directive[1])
        return TextGrid("", head, path=path, delimiter=directive[1], skipped=1)
    candidates = {d: _head(text, d) for d in ",\t;|"}
    best = max(candidates, key=lambda d: _typical_width(candidates[d]))
    return TextGrid("", candidates[best], path=path, delimiter=best)


def _typical_width(rows: list[list[str]]) -> int:
    """The widest width that at least two rows share (one row: its own)."""
    widths = [len(row) for row in rows if len(row) > 1]
    shared = [w for w in set(widths) if widths.count(w) > 1]
    return max(shared or widths or [1])


def _head(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in _records(text, delimiter):
        rows.append(row)
        if len(rows) >= HEAD_ROWS:
            break
    return rows


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """Records of a delimited text. A quote that never closes is taken as a plain character, line by line, from there on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    if text.count('"') % 2 == 0:
        yield from reader
        return
    lines = io.StringIO(text, newline="").readlines()
    previous = 0
    for row in reader:
        if reader.line_num >= len(lines) and reader.line_num - previous > 1:
            for line in lines[previous:]:
                yield next(csv.reader([line], delimiter=delimiter), [])
            return
        previous = reader.line_num
        yield row


def _json_grid(path: Path) -> JsonGrid:
    source = _LINES.format(path=literal(path))
    keys = f"select list_distinct(flatten(list(json_keys(line)))) from (select line from {source} limit 10000) where json_valid(line)"
    connection = duckdb.connect()
    try:
        row = connection.execute(keys).fetchone()
    finally:
        connection.close()
    if not row or not row[0]:
        raise FileProblem("bad_json", "The file begins like JSON but its lines are no JSON objects. One object per line is expected.")
    return JsonGrid("", [sorted(row[0])], path=path)


def _workbook_grids(path: Path) -> list[Grid]:
    import fastexcel

    try:
        book = fastexcel.read_excel(path.read_bytes())  # by its bytes: the name may lie
        frames = {name: _load_sheet(book, name) for name in book.sheet_names}
    except Exception as error:  # fastexcel raises its own family of errors for every way a workbook can be broken
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise FileProblem("password", "The workbook is protected by a password. Save a copy without one.") from error
        raise FileProblem("broken_workbook", f"The workbook cannot be opened: {error}") from error
    return [_sheet_grid(name, frame) for name, frame in frames.items()]


def _load_sheet(book: Any, name: str) -> pl.DataFrame:
    return book.load_sheet(name, header_row=None, dtypes="string").to_polars()


def _sheet_grid(name: str, frame: pl.DataFrame) -> SheetGrid:
    frame = frame.select(pl.all().cast(pl.String))
    frame = frame.rename(dict(zip(frame.columns, _names(frame.width), strict=True)))
    head = [[cell or "" for cell in row] for row in frame.head(HEAD_ROWS).rows()]
    return SheetGrid(name, head, frame=frame)


def _html_grids(path: Path, encoding: str) -> list[Grid]:
    from lxml import html

    document = html.fromstring(
        path.read_bytes().decode(encoding).encode("utf-8"), parser=html.HTMLParser(encoding="utf-8", no_network=True)
    )
    grids: list[Grid] = []
    for index, table in enumerate(document.iter("table")):
        rows = [[" ".join(cell.text_content().split()) for cell in row.iter("td", "th")] for row in table.iter("tr")]
        width = max((len(row) for row in rows), default=0)
        if width:
            padded = [[*row, *[None] * (width - len(row))] for row in rows]
            grids.append(_sheet_grid(str(index), pl.DataFrame(padded, schema=_text_schema(width), orient="row")))
    if not grids:
        raise FileProblem("html_page", "This is a web page without a table, often a login page saved as a file. Log in and export again.")
    return grids


def _text_schema(width: int) -> dict[str, Any]:
    return dict.fromkeys(_names(width), pl.String)


def _names(width: int) -> list[str]:
    return [f"c{i}" for i in range(width)]
