"""A finished draft as a format: the YAML that makes this kind of file load, here and on any other machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipelines.ingest.headers import is_pattern, normalise_header
from pipelines.ingest.identity import ID_COLUMNS
from pipelines.ingest.spec import FormatSpec, load_specs, read_spec, spec_files
from pipelines.lake import write_atomically
from pipelines.mapping.draft import (
    DROP,
    EXTRA,
    NEEDED,
    Draft,
    DraftColumn,
    Question,
    column_questions,
    date_formats,
    has_id,
    key_columns,
    questions,
)
from pipelines.settings import settings

NAME = r"[^\W_][\w\-]{0,59}"


class NotReady(ValueError):
    """The draft is no format yet, or may not be saved under this name."""


def to_yaml(draft: Draft, complete: bool = True) -> str:
    """The format as a person reads and edits it; NotReady when it is none. `complete=False`: what is open stays raw text for now."""
    lines = ["# A format of your own, mapped by hand. Copied to another machine's data/formats, it makes the same kind of file load there."]
    for key, value in _as_dict(draft, complete).items():
        if key == "columns" and value:
            lines += ["columns:", *[f"  - {_flow(column)}" for column in value]]
        else:
            lines.append(f"{_flow(key)}: {_flow(value)}")
    text = "\n".join(lines) + "\n"
    try:
        FormatSpec(**yaml.safe_load(text))
    except ValidationError as error:
        raise NotReady("; ".join(str(e["msg"]).removeprefix("Value error, ") for e in error.errors())) from error
    return text


def _flow(value: Any) -> str:
    """A value on one line of YAML, at home in a list as well."""
    return (
        str(yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10**9, sort_keys=False)).removesuffix("...\n").strip()
    )


def _as_dict(draft: Draft, complete: bool) -> dict[str, Any]:
    open_ones = [] if not complete else questions(draft)
    if open_ones:
        raise NotReady(f"Still open: {', '.join(dict.fromkeys(q.code + (f' ({q.column})' if q.column else '') for q in open_ones))}.")
    entity = draft.entity or "post_snapshots"
    mapped = [c for c in draft.columns if c.is_mapped and (complete or not column_questions(draft, c))]
    ignored = [c for c in draft.columns if c.to == EXTRA or (c.is_mapped and c not in mapped)]
    data: dict[str, Any] = {
        "format_id": f"{draft.platform or 'unknown'}.{draft.name or 'draft'}",
        "version": draft.version,
        "platform": draft.platform or "unknown",
        "label_zh": draft.label or draft.name,
        "label_en": draft.label or draft.name,
        "file_types": ["jsonl"] if draft.kind == "jsonl" else ["text", "xlsx", "xls", "html"],
        "is_owned": draft.is_owned,
    }
    data |= {key: value for key, value in (("timezone", draft.timezone), ("currency", draft.currency)) if value}
    if draft.decimal == "comma":
        data["decimal"] = "comma"
    data |= {"entity": entity, "header": _header(draft, mapped), "columns": _columns(entity, mapped)}
    if not has_id(draft):
        data["natural_key"] = key_columns(draft) or [c.to for c in mapped]
    if draft.constants:
        data["constants"] = dict(draft.constants)
    if draft.total_words:
        data["drop_rows"] = [{"column": draft.columns[0].header, "equals": draft.total_words, "reason": "total_row"}]
    if ignored:
        data["ignore"] = [c.header for c in ignored]
    if personal := [c.header for c in draft.columns if c.to == DROP]:
        data["drop"] = personal
    return data


def _header(draft: Draft, mapped: list[DraftColumn]) -> dict[str, Any]:
    """A file is of this kind when it has every mapped header: one that lacks some is shown with the difference, and never half read."""
    rule: dict[str, Any] = {"required": [_source(c.header) for c in mapped]}
    if draft.header_row > 15:
        rule["scan_rows"] = draft.header_row
    if draft.extra_rows:
        rule["extra_rows"] = draft.extra_rows
    return rule


def _columns(entity: str, mapped: list[DraftColumn]) -> list[dict[str, Any]]:
    written: list[dict[str, Any]] = []
    for column in mapped:
        written.append(_column(entity, column))
        if column.to == "content_type" and not any(c.to == "content_type_raw" for c in mapped):
            written.append({"to": "content_type_raw", "from": _source(column.header)})
    return written


def _column(entity: str, column: DraftColumn) -> dict[str, Any]:
    kind = column.kind(entity)
    entry: dict[str, Any] = {"to": column.to, "from": _source(column.header), "type": kind}
    if kind == "ratio" and column.scale:
        entry["scale"] = column.scale
    if kind == "duration" and column.unit and column.unit != "seconds":
        entry["unit"] = column.unit
    if kind in ("date", "datetime") and (formats := date_formats(column)):
        entry["formats"] = formats
    if column.null_tokens:
        entry["null_tokens"] = column.null_tokens
    if kind == "count" and column.allow_negative:
        entry["allow_negative"] = True
    if column.to == "content_type":
        entry |= {"map": known_words("content_type"), "default": "other"}
    if kind in ("id", "date", "datetime") and (column.key or (column.to,) in NEEDED.get(entity, []) or column.to in ID_COLUMNS.values()):
        entry["required"] = True  # a row without it is nobody's
    return entry | column.more


def known_words(to: str) -> dict[str, str]:
    """Raw words for a canonical column in all known formats, where they agree."""
    words: dict[str, set[str]] = {}
    for spec in load_specs():
        for column in [c for block in spec.blocks for c in block.columns if c.to == to]:
            for raw, canonical in column.map.items():
                words.setdefault(raw, set()).add(canonical)
    plain = {raw: next(iter(found)) for raw, found in words.items() if len(found) == 1}
    return dict(sorted(plain.items(), key=lambda item: item[0].startswith("/")))


def _source(header: str) -> str:
    """A header as a spec names it; one that reads like a spec's own sign (`#1`, `@B1`, `/x/`) is written as a regex of itself."""
    if header.startswith(("#", "@", "../")) or is_pattern(header):
        return f"/^{re.escape(normalise_header(header))}$/"
    return header


