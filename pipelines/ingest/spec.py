"""What a format spec is: the YAML that describes one kind of export file, and the platform folder it lives in.

A platform is a folder ``pipelines/platforms/<platform>/`` with ``platform.yaml`` and ``formats/*.yaml``. A user's own
formats are the same YAML under ``data/formats/``. Nothing is registered anywhere else.
"""

from __future__ import annotations

import codecs
import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import polars as pl
import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipelines.ingest.headers import is_pattern, normalise_header
from pipelines.settings import PROJECT_DIR, settings

PLATFORMS_DIR = PROJECT_DIR / "pipelines" / "platforms"
REGISTERS_DIR = PROJECT_DIR / "pipelines" / "registers"
SHIPPED_EXAMPLES = PROJECT_DIR / "data" / "formats"
ENTITIES_FILE = PROJECT_DIR / "pipelines" / "entities.yaml"

FileType = Literal["text", "xlsx", "xls", "html", "jsonl"]
ColumnType = Literal[
    "text", "id", "count", "ratio", "number", "duration", "datetime", "date", "boolean", "person", "account", "platform", "list", "json"
]
REGISTERS = "registers"  # the platform of register files: rows in them name their own, or none


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float) else value


def _as_pattern(text: str) -> str:
    try:
        re.compile(text)
        pl.Series([""]).str.contains(text)  # values are matched by polars, which knows no look-around
    except (re.error, pl.exceptions.ComputeError) as error:
        raise ValueError(f"'{text}' is no regular expression: {error}") from error
    return text


def _as_extraction(text: str) -> str:
    if re.compile(_as_pattern(text)).groups < 1:
        raise ValueError(f"'{text}' has no group: what is to be taken stands in brackets")
    return text


def _as_encoding(text: str) -> str:
    try:
        codecs.lookup(text)
    except LookupError as error:
        raise ValueError(f"no encoding is called '{text}'") from error
    return text


def _as_timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called '{text}'") from error
    return text


