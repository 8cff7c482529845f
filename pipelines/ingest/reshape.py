"""Tables that lie on their side: label-value sheets into one row, question columns into one row per answer."""

from __future__ import annotations

import re

import polars as pl

from pipelines.ingest.frames import OWN_NAMES, sources_of, written
from pipelines.ingest.grids import Body
from pipelines.ingest.headers import normalise_header
from pipelines.ingest.spec import Block, Transpose, Unpivot


def transposed(rule: Transpose, body: Body, frame: pl.DataFrame) -> tuple[Body, pl.DataFrame]:
    """The sheet as one row whose columns are its labels. Of a label that comes twice the first counts; blank rows say nothing."""
    by_name = {written(c): c for c in reversed(frame.columns)}
    label, value = by_name[normalise_header(rule.label)], by_name[normalise_header(rule.value)]
    pairs = frame.filter(pl.col(label).str.strip_chars() != "").unique(label, keep="first", maintain_order=True)
    cells = {name.strip(): [cell] for name, cell in pairs.select(label, value).iter_rows() if name.strip() not in OWN_NAMES}
    first = [frame[name].head(1) for name in frame.columns if name == "row_number" or name.startswith("@")]
    row = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)).with_columns(first) if pairs.height else frame.clear()
    return Body(body.rows.head(row.height), body.bad.clear()), row


def question_columns(block: Block, frame: pl.DataFrame) -> list[str]:
    """The file's columns that are observations: those the block does not name, or those that match its rule."""
    rule = block.unpivot
    if rule is None:
        return []
    named = {s for c in block.columns for s in sources_of(c, frame)} | set(OWN_NAMES)
    left_out = {normalise_header(h) for h in [*block.ignore, *block.drop, *block.where, *rule.exclude]}
    free = [c for c in frame.columns if c not in named and written(c) not in left_out]
    return [c for c in free if rule.matches is None or re.search(rule.matches, c)]


def unpivoted(rule: Unpivot, table: pl.DataFrame, frame: pl.DataFrame, questions: list[str]) -> pl.DataFrame:
    """Every row once per question column, with the header in `to` and the cell in `value`; in the file's own order."""
    cells = frame.select("row_number", *questions).unpivot(on=questions, index="row_number", variable_name=rule.to, value_name=rule.value)
    cells = cells.with_columns(pl.int_range(pl.len()).alias("place"))
    joined = table.drop([c for c in (rule.to, rule.value) if c in table.columns]).join(cells, on="row_number", how="inner")
    return joined.sort("row_number", "place").drop("place")
