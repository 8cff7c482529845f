"""Tables stacked on one sheet, each below a title row: cut out as grids of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from pipelines.ingest.delimited import TextGrid, records
from pipelines.ingest.grids import HEAD_ROWS, Body, Grid, text_schema
from pipelines.ingest.workbooks import SheetGrid


@dataclass
class SectionGrid(SheetGrid):
    """A part of a sheet that knows where in the sheet it begins, and the sheet's own first rows."""

    offset: int = 0
    sheet_head: list[list[str]] | None = None

    def row_number(self, index: int) -> int:
        return index + 1 + self.offset

    def body(self, header_row: int, first: int, last: int) -> Body:
        below = super().body(header_row, first, last)
        return Body(below.rows.with_columns(pl.col("row_number") + self.offset), below.bad)


def section_of(grid: Grid, title: str | None, titles: list[str]) -> Grid | None:
    """The table below the row whose only filled cell matches `title`, up to a blank row or the next title. No title: the grid itself."""
    if title is None:
        return grid
    if not any(_is_title(row, pattern) for row in grid.head for pattern in titles):
        return None
    frame = _whole(grid)
    rows = [[cell or "" for cell in row] for row in frame.rows()]
    start = next((index for index, row in enumerate(rows) if _is_title(row, title)), None)
    if start is None:
        return None
    following = enumerate(rows[start + 1 :], start=start + 1)
    end = next((i for i, row in following if i > start + 1 and (not any(row) or any(_is_title(row, t) for t in titles))), len(rows))
    part = rows[start + 1 : end]
    return SectionGrid(
        grid.name,
        part[:HEAD_ROWS],
        frame=frame.slice(start + 1, end - start - 1),
        offset=grid.row_number(start),
        sheet_head=grid.head,
    )


def unread_sections(grid: Grid, titles: list[str]) -> list[str]:
    """Titles of tables on this sheet that no block asks for: a person should know that they stay behind."""
    if not titles or grid.first_line:
        return []
    filled = [[cell.strip() for cell in row if cell and cell.strip()] for row in _whole(grid).rows()]
    return [row[0] for row, below in pairwise(filled) if len(row) == 1 and len(below) > 1 and not any(re.search(t, row[0]) for t in titles)]


def _is_title(row: list[str], pattern: str) -> bool:
    filled = [cell.strip() for cell in row if cell.strip()]
    return len(filled) == 1 and re.search(pattern, filled[0]) is not None


def _whole(grid: Grid) -> pl.DataFrame:
    """All rows of the grid as text, blank cells NULL."""
    if isinstance(grid, SheetGrid):
        return grid.frame
    assert isinstance(grid, TextGrid)  # JSON lines have no sections
    rows = list(records(grid.path.read_bytes().decode("utf-8-sig"), grid.delimiter))[grid.skipped :]
    width = max(len(row) for row in rows)
    return pl.DataFrame([[c or None for c in row] + [None] * (width - len(row)) for row in rows], schema=text_schema(width), orient="row")
