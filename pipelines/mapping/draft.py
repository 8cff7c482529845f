"""The mapping of one kind of file while a person makes it: what each column becomes, and the questions only a person can answer."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.ingest.headers import normalise_header
from pipelines.ingest.identity import ID_COLUMNS, OWN_KEYS
from pipelines.ingest.spec import entity_columns

EXTRA = ""  # kept as raw text in `extra`
DROP = "-"  # personal data: never written anywhere
# What one row of a file may be. Surveys and people need more than a table of columns says; their formats are written by hand.
ENTITIES = (
    "post_snapshots",
    "account_days",
    "account_channel_days",
    "post_channels",
    "comments",
    "events",
    "orders",
    "ad_days",
    "mentions",
    "collaborations",
    "settlements",
    "audience_segments",
)
# Without these a row says nothing; of several in brackets one will do. Values in CHOICES may be the same for the whole file.
NEEDED: dict[str, list[tuple[str, ...]]] = {
    "post_snapshots": [("title", "platform_post_id", "permalink")],
    "account_days": [("business_date",)],
    "account_channel_days": [("business_date",), ("channel",)],
    "post_channels": [("channel",)],
    "comments": [("text",)],
    "events": [("occurred_at",), ("event_type",)],
    "orders": [("order_id",), ("ordered_at",)],
    "ad_days": [("business_date",), ("ad_entity_id", "ad_entity_name", "campaign", "ad_group", "creative"), ("ad_level",)],
    "mentions": [("text", "title", "permalink")],
    "collaborations": [("platform_post_id", "permalink", "title"), ("business_date",)],
    "settlements": [("flow_id", "order_id"), ("amount",)],
    "audience_segments": [("segment_value",), ("segment_kind",)],
}
CHOICES = {
    "ad_level": ["account", "campaign", "ad_group", "ad", "creative"],
    "segment_kind": ["gender", "age", "region", "city", "device", "interest", "subscription", "hour"],
}
# Columns that together tell rows apart where the platform gives no id.
USUAL_KEYS: dict[str, list[str]] = {
    "post_snapshots": ["title", "published_at"],
    "post_channels": ["title", "published_date"],
    "comments": ["text", "author_key", "created_at"],
    "events": ["person_key", "event_type", "occurred_at"],
    "mentions": ["permalink"],
    "collaborations": ["title", "published_at"],
    "settlements": ["order_id", "order_line_id", "settled_at", "scene_raw", "direction_raw"],
}
# What the engine fills in itself.
OWN_COLUMNS = {
    "load_id", "row_number", "account_key", "approximate_columns", "censored_columns", "extra", "post_key", "comment_key", "mention_key",
    "settlement_key", "survey_key", "question_key", "published_precision", "window_kind", "is_owned",
}  # fmt: skip

Scale = Literal["fraction", "percent"]
Unit = Literal["seconds", "minutes", "hours", "milliseconds"]
DateOrder = Literal["day_first", "month_first"]
DECIMALS = ("point", "comma")


class DraftColumn(BaseModel):
    """One column of the file: what was seen in it, and what it is to become."""

    model_config = ConfigDict(validate_assignment=True, extra="forbid")

    header: str
    samples: list[str] = Field(default_factory=list)
    looks_like: str = "text"
    seen: list[str] = Field(default_factory=list, description="What was seen: bare_number, percent_sign, negative, ambiguous_date, …")
    date_shapes: list[str] = Field(default_factory=list, description="How ambiguous days are written, {0} and {1} for day and month.")
    negatives: list[str] = Field(default_factory=list, description="The negative values seen, a few of them.")
    to: str = EXTRA
    type: str = Field("", description="'' means the one that the canonical column asks for.")
    scale: Scale | None = None
    unit: Unit | None = None
    date_order: DateOrder | None = None
    formats: list[str] = Field(default_factory=list)
    null_tokens: list[str] = Field(default_factory=list)
    allow_negative: bool | None = None
    key: bool = False
    more: dict[str, Any] = Field(
        default_factory=dict, description="What a known format says of this column beyond the above (map, extract)."
    )

    @property
    def is_mapped(self) -> bool:
        return self.to not in (EXTRA, DROP)

    def kind(self, entity: str) -> str:
        """The type the column is read by."""
        return self.type or natural_type(entity, self.to)


class Draft(BaseModel):
    """A whole mapping. `questions` says what is missing before it is a format."""

    model_config = ConfigDict(validate_assignment=True, extra="forbid")

    columns: list[DraftColumn]
    kind: str = Field(description="What the bytes are: text, xlsx, xls, html, jsonl.")
    sheet: str = ""
    sheets: list[str] = Field(default_factory=list)
    header_row: int = Field(1, description="1-based row of the file.")
    extra_rows: int = Field(0, description="Rows below the header that explain it.")
    total_words: list[str] = Field(default_factory=list, description="Words in the first column that mark a total row.")
    unnamed: int = Field(0, description="Columns without a name of their own, which cannot be mapped.")
    name: str = ""
    label: str = ""
    platform: str | None = None
    entity: str | None = None
    timezone: str | None = None
    currency: str | None = None
    decimal: Literal["point", "comma"] | None = None
    is_owned: bool = True
    version: str = "1"
    constants: dict[str, str] = Field(default_factory=dict)
    sample_rows: list[dict[str, Any]] = Field(
        default_factory=list, description="The first rows as they stand in the file, with row_number."
    )

    def column(self, header: str) -> DraftColumn:
        """The column of this name. LookupError names those there are."""
        for column in self.columns:
            if normalise_header(column.header) == normalise_header(header):
                return column
        raise LookupError(f"The file has no column '{header}'. It has: {', '.join(c.header for c in self.columns)}.")


class Question(BaseModel):
    """Something only a person knows, or a mistake only a person can mend. `column` is the header it is about, '' for the whole file."""

    code: str
    column: str = ""
    options: list[str] = Field(default_factory=list)
    example: str = ""
    detail: str = ""


def natural_type(entity: str | None, to: str) -> str:
    """The type that values of a canonical column have, by its name and the lake's type."""
    if to in ("account", "platform"):
        return to
    if to.endswith("_key"):
        return {"event_key": "id", "campaign_key": "text"}.get(to, "person")
    if to.endswith("_id"):
        return "id"
    for ending, kind in (("_count", "count"), ("_rate", "ratio"), ("_seconds", "duration"), ("_amount", "number")):
        if to.endswith(ending):
            return kind
    stored = entity_columns(entity).get(to, "VARCHAR") if entity else "VARCHAR"
    by_lake = {"TIMESTAMPTZ": "datetime", "DATE": "date", "BOOLEAN": "boolean", "BIGINT": "count", "DOUBLE": "number", "VARCHAR[]": "list"}
    return by_lake.get(stored, "text")


