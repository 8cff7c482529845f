"""Bodies of grids to frames of text columns under the file's own header names, and which of them feed a canonical column."""

from __future__ import annotations

import json

import duckdb
import polars as pl

from pipelines.ingest.read import Body, JsonGrid
from pipelines.ingest.recognise import BlockMatch
from pipelines.ingest.spec import Column, normalise_header


def parse_json_body(match: BlockMatch, body: Body) -> pl.DataFrame:
    """JSON lines to text columns: one per source path of the block, plus every top-level key (for `extra`)."""
    wanted = dict.fromkeys([*match.headers, *(s for c in match.block.columns for s in c.source), *match.block.where])
    selects = ", ".join(f"{_json_sql(path, match.block.drop)} as {_quoted(path)}" for path in wanted)
    connection = duckdb.connect()
    try:
        connection.register("lines", body.rows.to_arrow())
        return connection.execute(f"select row_number, {selects} from lines").pl()
    finally:
        connection.close()


def _json_sql(path: str, drop: list[str]) -> str:
    """`a.b` is a nested key; `list{key}` the value struct of the list element whose `key` is that (GA4's event_params).

    Of an object taken whole, the keys that `drop` names (`properties.$ip`) are cut out before anything else sees it.
    """
    if path.endswith("}") and "{" in path:
        outer, key = path[:-1].split("{", 1)
        escaped = key.replace("'", "''")
        found = f"list_filter(json_extract(line, '$.{outer}[*]'), lambda x: json_extract_string(x, '$.key') = '{escaped}')[1]"
        options = [f"json_extract_string({found}, '$.value.{kind}_value')" for kind in ("string", "int", "float", "double")]
        return f"coalesce({', '.join(options)})"
    steps = "".join(f'."{step}"' for step in path.split("."))
    escaped = steps.replace("'", "''")
    text = f"json_extract_string(line, '${escaped}')"
    cut = {name.removeprefix(f"{path}."): None for name in drop if name.startswith(f"{path}.")}
    if not cut:
        return text
    whole, patch = f"json_extract(line, '${escaped}')", json.dumps(cut, ensure_ascii=False).replace("'", "''")
    return f"case when json_type({whole}) = 'OBJECT' then cast(json_merge_patch({whole}, '{patch}') as varchar) else {text} end"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text_frame(match: BlockMatch, body: Body) -> pl.DataFrame:
    """The body with its header names (a name that occurs twice gets `__2`)."""
    if isinstance(match.grid, JsonGrid):
        return parse_json_body(match, body)
    seen: dict[str, int] = {}
    names: list[str] = []
    for index, header in enumerate(match.headers):
        name = header.strip() or f"column {index + 1}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}__{seen[name]}")
    first = match.first if body.rows.width - 1 > len(names) else 0
    cells = body.rows.select([f"c{first + i}" for i in range(len(names))]).rename({f"c{first + i}": n for i, n in enumerate(names)})
    empties = [n for n in names if n.startswith("column ") and not (cells[n].fill_null("") != "").any()]
    return cells.drop(empties).with_columns(body.rows["row_number"])


def sources_of(column: Column, frame: pl.DataFrame) -> list[str]:
    """The frame's columns that feed a canonical column, preferred first."""
    by_name: dict[str, str] = {}
    for name in frame.columns:
        by_name.setdefault(normalise_header(name), name)
    return [by_name[normalise_header(s)] for s in column.source if normalise_header(s) in by_name]
