"""Grids of text to canonical rows: every row ends up loaded, duplicate or rejected with a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import polars as pl

from pipelines.ingest import values
from pipelines.ingest.accounting import above_header, deduplicate, structural_rejects, value_rejects, wanted
from pipelines.ingest.errors import FileProblem
from pipelines.ingest.frames import OWN_NAMES, sources_of, text_frame, written
from pipelines.ingest.grids import Body
from pipelines.ingest.headers import header_match, normalise_header
from pipelines.ingest.identity import with_keys
from pipelines.ingest.json_lines import JsonGrid
from pipelines.ingest.pseudonyms import pseudonyms
from pipelines.ingest.recognise import BlockMatch
from pipelines.ingest.reshape import question_columns, transposed, unpivoted
from pipelines.ingest.spec import REGISTERS, Block, Column, FormatSpec, entity_columns, platform_names
from pipelines.ingest.surveys import survey_name, with_answers

POLARS = {
    "VARCHAR": pl.String,
    "BIGINT": pl.Int64,
    "DOUBLE": pl.Float64,
    "BOOLEAN": pl.Boolean,
    "DATE": pl.Date,
    "TIMESTAMPTZ": pl.Datetime("us", "UTC"),
    "VARCHAR[]": pl.List(pl.String),
}

# The day of a moment is the platform's own.
MOMENT_DAYS = {
    "published_at": "published_date",
    "occurred_at": "business_date",
    "ordered_at": "ordered_date",
    "submitted_at": "submitted_date",
    "settled_at": "settled_date",
}


@dataclass
class Context:
    """What a file does not say of itself and the load knows."""

    platform: str
    account_name: str
    timezone: str
    currency: str
    captured_at: datetime
    source_name: str = ""
    window_start: Any = None
    window_end: Any = None


@dataclass
class Parsed:
    """One block's outcome. `rows_in` counts data rows of the file: loaded + duplicate + rejected, exactly.

    `loaded` are rows of the file too; `rows` may be more, where a survey's row holds many answers.
    """

    entity: str
    rows: pl.DataFrame
    rejects: pl.DataFrame
    rows_in: int
    loaded: int
    duplicates: int
    unknown_columns: list[str] = field(default_factory=list)
    account_keys: list[str] = field(default_factory=list)
    columns: list[dict[str, str | None]] = field(default_factory=list)  # header, canonical name, type and an example of each known column


def schema_of(entity: str) -> dict[str, Any]:
    """Polars schema of an entity's lake columns, without `load_id` (the load adds it)."""
    return {name: POLARS[kind] for name, kind in entity_columns(entity).items() if name != "load_id"}


def parse_blocks(spec: FormatSpec, matches: list[BlockMatch], context: Context) -> list[Parsed]:
    """Every block of a file. Blocks that read the same table share its rows by their `where`: each row counts once."""
    outcomes: list[Parsed] = []
    for match in matches:
        sharing = [m.block for m in matches if _table(m) == _table(match) and not m.block.also]
        parsed = parse_block(spec, match, context, [match.block] if match.block.also else sharing)
        outcomes.append(_uncounted(parsed) if match.block.also else parsed)
    return outcomes


def _uncounted(parsed: Parsed) -> Parsed:
    """A second reading of rows that another block accounts for; what cannot be read there is reported there."""
    return replace(parsed, rows_in=0, loaded=0, duplicates=0, rejects=parsed.rejects.clear())


def _table(match: BlockMatch) -> tuple[int, int, int, int]:
    return id(match.grid), match.header_row, match.first, match.last


def parse_block(spec: FormatSpec, match: BlockMatch, context: Context, sharing: list[Block]) -> Parsed:
    """All rows of one block, canonical. See `Parsed` for the accounting. `sharing` are all blocks that read this table."""
    block = match.block
    body = _data_rows(match)
    frame = text_frame(match, body, context.source_name)
    if block.transpose:
        body, frame = transposed(block.transpose, body, frame)
    if len(sharing) > 1:
        body, frame = _own_rows(block, sharing, body, frame)
    rows_in = frame.height + body.bad.height
    questions = question_columns(block, frame)
    rejects = [structural_rejects(body, frame, match, block)]
    frame = frame.join(rejects[0].select("row_number"), on="row_number", how="anti")
    columns, bad, flags = _parse_columns(spec, block, frame, context)
    rejects.append(value_rejects(block, frame, bad))
    table = pl.DataFrame({"row_number": frame["row_number"], **columns}).with_columns(flags)
    table = with_keys(block, _complete(spec, block, table, context), frame)
    unknown = [name for name in _unknown_columns(match, frame) if name not in questions]
    table = table.with_columns(_extra(block, frame, unknown).alias("extra"))
    table = table.join(rejects[1].select("row_number"), on="row_number", how="anti")
    table, duplicates, conflicts = deduplicate(block, table, frame)
    rejects.append(conflicts)
    reject_frame = pl.concat(rejects)
    loaded = table.height
    if block.unpivot:
        table = unpivoted(block.unpivot, table, frame, questions)
    if block.entity == "survey_answers":
        table = with_answers(table)
    schema = schema_of(block.entity)
    rows = table.select([pl.col(n).cast(t) if n in table.columns else pl.lit(None, t).alias(n) for n, t in schema.items()])
    accounted = loaded + duplicates + reject_frame.height
    if accounted != rows_in:
        raise FileProblem("not_accounted", f"{rows_in} rows came in, {accounted} are accounted for: our fault, please report this file.")
    keys = rows["account_key"].drop_nulls().unique().sort().to_list()
    return Parsed(block.entity, rows, reject_frame, rows_in, loaded, duplicates, unknown, keys, _recognised_columns(block, frame))


