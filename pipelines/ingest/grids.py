"""What every kind of file looks like to the rest of ingestion: grids of text with a cheap head and a body read later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

HEAD_ROWS = 40  # rows of a head: enough to recognise a format by
BAD_SCHEMA: dict[str, Any] = {"row_number": pl.Int64, "reason_code": pl.String, "cells": pl.List(pl.String)}


@dataclass
class Body:
    """Data rows below a header: `rows` has text columns c0…cn and `row_number`; `bad` has row_number, reason_code, cells."""

    rows: pl.DataFrame
    bad: pl.DataFrame


@dataclass
class Grid:
    """One table-like area of a file: a sheet, an HTML table or the whole of a text file."""

    name: str
    head: list[list[str]]
    first_line: dict[str, Any] = field(default_factory=dict, kw_only=True)  # JSON lines: the first object

    def body(self, header_row: int, first: int, last: int) -> Body:
        """Rows below the 0-based `header_row`, columns `first` to `last` (exclusive)."""
        raise NotImplementedError

    def column_groups(self) -> list[tuple[int, int]]:
        """Ranges of columns that hold a table each: tables side by side are split at columns that are empty all through."""
        width = max((len(row) for row in self.head), default=0)
        return [(0, width)]

    def row_number(self, index: int) -> int:
        """The file's own number of a row of the head, as a person counts."""
        return index + 1


def column_names(width: int) -> list[str]:
    return [f"c{i}" for i in range(width)]


def text_schema(width: int) -> dict[str, Any]:
    return dict.fromkeys(column_names(width), pl.String)


def no_bad_rows() -> pl.DataFrame:
    return pl.DataFrame(schema=BAD_SCHEMA)