def targets(entity: str) -> list[str]:
    """Canonical columns a person may choose for an entity, in table order."""
    own = [name for name in entity_columns(entity) if name not in OWN_COLUMNS or name == "event_key"]
    head = [name for name in own if name not in ("platform", "captured_at")]
    return [*head, "account", "platform", "captured_at"]


def has_id(draft: Draft) -> bool:
    """Whether the platform's own id tells the rows apart, or the entity needs no such thing."""
    own = OWN_KEYS.get(draft.entity or "")
    return own is None or any(c.to == ID_COLUMNS[own] for c in draft.columns)


def key_columns(draft: Draft) -> list[str]:
    """Canonical columns that identify a row where there is no id."""
    return [c.to for c in draft.columns if c.key and c.is_mapped]


def questions(draft: Draft) -> list[Question]:
    """All that is open, in the order a person would answer it; [] when the draft is a format."""
    open_ones: list[Question] = []
    if not draft.platform:
        open_ones.append(Question(code="platform"))
    if not draft.entity:
        return [*open_ones, Question(code="entity", options=list(ENTITIES))]
    open_ones += _about_the_whole(draft)
    for column in draft.columns:
        if column.is_mapped:
            open_ones += column_questions(draft, column)
    return open_ones


def _about_the_whole(draft: Draft) -> list[Question]:
    entity, mapped = draft.entity or "", [c.to for c in draft.columns if c.is_mapped]
    if not mapped:
        return [Question(code="nothing_mapped")]
    found = [Question(code="twice", detail=to) for to, n in Counter(mapped).items() if n > 1]
    unknown = [to for to in mapped if to not in targets(entity)]
    found += [Question(code="unknown_column", detail=to) for to in dict.fromkeys(unknown)]
    have = {*mapped, *draft.constants}
    for options in NEEDED.get(entity, []):
        if not have.intersection(options):
            found.append(Question(code="needed", options=CHOICES.get(options[0], []), detail=", ".join(options)))
    if not has_id(draft) and not key_columns(draft):
        found.append(Question(code="key"))
    comma = [c for c in draft.columns if c.is_mapped and "decimal_comma" in c.seen and c.kind(entity) in ("count", "number", "ratio")]
    if comma and draft.decimal is None:
        example = next((s for s in comma[0].samples if "," in s or "." in s), "")
        found.append(Question(code="decimal", column=comma[0].header, options=list(DECIMALS), example=example))
    return found


