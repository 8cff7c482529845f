"""JSON lines: one object per line, or pages of an API whose lists hold the rows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.grids import Body, Grid
from pipelines.ingest.scratch import scratch
from pipelines.sql import literal

KEY_LINES = 10_000  # lines whose keys make up the header


@dataclass
class JsonGrid(Grid):
    """JSON lines: the head's only row is the union of the keys, the body one text column `line`."""

    path: Path = Path()
    pages: dict[tuple[str, str | None], PageGrid] = field(default_factory=dict)  # blocks over the same lists share one grid

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
    with scratch() as connection:
        connection.register("objects", objects.to_arrow())
        keys = connection.execute(
            "select key from (select distinct unnest(json_keys(line)) as key from objects) where key <> '' order by key"
        ).fetchall()
    return JsonGrid("", [[key for (key,) in keys]], path=path, first_line=json.loads(objects["line"][0]))


@dataclass
class PageGrid(JsonGrid):
    """Pages of an API: the elements of their lists are the rows, the head's only row is the union of the elements' keys.

    The body has `line` (the element as JSON) and `up1`, `up2`… (what holds it, the page last).
    """

    rows_path: str = ""
    row_names: str | None = None

    def body(self, header_row: int, first: int, last: int) -> Body:
        pages = super().body(header_row, first, last)
        misshapen = _no_lists(pages.rows, self.rows_path)
        bad = pages.rows.join(misshapen, on="row_number", how="semi").select(
            "row_number", pl.lit("bad_page").alias("reason_code"), pl.concat_list(pl.col("line").str.slice(0, 500)).alias("cells")
        )
        whole = pages.rows.join(misshapen, on="row_number", how="anti")
        elements = _elements(whole, self.rows_path, self.row_names)
        bad = pl.concat([pages.bad, bad])  # numbered after the elements: lines and elements are not counted alike
        return Body(elements, bad.with_columns(pl.int_range(pl.len()).add(elements.height + 1).alias("row_number")))


def page_grid(grid: JsonGrid, rows_path: str, row_names: str | None) -> PageGrid:
    """The grid of the elements at `rows_path` (`body.list[]`, also several levels deep)."""
    if known := grid.pages.get((rows_path, row_names)):
        return known
    pages = PageGrid(grid.name, grid.head, path=grid.path, first_line=grid.first_line, rows_path=rows_path, row_names=row_names)
    elements = pages.body(0, 0, 0).rows
    with scratch() as connection:
        connection.register("elements", elements.to_arrow())
        keys = connection.execute(
            "select distinct unnest(json_keys(line)) as key from elements where json_type(line) = 'OBJECT' order by key"
        ).fetchall()
    pages.head = [[key for (key,) in keys]]
    grid.pages[rows_path, row_names] = pages
    return pages


def _levels(rows_path: str) -> list[str]:
    """JSON paths of the lists, each from the element of the one before."""
    return [quoted_path(part.strip(".")) for part in rows_path.split("[]") if part]


def quoted_path(path: str) -> str:
    """`a.b` as DuckDB's `$."a"."b"`; `[3]` stays a position."""
    steps = [step for step in path.split(".") if step]
    return "$" + "".join(step if step.startswith("[") else '."' + step.replace('"', "") + '"' for step in steps)


def _no_lists(pages: pl.DataFrame, rows_path: str) -> pl.DataFrame:
    """Row numbers of pages that hold something else where the list should be; a page without it is an empty one."""
    with scratch() as connection:
        connection.register("pages", pages.to_arrow())
        kind = f"json_type(line, {literal(_levels(rows_path)[0])})"
        return connection.execute(f"select row_number from pages where {kind} not in ('ARRAY', 'NULL')").pl()


def _elements(pages: pl.DataFrame, rows_path: str, row_names: str | None) -> pl.DataFrame:
    """One row per element with everything that holds it, in the order of the file."""
    levels = _levels(rows_path)
    step = "select row_number, i0, j0 from pages_in"
    for depth, path in enumerate(levels, start=1):
        kept = ", ".join(f"i{n}, j{n}" for n in range(depth))
        listed = f"json_extract(j{depth - 1}, {literal(path + '[*]')})"
        step = (
            f"select row_number, {kept}, i{depth}, items{depth}[i{depth}] as j{depth} from "
            f"(select *, unnest(range(1, len(items{depth}) + 1)) as i{depth} from (select *, {listed} as items{depth} from ({step})))"
        )
    depth = len(levels)
    line = f"j{depth}"
    if row_names:
        names = f"list_transform(json_extract(j0, {literal(_names_path(row_names))}), lambda x: json_extract_string(x, '$'))"
        cells = f"json_extract(j{depth}, '$[*]')"
        line = f"case when len({names}) = len({cells}) then to_json(map({names}, {cells})) end"  # else the row lacks all it needs
    ups = ", ".join(f"cast(j{depth - n} as varchar) as up{n}" for n in range(1, depth + 1))
    order = ", ".join(["row_number", *(f"i{n}" for n in range(1, depth + 1))])
    with scratch() as connection:
        connection.register("lines_in", pages.to_arrow())
        return connection.execute(
            f"""with pages_in as (select row_number, 0 as i0, cast(line as json) as j0 from lines_in)
            select cast(row_number() over (order by {order}) as bigint) as row_number, cast({line} as varchar) as line, {ups}
            from ({step}) order by 1"""
        ).pl()


def _names_path(row_names: str) -> str:
    outer, inner = row_names.split("[]", 1)
    return quoted_path(outer) + "[*]" + quoted_path(inner.strip("."))[1:]


def _lines(path: Path, limit: int | None = None) -> pl.DataFrame:
    """Columns `row_number` (from 1) and `line`."""
    lines = pl.scan_lines(path, name="line", n_rows=limit).with_row_index("row_number", 1).collect()
    return lines.with_columns(pl.col("row_number").cast(pl.Int64), pl.col("line").str.strip_chars("\ufeff\r"))


def _are_objects(lines: pl.DataFrame) -> pl.Series:
    with scratch() as connection:
        connection.register("lines", lines.to_arrow())
        sql = "select case when json_valid(line) then json_type(line) = 'OBJECT' else false end as ok from lines order by row_number"
        return connection.execute(sql).pl()["ok"].fill_null(False)