def _data_rows(match: BlockMatch) -> Body:
    """The rows below the header and below the rows that explain it; rows above it that look like data are bad ones."""
    body = match.grid.body(match.header_row, match.first, match.last)
    if explained := match.block.header.extra_rows:
        below = pl.col("row_number") > match.grid.row_number(match.header_row) + explained
        body = Body(body.rows.filter(below), body.bad.filter(below))
    return Body(body.rows, pl.concat([above_header(match), body.bad]))


def _recognised_columns(block: Block, frame: pl.DataFrame) -> list[dict[str, str | None]]:
    """For people who inspect a file; personal values are not shown."""
    listed: list[dict[str, str | None]] = []
    for column in block.columns:
        for header in sources_of(column, frame)[:1]:
            found = frame[header].drop_nulls().head(1)
            example = "(hidden)" if column.type == "person" else found[0][:40] if found.len() else None
            listed.append({"header": header, "to": f"{block.entity}.{column.to}", "type": column.type, "example": example})
    return listed


def _own_rows(block: Block, sharing: list[Block], body: Body, frame: pl.DataFrame) -> tuple[Body, pl.DataFrame]:
    """The rows of this block's kind; rows that no block wants, and those that are no rows at all, are left to the first block."""
    mine = wanted(block, frame)
    if block is not sharing[0]:
        return Body(body.rows, body.bad.clear()), frame.filter(mine)
    claimed = pl.any_horizontal([wanted(other, frame) for other in sharing])
    return body, frame.filter(mine | ~claimed)


def _parse_columns(
    spec: FormatSpec, block: Block, frame: pl.DataFrame, context: Context
) -> tuple[dict[str, pl.Series], list[tuple[str, str, pl.Series]], list[pl.Series]]:
    """Canonical series by name; (header, reason, mask) of unreadable cells; the flag columns."""
    columns: dict[str, pl.Series] = {}
    bad: list[tuple[str, str, pl.Series]] = []
    approximate: dict[str, pl.Series] = {}
    censored: dict[str, pl.Series] = {}
    accounts: pl.Series | None = None
    given = {column.to for column in block.columns if sources_of(column, frame)}
    for column in block.columns:
        sources = [s for s in sources_of(column, frame) if s in frame.columns]
        if not sources:
            if column.required and column.to not in given:
                bad.append((column.source[0], "missing_value", pl.repeat(True, frame.height, eager=True)))
            continue
        text = _from_header(column, sources[0], frame.height) if column.from_header else _chosen(column, frame, sources)
        parsed = _parse_cell(column, text, sources[0], spec, context)
        if parsed.bad is not None:
            bad.append((sources[0], "bad_value", parsed.bad))
        if column.required:
            bad.append((sources[0], "missing_value", parsed.values.is_null() & ~_or_false(parsed.bad, frame.height)))
        if column.to == "account":
            accounts = parsed.values
            continue
        result = parsed.values * column.multiply if column.multiply is not None else parsed.values
        earlier = columns.get(column.to)
        columns[column.to] = _first_known(earlier, result)
        if parsed.precision is not None and column.to == "published_at":
            columns["published_precision"] = _first_known(columns.get("published_precision"), parsed.precision)
        for flagged, mask in ((approximate, parsed.approximate), (censored, parsed.censored)):
            if mask is not None:
                own = mask if earlier is None else mask & earlier.is_null()
                flagged[column.to] = own | _or_false(flagged.get(column.to), frame.height)
    columns["account_key"] = _account_keys(accounts, columns.get("platform"), context, frame.height)
    flags = [_flag_list("approximate_columns", approximate, frame.height), _flag_list("censored_columns", censored, frame.height)]
    return columns, bad, flags


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


def _from_header(column: Column, header: str, height: int) -> pl.Series:
    """What the header itself says of all its cells, as `Amount spent (USD)` does of the currency."""
    found = next(m for s in column.source if (m := header_match(s, header)))
    return pl.repeat(found[1], height, eager=True, dtype=pl.String)