Names = Annotated[list[str], BeforeValidator(_as_list)]
Pattern = Annotated[str, AfterValidator(_as_pattern)]
Timezone = Annotated[str, AfterValidator(_as_timezone)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Column(_Model):
    """One canonical column and where it comes from."""

    to: str
    source: Names = Field(
        alias="from",
        description="Header names in order of preference; also JSON paths, `/regex/`, `#10` a position, `@B1` a cell, `@file` the name.",
    )
    type: ColumnType = "text"
    scale: Literal["fraction", "percent"] | None = Field(None, description="Scale of a ratio written without a % sign.")
    unit: Literal["seconds", "minutes", "hours", "milliseconds"] = Field("seconds", description="Unit of a bare duration.")
    formats: Names = Field(
        default_factory=list, description="strptime formats, where the general ones do not do; without a year, it follows from the capture."
    )
    year: int | None = Field(None, description="The year of days that are written without one.")
    timezone: Timezone | None = None
    null_tokens: Names = Field(default_factory=list, description="Values that mean missing here, beside the usual ones.")
    allow_negative: bool = False
    required: bool = Field(False, description="A row without this value is rejected.")
    keep: Literal["first", "longest"] = Field("first", description="Which of several source columns wins.")
    extract: Annotated[str, AfterValidator(_as_extraction)] | None = Field(
        None, description="Regex whose first group is the value (an id inside a link)."
    )
    multiply: float | None = None
    map: dict[str, str] = Field(default_factory=dict, description="Raw word (or /regex/) to canonical word.")
    default: str | None = Field(None, description="Canonical word where `map` knows none.")
    flag: dict[str, list[str]] = Field(default_factory=dict, description="Boolean: raw words that mean true.")
    separator: str = Field(",", description="What stands between the items of a list.")
    from_header: bool = Field(False, description="The value is what the first group of the header's `/regex/` finds (a currency).")


class DropRow(_Model):
    """A row of the file that is not data, and why."""

    column: str
    equals: Names = Field(default_factory=list)
    matches: Pattern | None = None
    reason: str = "total_row"


class Header(_Model):
    """What the header row holds, and where it may be."""

    required: list[Names]
    forbidden: Names = Field(default_factory=list)
    exact_columns: int | None = None
    scan_rows: int = 15
    row: int | None = Field(None, description="1-based row that must be the header row: files told by positions.")
    above: Pattern | None = Field(None, description="Regex that some cell above the header row must match.")
    cells: dict[int, Pattern] = Field(default_factory=dict, description="0-based position: regex on that cell of the first data row.")
    values: dict[str, Names] = Field(default_factory=dict, description="JSON: the first line's value of a key must be one of these.")
    extra_rows: int = Field(0, description="Rows right below the header that explain it and are no data.")


class Transpose(_Model):
    """A table of label and value that is one row lying on its side."""

    label: str
    value: str


class Unpivot(_Model):
    """Columns that are observations: each becomes rows of (header, cell)."""

    to: str
    value: str
    matches: Pattern | None = Field(None, description="Only headers that match; otherwise every header the block does not name.")
    exclude: Names = Field(default_factory=list, alias="except")


class Block(_Model):
    """One table inside a file: a sheet, or one of several tables side by side."""

    entity: str
    header: Header
    columns: list[Column] = Field(default_factory=list)
    sheet: Pattern | None = Field(None, description="Regex on the sheet name.")
    section: Pattern | None = Field(None, description="Regex on the title row that the table stands below; a blank row or title ends it.")
    rows: str | None = Field(None, description="JSON: path of the lists whose elements are the rows, as `body.list[]`.")
    row_names: str | None = Field(None, description="JSON: path of the names of the positions, where elements are arrays.")
    transpose: Transpose | None = None
    unpivot: Unpivot | None = None
    where: dict[str, Names] = Field(default_factory=dict, description="Keep rows where this header has one of these values.")
    optional: bool = False
    also: bool = Field(False, description="Reads rows that another block accounts for: one row that says two things.")
    drop_rows: list[DropRow] = Field(default_factory=list)
    constants: dict[str, Any] = Field(default_factory=dict)
    natural_key: Names = Field(default_factory=list)
    repeats: Literal["reject", "last_wins"] = "reject"
    provisional_last_day: bool = False
    ignore: Names = Field(default_factory=list, description="Known headers without a canonical column: kept in `extra`, not reported.")
    drop: Names = Field(default_factory=list, description="Personal data: headers that are never written anywhere.")


class Refusal(_Model):
    """Why a look-alike is not taken in, and which export to fetch instead."""

    because_zh: str
    because_en: str
    instead_zh: str
    instead_en: str


class FormatSpec(_Model):
    """One kind of export file: how to tell it, where its tables are and what its columns mean."""

    format_id: str
    version: str = "1"
    platform: str
    any_platform: bool = Field(False, description="The operator may name another platform: events, orders, surveys.")
    kind: Literal["export", "register", "api"] = "export"
    label_zh: str
    label_en: str
    menu_path: str = ""
    file_types: list[FileType] = ["text", "xlsx", "xls", "html"]
    encodings: Annotated[list[Annotated[str, AfterValidator(_as_encoding)]], BeforeValidator(_as_list)] = Field(
        default_factory=list, description="Encodings tried beside UTF-8, UTF-16 and GB18030."
    )
    versions: dict[str, Names] = Field(default_factory=dict, description="Version label: headers that tell it apart.")
    file_name: Pattern | None = Field(None, description="Regex with groups captured_epoch, captured_date, window_start, window_end.")
    is_named_after_person: bool = Field(False, description="The file's name holds a person's name and is not kept.")
    window: Literal["lifetime", "range"] = "lifetime"
    timezone: Timezone | None = None
    currency: str | None = None
    decimal: Literal["point", "comma"] = Field("point", description="What stands before the decimals: `1 234,56` is comma.")
    max_rows: int | None = Field(None, description="The platform's own cap: a file this long may be truncated.")
    is_owned: bool = True
    refuse: Refusal | None = None
    blocks: list[Block]
    origin: str = Field("", description="File this spec was read from (filled in by the loader).")

    @model_validator(mode="before")
    @classmethod
    def _single_block(cls, data: Any) -> Any:
        """A spec without `blocks` is one block written at the top level."""
        if isinstance(data, dict) and "blocks" not in data:
            inner = {key: data.pop(key) for key in list(data) if key in Block.model_fields}
            if "refuse" in data:
                inner.setdefault("entity", "post_snapshots")
            data["blocks"] = [inner]
        return data

    @model_validator(mode="after")
    def _known_columns(self) -> FormatSpec:
        for block in self.blocks:
            known = entity_columns(block.entity)
            for name in [c.to for c in block.columns] + list(block.constants):
                if name not in known and name != "account":
                    raise ValueError(f"{self.format_id}: '{name}' is no column of entity '{block.entity}'")
            for column in block.columns:
                if column.type == "ratio" and column.scale is None and not any("(%)" in normalise_header(s) for s in column.source):
                    raise ValueError(f"{self.format_id}: ratio '{column.to}' needs a scale (fraction or percent)")
                for word in [*column.map, *column.source]:
                    if is_pattern(word):
                        _as_pattern(word.strip("/"))
            for name in (block.unpivot.to, block.unpivot.value) if block.unpivot else ():
                if name not in known:
                    raise ValueError(f"{self.format_id}: '{name}' is no column of entity '{block.entity}'")
        return self


class Compliance(_Model):
    """How data of a platform is obtained and what it holds, unless the register of sources says otherwise."""

    channel_type: Literal["official_export", "official_api", "third_party", "survey", "own_system", "manual", "crawler"]
    personal_data_class: Literal["none", "pseudonymised", "personal", "sensitive"]
    retention_days: int = Field(description="Days the original files are kept.")
    terms_reference: str = ""


class DefinitionChange(_Model):
    """From a day on, a platform counts something else under the same name: figures before and after are not compared."""

    changed_on: date
    metrics: list[str]
    explanation_zh: str
    explanation_en: str
    reference: str = Field(description="Where the platform says so.")


class Platform(_Model):
    """`platform.yaml`: what a platform is called, counts and allows."""

    platform: str
    name_zh: str
    name_en: str
    timezone: Timezone = "Asia/Shanghai"
    currency: str = "CNY"
    data_latency_hours: int = 24
    maturity_days: int = Field(default=7, description="Age after which a post has nearly all its views.")
    content_forms: list[str] = Field(default_factory=list)
    interaction_verbs: list[str] = Field(default_factory=list)
    engagement_members: list[str] = Field(
        default=["like_count", "comment_count", "share_count", "repost_count", "save_count"],
        description="Count columns that make up engagement here.",
    )
    view_definition_zh: str = ""
    view_definition_en: str = ""
    definition_changes: list[DefinitionChange] = Field(default_factory=list)
    metrics: dict[str, str] = Field(default_factory=dict, description="Canonical metric: what the platform calls it and counts.")
    terms: str = ""
    compliance: Compliance | None = Field(
        default=None, description="Without it, and without a row in the register of sources, files are refused."
    )


def _parsed(path: Path) -> Any:
    """A YAML file's contents; the parser in C where it is there, ten times as fast."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@lru_cache(maxsize=1)
def _entities() -> dict[str, Any]:
    return _parsed(ENTITIES_FILE)


def entity_names() -> list[str]:
    """Names of the lake's entities, in the order of entities.yaml."""
    return list(_entities()["entities"])


@lru_cache(maxsize=64)
def entity_columns(entity: str) -> dict[str, str]:
    """Column name to DuckDB type of one entity, in table order. Unknown entity: ValueError."""
    model = _entities()
    if entity not in model["entities"]:
        raise ValueError(f"no entity '{entity}'; there are: {', '.join(model['entities'])}")
    own = model["entities"][entity]
    columns = dict(model["common"]) | dict(own["columns"])
    return columns | dict(model["metrics"]) if own.get("metrics") else columns


def format_folders() -> list[Path]:
    """Where formats are looked for, later ones winning: the platforms, the registers, the worked examples, the user's own."""
    return list(dict.fromkeys([PLATFORMS_DIR, REGISTERS_DIR, SHIPPED_EXAMPLES, settings().user_formats]))


def is_shipped(path: Path) -> bool:
    """Whether a YAML file is part of the product: a mistake in it is ours and stops everything."""
    return PLATFORMS_DIR in path.parents or REGISTERS_DIR in path.parents


def platform_files() -> list[Path]:
    return [path for folder in format_folders() for path in sorted(folder.glob("*/platform.yaml"))]


def platforms() -> dict[str, Platform]:
    """Every platform by its id; a folder with a platform.yaml is all it takes. Broken ones of the user: see `broken_specs`."""
    found: dict[str, Platform] = {}
    for path in platform_files():
        try:
            platform = read_platform(path)
        except ValueError:
            if is_shipped(path):
                raise
            continue  # reported by broken_specs()
        found[platform.platform] = platform
    return found


def platform_names() -> dict[str, str]:
    """Every word a platform goes by (its id, Chinese and English name, normalised) to its id."""
    return {normalise_header(name): p.platform for p in platforms().values() for name in (p.platform, p.name_zh, p.name_en)}


def read_platform(path: Path) -> Platform:
    """The platform in one YAML file. ValueError names the file and the mistake."""
    try:
        return Platform(**_parsed(path))
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def spec_files() -> list[Path]:
    """`<folder>/*.yaml` and `<folder>/<platform>/formats/*.yaml` of every format folder."""
    return [path for folder in format_folders() for pattern in ("*.yaml", "*/formats/*.yaml") for path in sorted(folder.glob(pattern))]


def load_specs() -> list[FormatSpec]:
    """All format specs. A broken shipped spec raises; see `broken_specs` for the user's own."""
    specs: dict[str, FormatSpec] = {}
    for path in spec_files():
        try:
            spec = read_spec(path)
        except ValueError:
            if is_shipped(path):
                raise
            continue  # reported by broken_specs(): one bad user file must not stop the others
        specs[spec.format_id] = spec
    return list(specs.values())


def broken_specs() -> dict[Path, str]:
    """User formats and platforms that cannot be read, with the reason: shown by `pulse status`."""
    problems: dict[Path, str] = {}
    for paths, read in ((spec_files(), read_spec), (platform_files(), read_platform)):
        for path in paths:
            try:
                read(path)
            except ValueError as error:
                problems[path] = str(error)
    return problems


def read_spec(path: Path) -> FormatSpec:
    """The spec in one YAML file. ValueError names the file and the mistake."""
    try:
        return FormatSpec(**_parsed(path), origin=str(path))
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
