"""One file in, one load package out: recognise, read, parse, account for every row, commit."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
from dateutil import parser as dates

from pipelines import lake
from pipelines.ingest.accounting import REJECT_SCHEMA
from pipelines.ingest.erased import without_forgotten
from pipelines.ingest.errors import FileProblem
from pipelines.ingest.parse import Context, Parsed, parse_blocks
from pipelines.ingest.read import DAMAGED_UTF8, SourceFile, open_file, readable_name
from pipelines.ingest.recognise import Recognised, recognise
from pipelines.ingest.spec import FormatSpec, Platform, load_specs, platforms
from pipelines.ingest.workbooks import ZIP_ERRORS
from pipelines.registers.compliance import Sources, known_sources, refusal, retention_days
from pipelines.settings import settings

DEFAULT_ACCOUNT = "main"
FIRST_EXPORTS = 2010  # a workbook older than this shows the date of its writer's template (2006-09-16)


@dataclass
class Hints:
    """What a person (or the folder) says about a file that the file does not say itself."""

    platform: str | None = None
    account: str | None = None
    captured_at: datetime | None = None
    source_name: str | None = None
    operator: str | None = None


@dataclass
class Prepared:
    """A file that has been read but not committed."""

    manifest: dict[str, Any]
    tables: dict[str, pl.DataFrame]
    rejects: pl.DataFrame
    recognised: Recognised
    parsed: list[Parsed]


@dataclass
class Catalogue:
    """The formats, platforms and sources of this moment, read once per run."""

    specs: list[FormatSpec] = field(default_factory=load_specs)
    platforms: dict[str, Platform] = field(default_factory=platforms)

    @cached_property
    def sources(self) -> Sources:
        return known_sources(self.platforms)


def prepare(path: Path, hints: Hints, catalogue: Catalogue) -> Prepared:
    """Read a file completely and account for its rows, without writing anything. FileProblem when it cannot be taken in."""
    try:
        return _prepare(path, hints, catalogue)
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:  # the machine's fault: the file is tried again next time
        raise OSError(f"{path.name} could not be read now: {str(error).splitlines()[0]}") from error
    except (pl.exceptions.PolarsError, duckdb.Error, ValueError, LookupError, ArithmeticError, RecursionError) as error:
        reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}"
        raise FileProblem("unreadable", f"Reading this file failed ({reason}). Please report it; other files are not affected.") from error


def _prepare(path: Path, hints: Hints, catalogue: Catalogue) -> Prepared:
    with open_file(path) as source:
        found = recognise(source, catalogue.specs, hints.platform)
        spec = found.spec
        platform = catalogue.platforms.get(spec.platform) or Platform(platform=spec.platform, name_zh=spec.platform, name_en=spec.platform)
        name = readable_name(hints.source_name or path.name)
        facts = _name_facts(spec, name, spec.timezone or platform.timezone)
        facts |= _page_facts(spec, found)
        captured_at, basis = _captured_at(source, path, hints, facts, spec.timezone or platform.timezone)
        context = Context(
            platform=_own_platform(spec, hints),
            account_name=hints.account or DEFAULT_ACCOUNT,
            timezone=spec.timezone or platform.timezone,
            currency=spec.currency or platform.currency,
            captured_at=captured_at,
            source_name=name,
            window_start=facts.get("window_start"),
            window_end=facts.get("window_end"),
        )
        parsed = [without_forgotten(block) for block in parse_blocks(spec, found.matches, context)]
        parsed = [block for block in parsed if block.rows_in or block.rows.height]
        load_id = load_identity(source.sha256, context, spec)
        manifest = _manifest(source, found, parsed, context, load_id, name, captured_at, basis, hints)
    if reason := refusal(manifest, catalogue.sources):
        raise FileProblem("no_source", reason, spec.format_id)
    manifest["retention_days"] = retention_days(manifest, catalogue.sources)
    manifest["warnings"] += [warning] if (warning := catalogue.sources.warning(manifest)) else []
    if manifest["rows_in"] == 0 and spec.kind == "export":  # an API's empty day and an unused register are no mistake
        raise FileProblem(
            "no_rows", "The file has the right header and no rows below it. Choose a longer period and export again.", spec.format_id
        )
    tables = _tables(parsed, load_id, captured_at)
    rejects = pl.concat([p.rejects for p in parsed]) if parsed else pl.DataFrame(schema=REJECT_SCHEMA)
    return Prepared(manifest, tables, rejects, found, parsed)


def load_identity(sha256: str, context: Context, spec: FormatSpec) -> str:
    """The same bytes for the same account in the same format version are the same load."""
    return hashlib.md5(f"{sha256}|{context.platform}|{context.account_name}|{spec.format_id}|{spec.version}".encode()).hexdigest()


def take_in(path: Path, hints: Hints, catalogue: Catalogue) -> tuple[dict[str, Any], bool]:
    """Commit a file as a load package: (manifest, whether it is new). The same file twice is a no-op."""
    prepared = prepare(path, hints, catalogue)
    manifest = prepared.manifest
    if lake.has_load(manifest["load_id"]):
        return manifest, False
    archive(path, manifest["sha256"])
    lake.commit(manifest, prepared.tables, prepared.rejects)
    return manifest, True


def archive(path: Path, sha256: str) -> None:
    """Keep the original bytes under their hash."""
    target = settings().archive / sha256[:2] / sha256
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".tmp")
        shutil.copyfile(path, temporary)
        temporary.replace(target)


def _own_platform(spec: FormatSpec, hints: Hints) -> str:
    """Formats of several platforms (events, orders, surveys) belong to the one the operator names; others say it themselves."""
    return hints.platform if hints.platform and spec.any_platform else spec.platform


def _tables(parsed: list[Parsed], load_id: str, captured_at: datetime) -> dict[str, pl.DataFrame]:
    tables: dict[str, list[pl.DataFrame]] = {}
    for block in parsed:
        frame = block.rows.with_columns(pl.lit(load_id).alias("load_id"), pl.col("captured_at").fill_null(captured_at))
        tables.setdefault(block.entity, []).append(frame)
    return {entity: pl.concat(frames) for entity, frames in tables.items()}


def _manifest(
    source: SourceFile,
    found: Recognised,
    parsed: list[Parsed],
    context: Context,
    load_id: str,
    name: str,
    captured_at: datetime,
    basis: str,
    hints: Hints,
) -> dict[str, Any]:
    loaded = sum(p.loaded for p in parsed)
    keys = sorted({key for p in parsed for key in p.account_keys})
    own = keys[0] if len(keys) == 1 else f"{context.platform}:{context.account_name}"
    return {
        "load_id": load_id,
        "source_name": f"{found.spec.format_id}.{source.sha256[:8]}" if found.spec.is_named_after_person else name,
        "sha256": source.sha256,
        "byte_count": source.byte_count,
        "platform": context.platform,
        "account_key": own,
        "account_name": own.split(":", 1)[1],
        "account_keys": keys or [own],
        "is_owned": found.spec.is_owned,
        "kind": found.spec.kind,
        "format_id": found.spec.format_id,
        "format_version": found.version,
        "entity": found.matches[0].block.entity,
        "encoding": found.encoding or source.kind,
        "header_row": found.matches[0].header_row + 1,
        "captured_at": captured_at.isoformat(),
        "captured_at_basis": basis,
        "loaded_at": datetime.now(UTC).isoformat(),
        "rows_in": sum(p.rows_in for p in parsed),
        "rows_loaded": loaded,
        "rows_duplicate": sum(p.duplicates for p in parsed),
        "rows_rejected": sum(p.rejects.height for p in parsed),
        "unknown_columns": sorted({u for p in parsed for u in p.unknown_columns}),
        "warnings": _warnings(found, parsed, captured_at),
        "operator": hints.operator,
    }


def _warnings(found: Recognised, parsed: list[Parsed], captured_at: datetime) -> list[str]:
    warnings: list[str] = []
    cap = found.spec.max_rows
    if cap and any(p.rows.height == cap for p in parsed):
        warnings.append(f"possibly_truncated: the platform exports at most {cap} rows; older ones may be missing")
    if captured_at > datetime.now(UTC) + timedelta(days=1):
        warnings.append("captured_in_future: the capture time lies in the future; check the file name or the clock")
    if found.encoding == DAMAGED_UTF8:
        warnings.append("damaged_text: a few bytes are no UTF-8; the letters they were part of are shown as \ufffd")
    if found.unmatched_sheets and found.spec.file_types != ["jsonl"] and found.spec.kind != "register":
        warnings.append(f"sheets_not_read: {', '.join(found.unmatched_sheets)}")
    return warnings


def _page_facts(spec: FormatSpec, found: Recognised) -> dict[str, Any]:
    """What the envelope of an API's pages says: when they were received and which window was asked for."""
    if spec.kind != "api":
        return {}
    page = found.matches[0].grid.first_line
    facts: dict[str, Any] = {key: date.fromisoformat(page[key]) for key in ("window_start", "window_end") if page.get(key)}
    return facts | {"received_at": dates.isoparse(page["received_at"]).astimezone(UTC)}


