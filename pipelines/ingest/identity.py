"""What makes a post, comment or event the same one in the next file: keys from ids, or from a natural key where there is no id."""

from __future__ import annotations

import polars as pl

from pipelines.ingest.headers import normalise_header
from pipelines.ingest.scratch import scratch
from pipelines.ingest.spec import Block

# Columns that identify a row within one file, by entity.
ROW_IDENTITY = {
    "post_snapshots": ["post_key", "captured_at"],
    "post_channels": ["post_key", "channel", "window_start"],
    "comments": ["comment_key"],
    "events": ["event_key"],
    "account_days": ["account_key", "business_date"],
    "account_channel_days": ["account_key", "channel", "business_date"],
    "orders": ["order_id", "order_line_id"],
    "people": ["person_key", "observed_at", "kind", "alias_person_key"],
    "audience_segments": ["account_key", "segment_kind", "segment_value", "business_date"],
    "ad_days": ["account_key", "ad_level", "ad_entity_id", "ad_entity_name", "business_date", "business_hour", "audience", "placement"],
    "survey_answers": ["account_key", "survey", "response_id", "question"],
    "mentions": ["mention_key"],
    "collaborations": ["platform_post_id", "business_date"],
    "settlements": ["settlement_key"],
}


OWN_KEYS = {
    "post_snapshots": "post_key",
    "post_channels": "post_key",
    "collaborations": "post_key",
    "comments": "comment_key",
    "events": "event_key",
    "mentions": "mention_key",
    "settlements": "settlement_key",
}
ID_COLUMNS = {
    "post_key": "platform_post_id",
    "comment_key": "platform_comment_id",
    "event_key": "event_key",
    "mention_key": "platform_mention_id",
    "settlement_key": "flow_id",
}


def with_keys(block: Block, table: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """post_key, comment_key, event_key: MD5 of what identifies the thing. A platform's id beats the natural key.

    A natural key is made of canonical columns and, where those do not tell rows apart, of the file's own (`frame`, row-aligned).
    """
    own = OWN_KEYS.get(block.entity)
    if own is None:
        return table
    id_column = ID_COLUMNS[own]
    parts = [_key_part(name, table, frame) for name in block.natural_key]
    scope = [pl.col("platform"), pl.col("account_key")]
    natural = pl.concat_str([*scope, *parts], separator="\x1f") if parts else pl.lit(None, pl.String)
    issued = (
        pl.concat_str([pl.col("platform"), pl.col(id_column)], separator="\x1f") if id_column in table.columns else pl.lit(None, pl.String)
    )
    table = table.with_columns(pl.coalesce(issued, natural).alias("identity"))
    if block.entity == "comments" and "platform_post_id" in table.columns:
        post = pl.concat_str([pl.col("platform"), pl.col("platform_post_id")], separator="\x1f")
        table = table.with_columns(md5(table.select(post.alias("k")).to_series()).alias("post_key"))
    return table.with_columns(md5(table["identity"]).alias(own)).drop("identity")


def _key_part(name: str, table: pl.DataFrame, frame: pl.DataFrame) -> pl.Expr:
    if name not in table.columns:
        raw = next((c for c in frame.columns if normalise_header(c) == normalise_header(name)), None)
        return pl.lit("") if raw is None else pl.lit(frame[raw]).fill_null("")
    column = pl.col(name)
    if name == "title":
        column = (
            column.str.normalize("NFKC").str.replace_all(r"[\u200b-\u200f\u2060\ufeff]", "").str.replace_all(r"\s+", " ").str.strip_chars()
        )
    elif name == "published_at":  # to the minute: a file saved again by a spreadsheet loses its seconds
        column = column.dt.strftime("%Y-%m-%d %H:%M")
    return column.cast(pl.String).fill_null("")


def md5(text: pl.Series) -> pl.Series:
    """MD5 of each text, as hexadecimal digits; NULL stays NULL."""
    with scratch() as connection:
        connection.register("keys", pl.DataFrame({"k": text}).to_arrow())
        return connection.execute("select md5(k) as k from keys").pl()["k"]


def identity_columns(entity: str, table: pl.DataFrame) -> list[str]:
    """The columns of `table` that together name a row."""
    return [c for c in ROW_IDENTITY.get(entity, []) if c in table.columns]
