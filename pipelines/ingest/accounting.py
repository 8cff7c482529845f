"""Every row counts: which rows are no data, which cannot be read, which are there twice - each with its reason."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.ingest.frames import OWN_NAMES, written
from pipelines.ingest.grids import BAD_SCHEMA, Body
from pipelines.ingest.headers import normalise_header
from pipelines.ingest.identity import identity_columns
from pipelines.ingest.pseudonyms import pseudonyms
from pipelines.ingest.recognise import BlockMatch
from pipelines.ingest.spec import Block

REJECT_SCHEMA: dict[str, Any] = {
    "row_number": pl.Int64,
    "reason_code": pl.String,
    "column_name": pl.String,
    "message": pl.String,
    "raw_row": pl.String,
}
REASONS = {
    "above_header": "the row stands above the header: the file has lost its first line",
    "blank_row": "the row is empty",
    "repeated_header": "the header row is repeated here",
    "wrong_length": "the row has another number of cells than the header",
    "bad_json": "the line is no JSON object",
    "bad_page": "the page has something else where its list should be",
    "no_block": "the row is of a kind this format does not take in",
    "total_row": "a total, not an observation",
    "example_row": "the template's own example",
    "missing_value": "a value this row cannot do without is missing",
    "bad_value": "the value cannot be read",
    "forgotten": "the person asked to be erased",
    "ambiguous_key": "two rows have the same identity and different values",
}


def above_header(match: BlockMatch) -> pl.DataFrame:
    """Rows above the header that are as full as it is, as bad rows: a banner has few cells, an upper header row shares some."""
    headers = {h.strip() for h in match.headers} - {""}
    found: list[tuple[int, str, list[str]]] = []
    for index, row in enumerate(match.grid.head[: match.header_row]):
        cells = row[match.first : match.last]
        filled = {c.strip() for c in cells} - {""}
        if len(filled) >= max(3, 0.6 * len(headers)) and not filled & headers:
            found.append((match.grid.row_number(index), "above_header", cells))
    return pl.DataFrame(found, schema=BAD_SCHEMA, orient="row")


def structural_rejects(body: Body, frame: pl.DataFrame, match: BlockMatch, block: Block) -> pl.DataFrame:
    """Rows that are no data whatever their values: blank, the header again, totals, the wrong length or another block's."""
    cells = [c for c in frame.columns if c != "row_number"]
    text = pl.concat_str([pl.col(c).fill_null("").str.strip_chars() for c in cells], separator="\x1f")
    blank = text.str.replace_all("\x1f", "") == ""
    header = text == "\x1f".join(_cell_of_header(match, name) for name in cells)
    reason = pl.when(blank).then(pl.lit("blank_row")).when(header).then(pl.lit("repeated_header"))
    by_name = {written(c): c for c in reversed(cells)}
    reason = reason.when(~wanted(block, frame)).then(pl.lit("no_block"))
    for rule in block.drop_rows:
        column = by_name.get(normalise_header(rule.column))
        if column is None:
            continue
        cell = pl.col(column).fill_null("").str.strip_chars()
        hit = cell.is_in(rule.equals) if rule.equals else pl.lit(False)
        if rule.matches:
            hit = hit | cell.str.contains(rule.matches)
        reason = reason.when(hit).then(pl.lit(rule.reason))
    marked = frame.with_columns(reason.otherwise(None).alias("reason_code")).filter(pl.col("reason_code").is_not_null())
    structural = marked.select(
        "row_number", "reason_code", pl.lit(None, pl.String).alias("column_name"), _message(), _raw(block, marked).alias("raw_row")
    )
    ragged = body.bad.select(
        "row_number",
        "reason_code",
        pl.lit(None, pl.String).alias("column_name"),
        _message(),
        pl.col("cells").list.join(" | ").alias("raw_row")
        if not block.drop and not _has_person(block)
        else pl.lit(None, pl.String).alias("raw_row"),
    )
    return pl.concat([structural.cast(pl.Schema(REJECT_SCHEMA)), ragged.cast(pl.Schema(REJECT_SCHEMA))])


def _cell_of_header(match: BlockMatch, name: str) -> str:
    """What a repeated header row has in this column."""
    headers = {h.strip() for h in match.headers}
    return name if name in headers else next((h for h in headers if h and normalise_header(h) == written(name)), "")


def wanted(block: Block, frame: pl.DataFrame) -> pl.Expr:
    """Whether a row is of the kind that the block takes in. A file without the telling column is all of that kind."""
    by_name = {written(c): c for c in reversed(frame.columns)}
    kinds = [(by_name.get(normalise_header(name)), options) for name, options in block.where.items()]
    tests = [pl.col(c).str.strip_chars().is_in(options).fill_null(False) for c, options in kinds if c and options]
    return pl.all_horizontal([pl.lit(True), *tests])


def _has_person(block: Block) -> bool:
    return any(c.type == "person" for c in block.columns)


def _message() -> pl.Expr:
    return pl.col("reason_code").replace_strict(REASONS, default=None, return_dtype=pl.String).alias("message")