def _name_facts(spec: FormatSpec, name: str, timezone: str) -> dict[str, Any]:
    """What the file name says: window bounds and capture time, by the format's own pattern; ten digits are an epoch."""
    match = re.search(spec.file_name, name) if spec.file_name else None
    facts: dict[str, Any] = {}
    for key, text in (match.groupdict() if match else {}).items():
        if not text:
            continue
        try:
            facts[key] = _name_fact(key, text, timezone)
        except (ValueError, OverflowError) as error:
            raise FileProblem(
                "file_name", f"The file name should hold a date where it has '{text}'. Give the file its own name back."
            ) from error
    return facts


def _name_fact(key: str, text: str, timezone: str) -> datetime | date:
    if key == "captured_epoch":
        return datetime.fromtimestamp(int(text[:10]), UTC)
    epoch = re.fullmatch(r"\d{10}", text)
    return datetime.fromtimestamp(int(text), ZoneInfo(timezone)).date() if epoch else dates.parse(text).date()


def _captured_at(source: SourceFile, path: Path, hints: Hints, facts: dict[str, Any], timezone: str) -> tuple[datetime, str]:
    """When the figures were shown, and how that is known: operator, file name, workbook properties, file time."""
    if hints.captured_at:
        return hints.captured_at.astimezone(UTC), "operator"
    if "received_at" in facts:
        return facts["received_at"], "api"
    if "captured_epoch" in facts:
        return facts["captured_epoch"], "file_name"
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if "captured_date" in facts:
        day: date = facts["captured_date"]
        zone = ZoneInfo(timezone)
        if modified.astimezone(zone).date() == day:
            return modified, "file_name"
        return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone).astimezone(UTC), "file_name"
    if source.kind == "xlsx":
        stamp = _workbook_time(path)
        if stamp:
            return stamp, "workbook"
    return modified, "file_time"


def _workbook_time(path: Path) -> datetime | None:
    """`created` (else `modified`) of the workbook's properties: the moment of export, unless a spreadsheet made it anew."""
    try:
        with zipfile.ZipFile(path) as book:
            if "docProps/core.xml" not in book.namelist():
                return None
            core = book.read("docProps/core.xml").decode("utf-8", errors="replace")
    except ZIP_ERRORS:  # the tables are whole, only this is not: the file's time is next best
        return None
    for tag in ("created", "modified"):
        match = re.search(rf"<dcterms:{tag}[^>]*>([^<]+)<", core)
        if match:
            try:
                stamp = dates.isoparse(match[1])
            except ValueError:
                continue
            if stamp.year >= FIRST_EXPORTS:
                return stamp.astimezone(UTC) if stamp.tzinfo else stamp.replace(tzinfo=UTC)
    return None
