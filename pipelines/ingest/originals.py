"""Whether a file holds a text, whatever kind of file it is: plain bytes in every encoding we read, zips unpacked, old workbooks read."""

from __future__ import annotations

import html
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.read import open_file
from pipelines.ingest.workbooks import ZIP_ERRORS, SheetGrid
from pipelines.sql import literal

ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
PIECE = 4 * 1024 * 1024


def holds(path: Path, text: str) -> bool:
    """True when the text occurs in the file: in any encoding of an export, within a compressed workbook, Parquet file or database."""
    needles = _written(text)
    if path.suffix == ".parquet":
        return _in_parquet(path, text)
    if path.suffix == ".duckdb":
        return _in_database(path, text)
    with path.open("rb") as stream:
        head = stream.read(8)
        stream.seek(0)
        if _in_pieces(iter(lambda: stream.read(PIECE), b""), needles):
            return True
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(path, needles)
    return head.startswith(b"\xd0\xcf\x11\xe0") and _in_old_workbook(path, text)


def _written(text: str) -> list[bytes]:
    """The text as bytes: in every encoding, and as XML, HTML and JSON escape it."""
    forms = {text, html.escape(text), text.encode("unicode_escape").decode("ascii")}
    return list({form.encode(encoding) for form in forms for encoding in ENCODINGS})


def _in_pieces(pieces: Iterator[bytes], needles: list[bytes]) -> bool:
    overlap = max(len(n) for n in needles)
    tail = b""
    for piece in pieces:
        window = tail + piece
        if any(needle in window for needle in needles):
            return True
        tail = window[-overlap:]
    return False


def _in_zip(path: Path, needles: list[bytes]) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    if _in_pieces(iter(lambda stream=member: stream.read(PIECE), b""), needles):  # type: ignore[misc]
                        return True
    except ZIP_ERRORS:  # locked or damaged: nobody could read the person in it either, and its plain bytes were searched
        return False
    return False


def _in_old_workbook(path: Path, text: str) -> bool:
    """Excel 97 keeps numbers as binary and texts compressed: its cells are read."""
    try:
        with open_file(path) as source:
            grids = [grid for grid in source.readings()[0] if isinstance(grid, SheetGrid)]
            return any(grid.frame.select(_any_contains(grid, text)).item() for grid in grids if grid.frame.height)
    except FileProblem:  # not readable as a workbook: its plain bytes were searched
        return False


def _any_contains(grid: SheetGrid, text: str) -> pl.Expr:
    cells = [pl.col(c).str.contains(text, literal=True).any().fill_null(False) for c in grid.frame.columns]
    return pl.any_horizontal([pl.lit(False), *cells]).alias("found")


def _in_parquet(path: Path, text: str) -> bool:
    """Parquet is compressed: its text columns, and the items of its lists, are read."""
    frame = pl.scan_parquet(path)
    found = [pl.lit(False)]
    for name, kind in frame.collect_schema().items():
        if kind == pl.String:
            found.append(pl.col(name).str.contains(text, literal=True).any().fill_null(False))
        elif kind == pl.List(pl.String):
            found.append(pl.col(name).list.join("\x1f").str.contains(text, literal=True).any().fill_null(False))
    return bool(frame.select(pl.any_horizontal(found).alias("found")).collect().item())


def _in_database(path: Path, text: str) -> bool:
    """A DuckDB file is compressed: every text column of its tables is read (views are over files that are searched themselves)."""
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            """select c.schema_name, c.table_name, c.column_name from duckdb_columns() as c semi join duckdb_tables() as t
            using (schema_name, table_name) where c.data_type in ('VARCHAR', 'VARCHAR[]', 'JSON')"""
        ).fetchall()
        for schema, table, column in columns:
            sql = f'select bool_or(contains(cast("{column}" as varchar), {literal(text)})) from "{schema}"."{table}"'
            if (row := connection.execute(sql).fetchone()) and row[0]:
                return True
    return False
