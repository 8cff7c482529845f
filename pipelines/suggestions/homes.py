"""Which kind an effect answers to, where that is not the kind it was estimated under."""

from __future__ import annotations

import polars as pl

ACTION = ("lever", "from_level", "to_level")


def homed(effects: pl.DataFrame) -> pl.DataFrame:
    """The effects with the kind they are offered under; a platform's own effect of an action that is open everywhere is left out.

    What holds on one platform only is that platform's own way (channel); the hours of publishing stay with content, but where comments
    are what they move they are the peaks of interaction.
    """
    is_content = (pl.col("suggestion_kind") == "content").fill_null(False)
    is_slot = pl.col("lever") == "publish_slot"
    own = is_content & pl.col("platform").is_not_null() & ~is_slot
    general = effects.filter(is_content & pl.col("platform").is_null() & pl.col("is_actionable")).select(*ACTION, is_general=True).unique()
    marked = effects.join(general, on=ACTION, how="left", maintain_order="left", nulls_equal=True)
    repeats = own & (pl.col("analysis") == "content_effects") & pl.col("is_general").fill_null(False)
    kind = (
        pl.when(is_content & is_slot & (pl.col("outcome") == "comment_count"))
        .then(pl.lit("interaction"))
        .when(own)
        .then(pl.lit("channel"))
        .otherwise(pl.col("suggestion_kind"))
    )
    return marked.filter(~repeats.fill_null(False)).with_columns(suggestion_kind=kind).drop("is_general")
