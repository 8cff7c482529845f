"""Bodies of grids to frames of text columns under the file's own header names, and which of them feed a canonical column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from pipelines.ingest.grids import Body
from pipelines.ingest.headers import header_match, is_pattern, normalise_header
from pipelines.ingest.json_lines import JsonGrid, quoted_path
from pipelines.ingest.recognise import BlockMatch
from pipelines.ingest.scratch import scratch
from pipelines.ingest.sections import SectionGrid
from pipelines.ingest.spec import Column
from pipelines.sql import literal

OWN_NAMES = ("row_number", "reason_code", "which")  # columns the engine adds beside those of the file


def parse_json_body(match: BlockMatch, body: Body) -> pl.DataFrame:
    """JSON lines to text columns: one per source path of the block, plus every top-level key (for `extra`)."""
    keys = set(match.headers)
    paths = dict.fromkeys([*match.headers, *(s for c in match.block.columns for s in c.source), *match.block.where])
    values = [_key_sql(p, match.block.drop) if p in keys else _path_sql(p, match.block.drop) for p in paths]
    names = [f"c{i}" for i in range(len(values))]  # SQL would take keys that differ in case for one
    selects = ", ".join(f"{value} as {name}" for value, name in zip(values, names, strict=True))
    with scratch() as connection:
        connection.register("lines", body.rows.to_arrow())
        cells = connection.execute(f"select row_number, {selects} from lines").pl()
    return cells.rename(dict(zip(names, _distinct(paths), strict=True)))


def _key_sql(key: str, drop: list[str]) -> str:
    """A top-level key, whatever characters it has."""
    return _value_sql(_pointer([key]), key, drop)


def _path_sql(path: str, drop: list[str]) -> str:
    """`a.b` is a nested key; `list{key}` the value struct of the list element whose `key` is that (GA4's event_params).

    `list[k=v].b` is a field of the element whose `k` is `v`; `../a` is a key of what holds the element (pages of an API).
    """
    holder = "line"
    while path.startswith("../"):
        path = path[3:]
        holder = "up1" if holder == "line" else f"up{int(holder[2:]) + 1}"
    if chosen := re.fullmatch(r"(.+)\[(\w+)=([^\]]*)\]\.?(.*)", path):
        outer, key, wanted, inner = chosen.groups()
        items = f"json_extract({holder}, {literal(quoted_path(outer) + '[*]')})"
        found = f"list_filter({items}, lambda x: json_extract_string(x, {literal(quoted_path(key))}) = {literal(wanted)})[1]"
        return f"json_extract_string({found}, {literal(quoted_path(inner))})"
    if holder != "line" or "[" in path:
        return f"json_extract_string({holder}, {literal(quoted_path(path))})"
    if path.endswith("}") and "{" in path:
        outer, key = path[:-1].split("{", 1)
        escaped = key.replace("'", "''")
        found = f"list_filter(json_extract(line, '$.{outer}[*]'), lambda x: json_extract_string(x, '$.key') = '{escaped}')[1]"
        options = [f"json_extract_string({found}, '$.value.{kind}_value')" for kind in ("string", "int", "float", "double")]
        return f"coalesce({', '.join(options)})"
    return _value_sql(_pointer(path.split(".")), path, drop)


def _pointer(steps: list[str]) -> str:
    """A JSON pointer as an SQL text."""
    return "'" + "".join("/" + s.replace("~", "~0").replace("/", "~1") for s in steps).replace("'", "''") + "'"


def _value_sql(pointer: str, path: str, drop: list[str]) -> str:
    """The text at a pointer. Of an object, the keys that `drop` names (`properties.$ip`) are cut out before anything else sees it."""
    text = f"json_extract_string(line, {pointer})"
    cut = {name.removeprefix(f"{path}."): None for name in drop if name.startswith(f"{path}.")}
    if not cut:
        return text
    whole, patch = f"json_extract(line, {pointer})", json.dumps(cut, ensure_ascii=False).replace("'", "''")
    return f"case when json_type({whole}) = 'OBJECT' then cast(json_merge_patch({whole}, '{patch}') as varchar) else {text} end"


def text_frame(match: BlockMatch, body: Body, source_name: str = "") -> pl.DataFrame:
    """The body with its header names; a name that occurs twice gets `__2`, see `written`. `@file` is the file's name without its ending."""
    if isinstance(match.grid, JsonGrid):
        return parse_json_body(match, body)
    positions = {s for c in match.block.columns for s in c.source if s.startswith("#")}
    named = (f"#{index}" if f"#{index}" in positions else header for index, header in enumerate(match.headers))
    names = _distinct(header.strip() or f"column {index + 1}" for index, header in enumerate(named))
    first = match.first if body.rows.width - 1 > len(names) else 0
    cells = body.rows.select([f"c{first + i}" for i in range(len(names))]).rename({f"c{first + i}": n for i, n in enumerate(names)})
    empties = [n for n in names if n.startswith("column ") and not (cells[n].fill_null("") != "").any()]
    return cells.drop(empties).with_columns(body.rows["row_number"]).with_columns(_single_cells(match, source_name))


def _single_cells(match: BlockMatch, source_name: str) -> list[pl.Expr]:
    """What holds for all rows of the table: `@B1` is the sheet's second cell, `@file` the file's name (a copy's ` (1)` left out)."""
    wanted = {s for c in match.block.columns for s in c.source if re.fullmatch(r"@[A-Z]+[0-9]+", s)}
    head = match.grid.sheet_head if isinstance(match.grid, SectionGrid) and match.grid.sheet_head else match.grid.head
    cells = [pl.lit(_cell(head, name[1:]), pl.String).alias(name) for name in sorted(wanted)]
    if any("@file" in c.source for c in match.block.columns):
        cells.append(pl.lit(re.sub(r" ?[(（][0-9]+[)）]$", "", Path(source_name).stem), pl.String).alias("@file"))
    return cells


def _cell(head: list[list[str]], reference: str) -> str | None:
    letters, number = re.fullmatch(r"([A-Z]+)([0-9]+)", reference).groups()  # type: ignore[union-attr]  # checked by the caller
    column, row = 0, int(number) - 1
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return (head[row][column - 1].strip() or None) if row < len(head) and column <= len(head[row]) else None


def _distinct(names: Iterable[str]) -> list[str]:
    taken = set(OWN_NAMES)
    result: list[str] = []
    for name in names:
        candidate, count = name, 1
        while candidate in taken:
            count += 1
            candidate = f"{name}__{count}"
        taken.add(candidate)
        result.append(candidate)
    return result


def written(name: str) -> str:
    """The header of a frame's column as the file has it, normalised: without the `__2` of a repeated name."""
    return normalise_header(re.sub(r"__[0-9]+$", "", name))


def sources_of(column: Column, frame: pl.DataFrame) -> list[str]:
    """The frame's columns that feed a canonical column, preferred first."""
    by_name: dict[str, str] = {}
    for name in frame.columns:
        by_name.setdefault(written(name), name)
    found = [n for s in column.source if is_pattern(s) for n in frame.columns if n not in OWN_NAMES and header_match(s, n)]
    return [by_name[normalise_header(s)] for s in column.source if normalise_header(s) in by_name] + found
