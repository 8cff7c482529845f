"""Grids of text to canonical rows: every row ends up loaded, duplicate or rejected with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl

from pipelines.ingest import values
from pipelines.ingest.pseudonyms import pseudonyms
from pipelines.ingest.read import Body, JsonGrid
from pipelines.ingest.recognise import BlockMatch
from pipelines.ingest.spec import Block, Column, FormatSpec, entity_columns, normalise_header

REJECT_SCHEMA: dict[str, Any] = {
    "row_number": pl.Int64,
    "reason_code": pl.String,
    "column_name": pl.String,
    "message": pl.String,
    "raw_row": pl.String,
}
REASONS = {
    "blank_row": "the row is empty",
    "repeated_header": "the header row is repeated here",
    "wrong_length": "the row has another number of cells than the header",
    "bad_json": "the line is no JSON object",
    "no_block": "the row is of a kind this format does not take in",
    "total_row": "a total, not an observation",
    "missing_value": "a value this row cannot do without is missing",
    "bad_value": "the value cannot be read",
    "ambiguous_key": "two rows have the same identity and different values",
}
POLARS = {
    "VARCHAR": pl.String,
    "BIGINT": pl.Int64,
    "DOUBLE": pl.Float64,
    "BOOLEAN": pl.Boolean,
    "DATE": pl.Date,
    "TIMESTAMPTZ": pl.Datetime("us", "UTC"),
    "VARCHAR[]": pl.List(pl.String),
}


@dataclass
class Context:
    """What a file does not say of itself and the load knows."""

    platform: str
    account_name: str
    timezone: str
    currency: str
    window_start: Any = None
    window_end: Any = None


@dataclass
class Parsed:
    """One block's outcome. `rows_in` counts data rows: loaded + duplicate + rejected, exactly."""

    entity: str
    rows: pl.DataFrame
    rejects: pl.DataFrame
    rows_in: int
    duplicates: int
    unknown_columns: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)


def schema_of(entity: str) -> dict[str, Any]:
    """Polars schema of an entity's lake columns, without `load_id` (the load adds it)."""
    return {name: POLARS[kind] for name, kind in entity_columns(entity).items() if name != "load_id"}


def parse_json_body(match: BlockMatch, body: Body) -> pl.DataFrame:
    """JSON lines to text columns: one per source path of the block, plus every top-level key (for `extra`)."""
    wanted = dict.fromkeys([*match.headers, *(s for c in match.block.columns for s in c.source), *match.block.where])
    selects = ", ".join(f"{_json_sql(path)} as {_quoted(path)}" for path in wanted)
    connection = duckdb.connect()
    try:
        connection.register("lines", body.rows.to_arrow())
        return connection.execute(f"select row_number, {selects} from lines").pl()
    finally:
        connection.close()


def _json_sql(path: str) -> str:
    """`a.b` is a nested key; `list{key}` the value struct of the list element whose `key` is that (GA4's event_params)."""
    if path.endswith("}") and "{" in path:
        outer, key = path[:-1].split("{", 1)
        escaped = key.replace("'", "''")
        found = f"list_filter(json_extract(line, '$.{outer}[*]'), lambda x: json_extract_string(x, '$.key') = '{escaped}')[1]"
        options = [f"json_extract_string({found}, '$.value.{kind}_value')" for kind in ("string", "int", "float", "double")]
        return f"coalesce({', '.join(options)})"
    steps = "".join(f'."{step}"' for step in path.split("."))
    escaped = steps.replace("'", "''")
    return f"json_extract_string(line, '${escaped}')"


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