def column_questions(draft: Draft, column: DraftColumn) -> list[Question]:
    """What is open about one mapped column: never guessed, because a wrong guess looks right."""
    kind = column.kind(draft.entity or "")
    found: list[Question] = []

    def ask(code: str, options: list[str]) -> None:
        found.append(Question(code=code, column=column.header, options=options, example=column.samples[0] if column.samples else ""))

    if kind == "ratio" and column.scale is None and "(%)" not in normalise_header(column.header):
        ask("scale", ["fraction", "percent"])
    if kind == "duration" and column.unit is None and "bare_number" in column.seen:
        ask("unit", ["seconds", "minutes", "hours", "milliseconds"])
    if kind in ("date", "datetime") and not column.formats:
        if column.date_shapes and column.date_order is None:
            ask("date_order", ["day_first", "month_first"])
        elif not column.date_shapes and "unread_date" in column.seen:
            ask("date_format", [])
    if kind == "count" and column.allow_negative is None and "negative" in column.seen:
        ask("negative", ["real", "missing"])
    return found


def answer(column: DraftColumn, code: str, value: str) -> None:
    """Write a person's answer into the draft's column."""
    if code == "scale":
        column.scale = value  # type: ignore[assignment]  # validated on assignment
    elif code == "unit":
        column.unit = value  # type: ignore[assignment]
    elif code == "date_order":
        column.date_order = value  # type: ignore[assignment]
    elif code == "date_format":
        column.formats = [value]
    elif code == "negative":
        column.allow_negative = value == "real"
        if value == "missing":
            column.null_tokens = list(dict.fromkeys([*column.null_tokens, *column.negatives]))
    else:
        raise LookupError(f"'{code}' is no question about a column.")


def date_formats(column: DraftColumn) -> list[str]:
    """strptime formats of a column: those a person wrote, or its ambiguous shapes in the order that a person chose."""
    if column.formats or column.date_order is None:
        return column.formats
    day_month = ("%d", "%m") if column.date_order == "day_first" else ("%m", "%d")
    # Two-digit years first: they fail on four digits, while a four-digit year would swallow two.
    return [shape.format(*day_month) for shape in sorted(column.date_shapes, key=lambda s: "%Y" in s)]


def reading_of(column: DraftColumn, order: DateOrder) -> tuple[str, str | None]:
    """A value of an ambiguous column and the day it is in one order, None where it is none: for people to see what they choose."""
    trial = column.model_copy(update={"date_order": order})
    sample = next((s for s in column.samples if len(set(re.findall(r"\d+", s)[:2])) == 2), column.samples[0])
    for fmt in date_formats(trial):
        try:
            found = datetime.strptime(sample, fmt)
        except ValueError:
            continue
        return sample, found.strftime("%m-%d" if found.year == 1900 else "%Y-%m-%d")
    return sample, None
