"""JSON lines: one object per line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.grids import Body, Grid

KEY_LINES = 10_000  # lines whose keys make up the header


@dataclass
class JsonGrid(Grid):
    """JSON lines: the head's only row is the union of the keys, the body one text column `line`."""

    path: Path = Path()

    def body(self, header_row: int, first: int, last: int) -> Body:
        lines = _lines(self.path)
        is_object = _are_objects(lines)
        blank = pl.col("line").str.strip_chars() == ""
        bad = lines.filter(~is_object).select(
            "row_number",
            pl.when(blank).then(pl.lit("blank_row")).otherwise(pl.lit("bad_json")).alias("reason_code"),
            pl.concat_list("line").alias("cells"),
        )
        return Body(lines.filter(is_object), bad)


def json_grid(path: Path) -> JsonGrid:
    """The file as a grid. FileProblem when none of its first lines is a JSON object."""
    head = _lines(path, KEY_LINES)
    objects = head.filter(_are_objects(head))
    if objects.height == 0:
        raise FileProblem("bad_json", "The file begins like JSON but its lines are no JSON objects. One object per line is expected.")
    with duckdb.connect() as connection:
        connection.register("objects", objects.to_arrow())
        keys = connection.execute(
            "select key from (select distinct unnest(json_keys(line)) as key from objects) where key <> '' order by key"
        ).fetchall()
    return JsonGrid("", [[key for (key,) in keys]], path=path)


def _lines(path: Path, limit: int | None = None) -> pl.DataFrame:
    """Columns `row_number` (from 1) and `line`."""
    lines = pl.scan_lines(path, name="line", n_rows=limit).with_row_index("row_number", 1).collect()
    return lines.with_columns(pl.col("row_number").cast(pl.Int64), pl.col("line").str.strip_chars("\ufeff\r"))


def _are_objects(lines: pl.DataFrame) -> pl.Series:
    with duckdb.connect() as connection:
        connection.register("lines", lines.to_arrow())
        sql = "select case when json_valid(line) then json_type(line) = 'OBJECT' else false end as ok from lines order by row_number"
        return connection.execute(sql).pl()["ok"].fill_null(False)