def parse_block(spec: FormatSpec, match: BlockMatch, context: Context) -> Parsed:
    """All rows of one block, canonical. See `Parsed` for the accounting."""
    block = match.block
    body = match.grid.body(match.header_row, match.first, match.last)
    frame = text_frame(match, body)
    extra_rows = block.header.extra_rows
    frame = frame.slice(extra_rows)
    rejects = [_structural_rejects(body, frame, match, block)]
    frame = frame.join(rejects[0].select("row_number"), on="row_number", how="anti")
    columns, bad, flags, accounts = _parse_columns(spec, block, frame, context)
    rejects.append(_value_rejects(block, frame, bad))
    table = pl.DataFrame({"row_number": frame["row_number"], **columns}).with_columns(flags)
    table = _complete(spec, block, table, context)
    unknown = _unknown_columns(block, frame)
    table = table.with_columns(_extra(block, frame, unknown).alias("extra"))
    table = table.join(rejects[1].select("row_number"), on="row_number", how="anti")
    table, duplicates, conflicts = _deduplicate(block, table, frame)
    rejects.append(conflicts)
    reject_frame = pl.concat(rejects)
    schema = schema_of(block.entity)
    rows = table.select([pl.col(n).cast(t) if n in table.columns else pl.lit(None, t).alias(n) for n, t in schema.items()])
    total = rows.height + duplicates + reject_frame.height
    found_accounts = accounts.drop_nulls().unique().to_list() if accounts is not None else []
    return Parsed(block.entity, rows, reject_frame, total, duplicates, unknown, found_accounts)


def _structural_rejects(body: Body, frame: pl.DataFrame, match: BlockMatch, block: Block) -> pl.DataFrame:
    """Rows that are no data whatever their values: blank, the header again, totals, the wrong length or another block's."""
    cells = [c for c in frame.columns if c != "row_number"]
    text = pl.concat_str([pl.col(c).fill_null("").str.strip_chars() for c in cells], separator="\x1f")
    blank = text.str.replace_all("\x1f", "") == ""
    header = text == "\x1f".join(h.strip() for h in cells)
    reason = pl.when(blank).then(pl.lit("blank_row")).when(header).then(pl.lit("repeated_header"))
    by_name = {normalise_header(c): c for c in cells}
    for name, options in block.where.items():
        column = by_name.get(normalise_header(name))
        if column is None or not options:
            continue
        reason = reason.when(~pl.col(column).is_in(options).fill_null(False)).then(pl.lit("no_block"))
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


def _has_person(block: Block) -> bool:
    return any(c.type == "person" for c in block.columns)


def _message() -> pl.Expr:
    return pl.col("reason_code").replace_strict(REASONS, default=None, return_dtype=pl.String).alias("message")


def _raw(block: Block, frame: pl.DataFrame) -> pl.Series:
    """Raw rows as JSON, for people who mend the file; personal columns are pseudonymised or left out."""
    dropped = {normalise_header(h) for h in block.drop}
    personal = {normalise_header(s) for c in block.columns if c.type == "person" for s in c.source}
    keep = [c for c in frame.columns if c not in ("row_number", "reason_code") and normalise_header(c) not in dropped]
    if not keep or frame.height == 0:
        return pl.Series("raw_row", [None] * frame.height, dtype=pl.String)
    hidden = [pseudonyms(frame[c], "raw").alias(c) if normalise_header(c) in personal else frame[c] for c in keep]
    return pl.DataFrame(hidden).select(pl.struct(pl.all()).struct.json_encode()).to_series().alias("raw_row")


def sources_of(column: Column, frame: pl.DataFrame) -> list[str]:
    """The frame's columns that feed a canonical column, preferred first."""
    by_name: dict[str, str] = {}
    for name in frame.columns:
        by_name.setdefault(normalise_header(name), name)
    return [by_name[normalise_header(s)] for s in column.source if normalise_header(s) in by_name]