def name_problem(draft: Draft, replace: bool = False) -> Question | None:
    """Why a draft cannot be saved under its name: not a name, or that of another format."""
    if not re.fullmatch(NAME, draft.name):
        return Question(code="name", detail=draft.name)
    format_id, path = f"{draft.platform}.{draft.name}", format_path(draft.name)
    for spec_path in spec_files():
        if spec_path != path and _format_id(spec_path) == format_id:
            return Question(code="name_shipped", detail=format_id)
    return Question(code="name_taken", detail=draft.name) if path.exists() and not replace else None


def _format_id(path: Path) -> str | None:
    """The id a file claims, read without the rest of it: this is asked at every keystroke."""
    found = re.search(r"""^format_id:\s*['"]?([\w.\-]+)""", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else None


def format_path(name: str) -> Path:
    """Where a format of this name is kept."""
    return settings().user_formats / f"{name}.yaml"


def save(draft: Draft, replace: bool = False) -> Path:
    """Write the format; a replaced one gets the next version, so that its files are read anew. NotReady says why it cannot be."""
    path = format_path(draft.name)
    if problem := name_problem(draft, replace):
        raise NotReady(
            {
                "name": f"'{problem.detail}' is no name for a format; use letters, digits and _.",
                "name_shipped": f"'{problem.detail}' is another format's name; choose a different one.",
                "name_taken": f"There is a format '{problem.detail}' already; choose another name or replace it.",
            }[problem.code]
        )
    if path.exists():
        draft = draft.model_copy(update={"version": next_version(path)})
    write_atomically(path, to_yaml(draft).encode("utf-8"))
    return path


def next_version(path: Path) -> str:
    """The version after the one in the file."""
    try:
        current = read_spec(path).version
    except ValueError:
        return "2"
    return str(int(current) + 1) if current.isdigit() else f"{current}.1"
