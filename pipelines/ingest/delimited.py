"""Delimited text: which delimiter, where a record ends, and its rows - fast where the file is clean, exactly where it is not."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import duckdb
import polars as pl

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.grids import BAD_SCHEMA, HEAD_ROWS, Body, Grid, column_names, no_bad_rows, text_schema
from pipelines.sql import literal

HEAD_CHARACTERS = 256 * 1024
MAX_COLUMNS = 5_000  # every header is held against every format
DELIMITERS = ",\t;|"
END = "\x1eend\x1e"  # a record of our own after the last one: a quote that is still open swallows it
csv.field_size_limit(2**31 - 1)


@dataclass
class TextGrid(Grid):
    """A delimited text file. `path` is its UTF-8 form (the file itself, or a transcoded copy)."""

    path: Path = Path()
    delimiter: str = ","
    skipped: int = 0  # leading lines that belong to the writer, not to the table (`sep=,`)

    def body(self, header_row: int, first: int, last: int) -> Body:
        width = len(self.head[header_row])
        rows = self._read_fast(header_row, width)
        if rows is None:
            return self._read_exactly(header_row, width)
        first_number = self.row_number(header_row) + 1
        numbers = pl.int_range(first_number, first_number + rows.height, eager=True).alias("row_number")
        return Body(rows.with_columns(numbers), no_bad_rows())

    def row_number(self, index: int) -> int:
        return index + 1 + self.skipped

    def _read_fast(self, header_row: int, width: int) -> pl.DataFrame | None:
        """DuckDB's reader, strict: any row it would bend, skip or join makes it None, and the exact reader takes over."""
        if any("\n" in cell or "\r" in cell for row in self.head[: header_row + 1] for cell in row):
            return None
        data = self.path.read_bytes()
        if b"\x00" in data or data.count(b"\r") != data.count(b"\r\n"):
            return None  # line ends that DuckDB does not know
        if re.match(rb"[ \t]*\r?\n", data) or re.search(rb"\n[ \t]*\r?\n", data):
            return None  # blank lines, which DuckDB drops silently
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in column_names(width))
        sql = f"""select * from read_csv({literal(self.path)}, header = false, auto_detect = false, columns = {{{columns}}},
            delim = {literal(self.delimiter)}, quote = '"', escape = '"',
            skip = {header_row + 1 + self.skipped}, strict_mode = true, null_padding = false, max_line_size = 16000000)"""
        connection = duckdb.connect()
        try:
            rows = connection.execute(sql).pl()
        except (duckdb.Error, UnicodeDecodeError):  # its message may quote the file and break off within a character
            return None
        finally:
            connection.close()
        return None if _may_swallow_rows(rows, width, self.delimiter) else rows

    def _read_exactly(self, header_row: int, width: int) -> Body:
        """Python's csv state machine, row by row: only for files with ragged rows, blank lines or loose quotes."""
        good: list[list[str | None]] = []
        numbers: list[int] = []
        bad: list[tuple[int, str, list[str]]] = []
        text = self.path.read_bytes().decode("utf-8-sig")
        first_number = self.row_number(header_row) + 1
        for number, cells in enumerate(records(text, self.delimiter, width), start=1):
            if number < first_number:
                continue
            trimmed = cells[:width] if len(cells) > width and not any(c.strip() for c in cells[width:]) else cells
            if len(trimmed) == width:
                good.append([c or None for c in trimmed])
                numbers.append(number)
            elif any(c.strip() for c in cells):
                bad.append((number, "wrong_length", cells))
            else:
                bad.append((number, "blank_row", []))
        rows = pl.DataFrame(good, schema=text_schema(width), orient="row")
        return Body(rows.with_columns(pl.Series("row_number", numbers, dtype=pl.Int64)), pl.DataFrame(bad, schema=BAD_SCHEMA, orient="row"))


def text_grids(path: Path) -> list[TextGrid]:
    """The file as a table by each delimiter that may be meant, the likeliest first. `sep=;` in the first line settles it."""
    with path.open(encoding="utf-8-sig", errors="strict", newline="") as stream:
        text = stream.read(HEAD_CHARACTERS)
    directive = re.match(r'"?sep=([^\r\n])"?[ \t]*(?:\r\n|\n|\r)', text)
    if directive:
        return [TextGrid("", _head(text[directive.end() :], directive[1]), path=path, delimiter=directive[1], skipped=1)]
    heads = {d: head for d in DELIMITERS if max(map(len, head := _head(text, d)), default=0) <= MAX_COLUMNS}
    if len(heads) < len(DELIMITERS) and not any(map(_regularity, heads.values())):
        raise FileProblem("too_large", f"The table has more than {MAX_COLUMNS:,} columns. Export fewer columns.")
    ranked = sorted(heads, key=lambda d: -_regularity(heads[d]))
    likely = [d for d in ranked if _regularity(heads[d])] or [DELIMITERS[0]]
    return [TextGrid("", heads[d], path=path, delimiter=d) for d in likely]


def _regularity(rows: list[list[str]]) -> int:
    """Cells in rows of one width: a delimiter makes a table when many rows share many columns. 0 for a single column."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max((width * count for width, count in widths.items()), default=0)


def _head(text: str, delimiter: str) -> list[list[str]]:
    return list(islice(records(text, delimiter), HEAD_ROWS))


def records(text: str, delimiter: str, width: int = 0) -> Iterator[list[str]]:
    """Records of a delimited text. A quote that never closes, or that swallows rows of `width` cells, is a plain character."""
    lines = io.StringIO(text, newline="").readlines()
    start = 0
    while start < len(lines):
        rest = map(lines.__getitem__, range(start, len(lines)))
        reader = csv.reader(chain(rest, [END]), delimiter=delimiter)
        base = start
        for cells in reader:
            end = base + reader.line_num
            if end > len(lines) and cells == [END]:
                return
            if end > len(lines) or _swallows_rows(lines[start + 1 : end - 1], delimiter, width):
                yield next(csv.reader([lines[start].rstrip("\r\n")], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
                start += 1
                break
            yield cells
            start = end


def _swallows_rows(inner: list[str], delimiter: str, width: int) -> bool:
    """Whether the lines within a quoted cell are mostly rows of the table: text rarely has `width` cells in line after line."""
    if width < 4 or not inner:
        return False
    return sum(_is_row(line, delimiter, width) for line in inner) * 2 > len(inner)


def _is_row(line: str, delimiter: str, width: int) -> bool:
    """A row by itself. A quote within a cell is the end of another: then the line lies between two texts of several lines."""
    cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
    return len(cells) == width and not any('"' in cell for cell in cells)


def _may_swallow_rows(rows: pl.DataFrame, width: int, delimiter: str) -> bool:
    """Whether a cell of several lines holds as many delimiters as a row: then the exact reader decides."""
    if width < 4:
        return False
    cell = pl.all()
    suspicious = cell.str.contains("\n", literal=True) & (cell.str.count_matches(delimiter, literal=True) >= width - 1)
    return any(rows.select(suspicious.any()).row(0))