def _parse_columns(
    spec: FormatSpec, block: Block, frame: pl.DataFrame, context: Context
) -> tuple[dict[str, pl.Series], list[tuple[str, str, pl.Series]], list[pl.Series], pl.Series | None]:
    """Canonical series by name; (header, reason, mask) of unreadable cells; the flag columns; per-row account names."""
    columns: dict[str, pl.Series] = {}
    bad: list[tuple[str, str, pl.Series]] = []
    approximate: dict[str, pl.Series] = {}
    censored: dict[str, pl.Series] = {}
    accounts: pl.Series | None = None
    for column in block.columns:
        sources = [s for s in sources_of(column, frame) if s in frame.columns]
        if not sources:
            continue
        text = _chosen(column, frame, sources)
        parsed = _parse_cell(column, text, sources[0], spec, context)
        if parsed.bad is not None:
            bad.append((sources[0], "bad_value", parsed.bad))
        if column.required:
            bad.append((sources[0], "missing_value", parsed.values.is_null() & ~_or_false(parsed.bad, frame.height)))
        if column.to == "account":
            accounts = parsed.values
            continue
        result = parsed.values * column.multiply if column.multiply is not None else parsed.values
        columns[column.to] = _first_known(columns.get(column.to), result)
        if parsed.precision is not None and column.to == "published_at":
            columns["published_precision"] = parsed.precision
        for flags, mask in ((approximate, parsed.approximate), (censored, parsed.censored)):
            if mask is not None:
                flags[column.to] = mask
    columns["account_key"] = _account_keys(accounts, context, frame.height)
    return (
        columns,
        bad,
        [_flag_list("approximate_columns", approximate, frame.height), _flag_list("censored_columns", censored, frame.height)],
        accounts,
    )


def _first_known(earlier: pl.Series | None, later: pl.Series) -> pl.Series:
    """Two spec columns may feed one canonical column: the first that has a value wins."""
    return later if earlier is None else earlier.zip_with(earlier.is_not_null(), later)


def _or_false(mask: pl.Series | None, height: int) -> pl.Series:
    return mask if mask is not None else pl.repeat(False, height, eager=True)


def _chosen(column: Column, frame: pl.DataFrame, sources: list[str]) -> pl.Series:
    """One text per row out of several source columns: the first that is filled, or the longest."""
    present = [pl.when(pl.col(s).str.strip_chars() != "").then(pl.col(s)) for s in sources]
    if column.keep == "longest" and len(sources) == 2:
        first, second = present
        longer = pl.when(second.str.len_chars() > first.str.len_chars().fill_null(0)).then(second).otherwise(first)
        text = frame.select(longer.alias("t")).to_series()
    else:
        text = frame.select(pl.coalesce(present).alias("t")).to_series()
    return text.str.extract(column.extract, 1) if column.extract else text


def _parse_cell(column: Column, text: pl.Series, header: str, spec: FormatSpec, context: Context) -> values.Parsed:
    """One column by its declared type."""
    zone = column.timezone or spec.timezone or context.timezone
    tokens = column.null_tokens
    if column.map or column.default is not None:
        return values.Parsed(values.map_words(text, column.map, column.default))
    match column.type:
        case "count":
            return values.parse_count(text, tokens, column.allow_negative)
        case "ratio":
            return values.parse_ratio(text, column.scale, header, tokens)
        case "number":
            return values.parse_number(text, tokens)
        case "duration":
            return values.parse_duration(text, column.unit, tokens)
        case "datetime":
            return values.parse_datetime(text, zone, column.formats, tokens)
        case "date":
            return values.parse_date(text, zone, column.formats, tokens)
        case "id":
            return values.parse_id(text)
        case "boolean":
            return values.parse_boolean(text, column.flag)
        case "person":
            return values.Parsed(pseudonyms(values.parse_id(text).values, "person"))
        case _:
            cleaned = text.str.strip_chars("\ufeff \t\r\n")
            blank = (cleaned == "") | cleaned.is_in(tokens) if tokens else cleaned == ""
            return values.Parsed(cleaned.zip_with(~blank.fill_null(True), pl.Series([None], dtype=pl.String)))


def _flag_list(name: str, flags: dict[str, pl.Series], height: int) -> pl.Series:
    """Per row the names of the flagged columns; NULL where there is none."""
    if not flags:
        return pl.Series(name, [None] * height, dtype=pl.List(pl.String))
    names = pl.DataFrame(flags)
    listed = names.select(pl.concat_list([pl.when(pl.col(n)).then(pl.lit(n)) for n in names.columns]).list.drop_nulls().alias(name))
    return listed.select(pl.when(pl.col(name).list.len() > 0).then(pl.col(name)).alias(name)).to_series()