def _parse_cell(column: Column, text: pl.Series, header: str, spec: FormatSpec, context: Context) -> values.Parsed:
    """One column by its declared type."""
    zone = column.timezone or spec.timezone or context.timezone
    tokens = column.null_tokens
    if spec.kind == "register" and column.map:  # people fill these in: a word that the template does not offer is a mistake
        offered = {normalise_header(word): meant for word, meant in column.map.items()}
        return values.parse_words(text, {normalise_header(meant): meant for meant in column.map.values()} | offered)
    if column.map or column.default is not None:
        text = values.map_words(text, column.map, column.default)
    if spec.decimal == "comma" and column.type in ("count", "ratio", "number"):
        text = values.with_decimal_points(text)
    day = context.captured_at
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
            return values.parse_datetime(text, zone, column.formats, tokens, values.Years(day, column.year))
        case "date":
            return values.parse_date(text, zone, column.formats, tokens, values.Years(day, column.year))
        case "platform":
            return values.parse_words(text, platform_names())
        case "list":
            return values.parse_list(text, column.separator)
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


def _account_keys(accounts: pl.Series | None, own_platforms: pl.Series | None, context: Context, height: int) -> pl.Series:
    """platform:account of each row. A row of a register that names no account belongs to none."""
    of_register = context.platform == REGISTERS
    nobody = pl.repeat(None, height, eager=True, dtype=pl.String)
    frame = pl.DataFrame(
        {
            "platform": nobody if own_platforms is None else own_platforms,
            "account": nobody if accounts is None else accounts.str.strip_chars(),
        }
    )
    if not of_register:
        frame = frame.with_columns(pl.col("platform").fill_null(context.platform), pl.col("account").fill_null(context.account_name))
    return frame.select(pl.concat_str("platform", "account", separator=":")).to_series()


def _complete(spec: FormatSpec, block: Block, table: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Constants and what follows from other columns: days, windows, ownership, keys."""
    columns = entity_columns(block.entity)
    fixed: dict[str, Any] = {} if context.platform == REGISTERS else {"platform": context.platform}
    fixed |= block.constants
    if "currency" in columns:
        fixed.setdefault("currency", spec.currency or context.currency)
    if "is_owned" in columns:
        fixed.setdefault("is_owned", spec.is_owned)
    if "window_kind" in columns:
        fixed.setdefault("window_kind", spec.window)
    if "survey" in columns:
        fixed.setdefault("survey", survey_name(context.source_name))
    for bound in ("window_start", "window_end"):
        if bound in columns and spec.window == "range":
            fixed.setdefault(bound, getattr(context, bound))
    schema = schema_of(block.entity)
    known = set(table.columns)
    absent = [pl.lit(v, schema[n]).alias(n) for n, v in fixed.items() if n not in known]
    table = table.with_columns(absent + [pl.col(n).fill_null(v) for n, v in fixed.items() if n in known and v is not None])
    zone = spec.timezone or context.timezone
    for moment, day in MOMENT_DAYS.items():
        if moment in table.columns and day in columns and day not in table.columns:
            table = table.with_columns(pl.col(moment).dt.convert_time_zone(zone).dt.date().alias(day))
    if block.provisional_last_day and "business_date" in table.columns:
        table = table.with_columns((pl.col("business_date") == pl.col("business_date").max()).alias("is_provisional"))
    return table


def _unknown_columns(match: BlockMatch, frame: pl.DataFrame) -> list[str]:
    """The file's columns that its format does not know. Of JSON lines only keys count, not the paths below them."""
    block = match.block
    used = {s for c in block.columns for s in sources_of(c, frame)}
    known = {normalise_header(h) for h in [*block.ignore, *block.drop, *block.where]}
    if isinstance(match.grid, JsonGrid):
        known |= {normalise_header(re.split(r"[.{\[]", s)[0]) for c in block.columns for s in c.source}
        keys = {normalise_header(key) for key in match.headers}
        return [c for c in frame.columns if c not in OWN_NAMES and c not in used and written(c) in keys - known]
    return [c for c in frame.columns if c not in OWN_NAMES and c not in used and written(c) not in known]


def _extra(block: Block, frame: pl.DataFrame, unknown: list[str]) -> pl.Series:
    """Columns no one asked for, as JSON: kept, because tomorrow somebody will. Dropped headers are gone for good."""
    ignored = {normalise_header(h) for h in block.ignore}
    personal = {normalise_header(s) for c in block.columns if c.type == "person" for s in c.source}
    keep = [c for c in unknown if written(c) not in personal] + [c for c in frame.columns if written(c) in ignored]
    if not keep or frame.height == 0:
        return pl.Series("extra", [None] * frame.height, dtype=pl.String)
    return frame.select(pl.struct(keep).struct.json_encode().alias("extra")).to_series()
