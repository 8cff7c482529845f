"""Bodies of grids to frames of text columns under the file's own header names, and which of them feed a canonical column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import duckdb
import polars as pl

from pipelines.ingest.grids import Body
from pipelines.ingest.json_lines import JsonGrid
from pipelines.ingest.recognise import BlockMatch
from pipelines.ingest.spec import Column, normalise_header

OWN_NAMES = ("row_number", "reason_code", "which")  # columns the engine adds beside those of the file


def parse_json_body(match: BlockMatch, body: Body) -> pl.DataFrame:
    """JSON lines to text columns: one per source path of the block, plus every top-level key (for `extra`)."""
    keys = set(match.headers)
    paths = dict.fromkeys([*match.headers, *(s for c in match.block.columns for s in c.source), *match.block.where])
    values = [_key_sql(p, match.block.drop) if p in keys else _path_sql(p, match.block.drop) for p in paths]
    names = [f"c{i}" for i in range(len(values))]  # SQL would take keys that differ in case for one
    selects = ", ".join(f"{value} as {name}" for value, name in zip(values, names, strict=True))
    connection = duckdb.connect()
    try:
        connection.register("lines", body.rows.to_arrow())
        cells = connection.execute(f"select row_number, {selects} from lines").pl()
    finally:
        connection.close()
    return cells.rename(dict(zip(names, _distinct(paths), strict=True)))


def _key_sql(key: str, drop: list[str]) -> str:
    """A top-level key, whatever characters it has."""
    return _value_sql(_pointer([key]), key, drop)


def _path_sql(path: str, drop: list[str]) -> str:
    """`a.b` is a nested key; `list{key}` the value struct of the list element whose `key` is that (GA4's event_params)."""
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


def text_frame(match: BlockMatch, body: Body) -> pl.DataFrame:
    """The body with its header names; a name that occurs twice gets `__2`, see `written`."""
    if isinstance(match.grid, JsonGrid):
        return parse_json_body(match, body)
    names = _distinct(header.strip() or f"column {index + 1}" for index, header in enumerate(match.headers))
    first = match.first if body.rows.width - 1 > len(names) else 0
    cells = body.rows.select([f"c{first + i}" for i in range(len(names))]).rename({f"c{first + i}": n for i, n in enumerate(names)})
    empties = [n for n in names if n.startswith("column ") and not (cells[n].fill_null("") != "").any()]
    return cells.drop(empties).with_columns(body.rows["row_number"])


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
    return [by_name[normalise_header(s)] for s in column.source if normalise_header(s) in by_name]