def _raw(block: Block, frame: pl.DataFrame) -> pl.Series:
    """Raw rows as JSON, for people who mend the file; personal columns are pseudonymised or left out."""
    dropped = {normalise_header(h) for h in block.drop}
    personal = {normalise_header(s) for c in block.columns if c.type == "person" for s in c.source}
    keep = [c for c in frame.columns if c not in OWN_NAMES and written(c) not in dropped]
    if not keep or frame.height == 0:
        return pl.Series("raw_row", [None] * frame.height, dtype=pl.String)
    hidden = [pseudonyms(frame[c], "raw").alias(c) if written(c) in personal else frame[c] for c in keep]
    return pl.DataFrame(hidden).select(pl.struct(pl.all()).struct.json_encode()).to_series().alias("raw_row")


def value_rejects(block: Block, frame: pl.DataFrame, bad: list[tuple[str, str, pl.Series]]) -> pl.DataFrame:
    """One reject per row with an unreadable or missing value: the first such column names the reason."""
    if not any(mask.any() for _, _, mask in bad):
        return pl.DataFrame(schema=REJECT_SCHEMA)
    masks = pl.DataFrame({f"m{i}": mask for i, (_, _, mask) in enumerate(bad)})
    chosen = pl.coalesce([pl.when(pl.col(f"m{i}")).then(pl.lit(i)) for i in range(len(bad))])
    marked = frame.with_columns(masks.select(chosen.alias("which")).to_series()).filter(pl.col("which").is_not_null())
    headers = {i: header for i, (header, _, _) in enumerate(bad)}
    reasons = {i: reason for i, (_, reason, _) in enumerate(bad)}
    personal = {normalise_header(s) for c in block.columns if c.type == "person" for s in c.source}
    shown = pl.coalesce(
        [pl.when(pl.col("which") == i).then(pl.lit("(hidden)") if written(h) in personal else pl.col(h)) for i, h in headers.items()]
    )
    result = marked.select(
        "row_number",
        pl.col("which").replace_strict(reasons, return_dtype=pl.String).alias("reason_code"),
        pl.col("which").replace_strict(headers, return_dtype=pl.String).alias("column_name"),
        shown.fill_null("").str.slice(0, 80).alias("shown"),
        _raw(block, marked).alias("raw_row"),
    )
    message = pl.when(pl.col("reason_code") == "bad_value").then(pl.format("column {}: '{}' cannot be read", "column_name", "shown"))
    return (
        result.with_columns(message.otherwise(pl.format("column {} is empty", "column_name")).alias("message"))
        .select(list(REJECT_SCHEMA))
        .cast(pl.Schema(REJECT_SCHEMA))
    )


def deduplicate(block: Block, table: pl.DataFrame, frame: pl.DataFrame) -> tuple[pl.DataFrame, int, pl.DataFrame]:
    """(rows, duplicate count, rejects): equal rows are duplicates; the same identity with other values is a conflict.

    A file that a crawler appends to repeats posts with newer counts: there the last row counts, earlier ones are duplicates.
    """
    none = pl.DataFrame(schema=REJECT_SCHEMA)
    key = identity_columns(block.entity, table)
    if not key or table.height == 0:
        return table, 0, none
    if table[key[0]].null_count():
        return _without_keyless(block, table, frame, key[0])
    if table.select(pl.struct(key).n_unique()).item() == table.height:
        return table, 0, none
    if block.repeats == "last_wins":
        kept = table.unique(subset=key, keep="last", maintain_order=True)
        return kept, table.height - kept.height, none
    values_only = [c for c in table.columns if c != "row_number"]
    distinct = table.unique(subset=values_only, keep="first", maintain_order=True)
    duplicates = table.height - distinct.height
    kept = distinct.unique(subset=key, keep="first", maintain_order=True)
    clashing = distinct.join(kept.select("row_number"), on="row_number", how="anti").select("row_number")
    return kept, duplicates, _key_rejects(block, frame, clashing, "ambiguous_key", ", ".join(key))


def _without_keyless(block: Block, table: pl.DataFrame, frame: pl.DataFrame, key: str) -> tuple[pl.DataFrame, int, pl.DataFrame]:
    """The same, where nothing identifies some of the rows."""
    keyless = table.filter(pl.col(key).is_null()).select("row_number")
    kept, duplicates, conflicts = deduplicate(block, table.filter(pl.col(key).is_not_null()), frame)
    return kept, duplicates, pl.concat([conflicts, _key_rejects(block, frame, keyless, "missing_value", key)])


def _key_rejects(block: Block, frame: pl.DataFrame, numbers: pl.DataFrame, reason: str, columns: str) -> pl.DataFrame:
    marked = frame.join(numbers, on="row_number", how="semi")
    return marked.select(
        "row_number",
        pl.lit(reason).alias("reason_code"),
        pl.lit(columns).alias("column_name"),
        pl.lit(REASONS[reason]).alias("message"),
        _raw(block, marked).alias("raw_row"),
    ).cast(pl.Schema(REJECT_SCHEMA))