def _account_keys(accounts: pl.Series | None, context: Context, height: int) -> pl.Series:
    default = f"{context.platform}:{context.account_name}"
    if accounts is None:
        return pl.repeat(default, height, eager=True, dtype=pl.String)
    return (pl.Series([f"{context.platform}:"]) + accounts.str.strip_chars()).fill_null(default)


def _value_rejects(block: Block, frame: pl.DataFrame, bad: list[tuple[str, str, pl.Series]]) -> pl.DataFrame:
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
        [
            pl.when(pl.col("which") == i).then(pl.lit("(hidden)") if normalise_header(h) in personal else pl.col(h))
            for i, h in headers.items()
        ]
    )
    result = marked.select(
        "row_number",
        pl.col("which").replace_strict(reasons, return_dtype=pl.String).alias("reason_code"),
        pl.col("which").replace_strict(headers, return_dtype=pl.String).alias("column_name"),
        shown.fill_null("").str.slice(0, 80).alias("shown"),
        _raw(block, marked.drop("which")).alias("raw_row"),
    )
    message = pl.when(pl.col("reason_code") == "bad_value").then(pl.format("column {}: '{}' cannot be read", "column_name", "shown"))
    return (
        result.with_columns(message.otherwise(pl.format("column {} is empty", "column_name")).alias("message"))
        .select(list(REJECT_SCHEMA))
        .cast(pl.Schema(REJECT_SCHEMA))
    )


