"""The door for people who asked to be erased: their rows do not come back with the next export."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from pipelines.ingest.accounting import REASONS, REJECT_SCHEMA
from pipelines.ingest.parse import Parsed
from pipelines.ingest.pseudonyms import forgotten

PERSON_COLUMNS = ("person_key", "alias_person_key", "author_key", "creator_key")


def without_forgotten(parsed: Parsed) -> Parsed:
    """The block without rows of forgotten people; they count as rejected, and nothing of them is kept."""
    names = forgotten()
    persons = [c for c in PERSON_COLUMNS if c in parsed.rows.columns]
    if not names or not persons:
        return parsed
    is_forgotten = pl.any_horizontal(
        [(pl.col("platform") == platform) & pl.col(c).is_in(list(keys)) for platform, keys in names.items() for c in persons]
    ).fill_null(False)
    numbers = parsed.rows.filter(is_forgotten)["row_number"].unique().sort()
    if numbers.len() == 0:
        return parsed
    rows = parsed.rows.filter(~pl.col("row_number").is_in(numbers.implode()))
    if parsed.rows_in == 0:  # a second reading of rows that another block accounts for
        return replace(parsed, rows=rows)
    turned_away = pl.DataFrame({"row_number": numbers}).with_columns(
        pl.lit("forgotten").alias("reason_code"), pl.lit(REASONS["forgotten"]).alias("message")
    )
    empty = [pl.lit(None, kind).alias(name) for name, kind in REJECT_SCHEMA.items() if name not in turned_away.columns]
    rejects = pl.concat([parsed.rejects, turned_away.with_columns(empty).select(list(REJECT_SCHEMA)).cast(pl.Schema(REJECT_SCHEMA))])
    return replace(parsed, rows=rows, rejects=rejects, loaded=parsed.loaded - numbers.len())