def _complete(spec: FormatSpec, block: Block, table: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Constants and what follows from other columns: days, windows, ownership, keys."""
    columns = entity_columns(block.entity)
    fixed: dict[str, Any] = {"platform": context.platform, **block.constants}
    if "currency" in columns and "currency" not in table.columns:
        fixed.setdefault("currency", spec.currency or context.currency)
    if "is_owned" in columns:
        fixed.setdefault("is_owned", spec.is_owned)
    if "window_kind" in columns:
        fixed.setdefault("window_kind", spec.window)
    for bound in ("window_start", "window_end"):
        if bound in columns and spec.window == "range":
            fixed.setdefault(bound, getattr(context, bound))
    schema = schema_of(block.entity)
    table = table.with_columns([pl.lit(v, schema[n]).alias(n) for n, v in fixed.items() if n not in table.columns])
    zone = spec.timezone or context.timezone
    for moment, day in (("published_at", "published_date"), ("occurred_at", "business_date"), ("ordered_at", "ordered_date")):
        if moment in table.columns and day in columns and day not in table.columns:
            table = table.with_columns(pl.col(moment).dt.convert_time_zone(zone).dt.date().alias(day))
    if block.provisional_last_day and "business_date" in table.columns:
        table = table.with_columns((pl.col("business_date") == pl.col("business_date").max()).alias("is_provisional"))
    return _with_keys(block, table)


def _with_keys(block: Block, table: pl.DataFrame) -> pl.DataFrame:
    """post_key, comment_key, event_key: MD5 of what identifies the thing. A platform's id beats the natural key."""
    own = {"post_snapshots": "post_key", "post_channels": "post_key", "comments": "comment_key", "events": "event_key"}.get(block.entity)
    if own is None:
        return table
    id_column = {"post_key": "platform_post_id", "comment_key": "platform_comment_id", "event_key": "event_key"}[own]
    parts = [_key_part(name, table) for name in block.natural_key]
    scope = [pl.col("platform"), pl.col("account_key")]
    natural = pl.concat_str([*scope, *parts], separator="\x1f") if parts else pl.lit(None, pl.String)
    issued = (
        pl.concat_str([pl.col("platform"), pl.col(id_column)], separator="\x1f") if id_column in table.columns else pl.lit(None, pl.String)
    )
    table = table.with_columns(pl.coalesce(issued, natural).alias("identity"))
    if block.entity == "comments" and "platform_post_id" in table.columns:
        post = pl.concat_str([pl.col("platform"), pl.col("platform_post_id")], separator="\x1f")
        table = table.with_columns(_md5(table.select(post.alias("k")).to_series()).alias("post_key"))
    return table.with_columns(_md5(table["identity"]).alias(own)).drop("identity")


def _key_part(name: str, table: pl.DataFrame) -> pl.Expr:
    if name not in table.columns:
        return pl.lit("")
    column = pl.col(name)
    if name == "title":
        column = (
            column.str.normalize("NFKC").str.replace_all(r"[\u200b-\u200f\u2060\ufeff]", "").str.replace_all(r"\s+", " ").str.strip_chars()
        )
    elif name == "published_at":  # to the minute: a file saved again by a spreadsheet loses its seconds
        column = column.dt.strftime("%Y-%m-%d %H:%M")
    return column.cast(pl.String).fill_null("")


def _md5(text: pl.Series) -> pl.Series:
    connection = duckdb.connect()
    try:
        connection.register("keys", pl.DataFrame({"k": text}).to_arrow())
        return connection.execute("select md5(k) as k from keys").pl()["k"]
    finally:
        connection.close()


def _unknown_columns(block: Block, frame: pl.DataFrame) -> list[str]:
    used = {s for c in block.columns for s in sources_of(c, frame)}
    known = {normalise_header(h) for h in [*block.ignore, *block.drop]}
    tops = {normalise_header(s.split(".")[0].split("{")[0]) for c in block.columns for s in c.source}
    return [
        c
        for c in frame.columns
        if c != "row_number" and c not in used and normalise_header(c) not in known | tops and "." not in c and "{" not in c
    ]


def _extra(block: Block, frame: pl.DataFrame, unknown: list[str]) -> pl.Series:
    """Columns no one asked for, as JSON: kept, because tomorrow somebody will. Dropped headers are gone for good."""
    ignored = {normalise_header(h) for h in block.ignore}
    keep = unknown + [c for c in frame.columns if normalise_header(c) in ignored]
    if not keep or frame.height == 0:
        return pl.Series("extra", [None] * frame.height, dtype=pl.String)
    return frame.select(pl.struct(keep).struct.json_encode().alias("extra")).to_series()


def _deduplicate(block: Block, table: pl.DataFrame, frame: pl.DataFrame) -> tuple[pl.DataFrame, int, pl.DataFrame]:
    """(rows, duplicate count, rejects): equal rows are duplicates; the same identity with other values is a conflict.

    A file that a crawler appends to repeats posts with newer counts: there the last row counts, earlier ones are duplicates.
    """
    none = pl.DataFrame(schema=REJECT_SCHEMA)
    key = _identity_columns(block, table)
    if not key or table.height == 0:
        return table, 0, none
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
    marked = frame.join(clashing, on="row_number", how="semi")
    conflicts = marked.select(
        "row_number",
        pl.lit("ambiguous_key").alias("reason_code"),
        pl.lit(", ".join(key)).alias("column_name"),
        pl.lit(REASONS["ambiguous_key"]).alias("message"),
        _raw(block, marked).alias("raw_row"),
    ).cast(pl.Schema(REJECT_SCHEMA))
    return kept, duplicates, conflicts


def _identity_columns(block: Block, table: pl.DataFrame) -> list[str]:
    candidates = {
        "post_snapshots": ["post_key", "captured_at"],
        "post_channels": ["post_key", "channel"],
        "comments": ["comment_key"],
        "events": ["event_key"],
        "account_days": ["account_key", "business_date"],
        "account_channel_days": ["account_key", "channel", "business_date"],
        "orders": ["order_id", "order_line_id"],
        "people": ["person_key", "observed_at", "kind", "alias_person_key"],
        "audience_segments": ["account_key", "segment_kind", "segment_value", "business_date"],
    }.get(block.entity, [])
    return [c for c in candidates if c in table.columns]
