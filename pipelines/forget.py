"""Forget a person: out of originals, lake, warehouse and kept releases, and at the door from then on - with a report as proof.

Who is meant is given as the platform writes it (a user id, a nickname, a phone number). It is never stored: the lake knows the
person by a pseudonym, and so does the list of the forgotten.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipelines import lake, publish, state, upkeep
from pipelines.ingest import originals
from pipelines.ingest.erased import PERSON_COLUMNS
from pipelines.ingest.landing import clear, landing_files
from pipelines.ingest.pseudonyms import pseudonyms, remember_forgotten
from pipelines.ingest.spec import entity_columns, entity_names
from pipelines.lock import writer_lock
from pipelines.settings import settings
from pipelines.sql import literal

SHORTEST_TEXT = 4  # shorter words are part of others: only pseudonyms are looked for then
REMOVED = "[已删除]"


class StillThere(Exception):
    """After everything was done the person could still be found; the report says where."""


@dataclass
class Person:
    """Who is to be forgotten: as given, and by every pseudonym of the same person."""

    platform: str
    given: str
    keys: set[str]

    @property
    def texts(self) -> list[str]:
        """What is blotted out of texts: the name as written, as JSON escapes it, and its pseudonym within rejected rows."""
        in_rejects = pseudonyms(pl.Series([self.given]), "raw")[0]
        names = [self.given, json.dumps(self.given)[1:-1]] if len(self.given) >= SHORTEST_TEXT else []
        return [in_rejects, *dict.fromkeys(names)]


@dataclass
class Erasure:
    """What was removed where, and what a search of every byte found afterwards."""

    platform: str
    pseudonyms: list[str]
    started_at: str
    rows_removed: dict[str, int] = field(default_factory=dict)
    texts_redacted: dict[str, int] = field(default_factory=dict)
    originals_removed: list[str] = field(default_factory=list)
    releases_removed: list[str] = field(default_factory=list)
    release: str | None = None
    files_searched: int = 0
    found_afterwards: list[str] = field(default_factory=list)
    known_elsewhere: list[str] = field(default_factory=list)


def forget(platform: str, user: str, rebuild: Callable[[], Path]) -> tuple[Erasure, Path]:
    """Remove a person everywhere and prove it: (what was done, the report's path). Takes the writer's lock, twice.

    `rebuild` makes and publishes a release from the lake alone; it is called when the lake is clean. Running it twice does no harm.
    StillThere when a search of the whole data folder finds the person afterwards.
    """
    user = user.strip()
    with writer_lock("pulse forget"):
        person = Person(platform, user, _identities(platform, user))
        done = Erasure(platform, sorted(person.keys), datetime.now(UTC).isoformat())
        remember_forgotten(platform, person.keys)  # first: what arrives from now on must not bring the person back
        _clean_lake(person, done)
        _clean_originals(person, done)
        _clean_side_products(person)
    done.release = rebuild().stem
    with writer_lock("pulse forget"):
        _drop_older_releases(done)
        upkeep.delete_unread()
        done.known_elsewhere = _known_elsewhere(person)
        done.found_afterwards, done.files_searched = _search(person, done.known_elsewhere)
    report = settings().root / "erasures" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{min(person.keys)[:8]}.json"
    lake.write_atomically(report, json.dumps(asdict(done), ensure_ascii=False, indent=1).encode())
    if done.found_afterwards:
        raise StillThere(f"The person is still found in {', '.join(done.found_afterwards[:5])}; see {report}.")
    return done, report


def _identities(platform: str, user: str) -> set[str]:
    """The person's pseudonym and those of every identity that the lake says is the same person."""
    keys = set(pseudonyms(pl.Series([user]), "person"))
    sql = f"select person_key, alias_person_key from rows where platform = {literal(platform)} and kind = 'alias'"
    pairs = lake.query("people", lake.manifests(), sql).drop_nulls().rows()
    while grown := {key for pair in pairs if keys & set(pair) for key in pair} - keys:
        keys |= grown
    return keys


def _clean_lake(person: Person, done: Erasure) -> None:
    """Rewrite each file that holds the person: the person's rows go, and the name in others' texts."""
    for entity in [*entity_names(), "rejects"]:
        columns = entity_columns(entity) if entity != "rejects" else lake.REJECTS_SCHEMA
        for path in sorted((settings().lake / entity).glob("*.parquet")):
            frame = pl.read_parquet(path)
            cleaned, removed, redacted = _without(frame, columns, person)
            if not removed and not redacted:
                continue
            lake.write_parquet(cleaned, path)
            done.rows_removed[entity] = done.rows_removed.get(entity, 0) + removed
            done.texts_redacted[entity] = done.texts_redacted.get(entity, 0) + redacted
    if redacted := state.redact(person.texts, REMOVED):
        done.texts_redacted["state"] = redacted
    _redact_notes(person)


def _without(frame: pl.DataFrame, columns: dict[str, str], person: Person) -> tuple[pl.DataFrame, int, int]:
    """(frame, rows removed, rows redacted)."""
    persons = [c for c in PERSON_COLUMNS if c in frame.columns]
    own = pl.any_horizontal([pl.lit(False), *(pl.col(c).is_in(list(person.keys)) for c in persons)])
    if "platform" in frame.columns:
        own = own & (pl.col("platform") == person.platform)
    kept = frame.filter(~own.fill_null(False))
    removed = frame.height - kept.height
    texts = [c for c, kind in columns.items() if kind == "VARCHAR" and c in kept.columns and kept[c].dtype == pl.String]
    hit = kept.select(pl.any_horizontal([pl.lit(False), *(pl.col(c).str.contains_any(person.texts) for c in texts)])).to_series()
    if not hit.any():
        return kept, removed, 0
    blotted = [pl.col(c).str.replace_many(person.texts, [REMOVED] * len(person.texts)) for c in texts]
    return kept.with_columns(blotted), removed, int(hit.sum())


def _redact_notes(person: Person) -> None:
    """File names may hold a nickname (`<昵称>_comments.csv`)."""
    if len(person.given) < SHORTEST_TEXT:
        return
    notes = [*settings().lake.glob("loads/*.json"), *settings().lake.glob("withdrawn/*.json"), settings().lake / "landing_index.json"]
    for path in [*notes, *settings().quarantine.glob("*/note.json")]:
        if path.exists() and any(t in path.read_text(encoding="utf-8") for t in person.texts):
            text = path.read_text(encoding="utf-8")
            for name in person.texts:
                text = text.replace(name, REMOVED)
            lake.write_atomically(path, text.encode())


def _clean_originals(person: Person, done: Erasure) -> None:
    """Delete every original that holds the person; everybody else's rows stay in the lake."""
    for path in list(_original_files()):
        if person.given in path.name or originals.holds(path, person.given):
            done.originals_removed.append(str(path.relative_to(settings().root)).replace(person.given, REMOVED))
            if path.is_relative_to(settings().quarantine):
                shutil.rmtree(path.parent)
            else:
                clear(path)


def _original_files() -> Iterator[Path]:
    yield from sorted(p for p in settings().archive.glob("*/*") if p.is_file())
    yield from sorted(settings().quarantine.glob("*/original"))
    yield from landing_files()


def _drop_older_releases(done: Erasure) -> None:
    """Kept releases were made when the person was still known; going back to one would bring the person back."""
    for path in publish.releases():
        if path.stem != done.release:
            path.unlink()
            done.releases_removed.append(path.stem)


def _clean_side_products(person: Person) -> None:
    """What runs leave for people to look at may quote values: it is made anew by the next run. So is Dagster's history, where it does."""
    for folder in (settings().quality, settings().root / "dbt" / "logs", settings().build):
        shutil.rmtree(folder, ignore_errors=True)
    history = [p for p in settings().dagster_home.rglob("*") if p.is_file()]
    if any(originals.holds(path, text) for path in history for text in person.texts):
        shutil.rmtree(settings().dagster_home)


def _known_elsewhere(person: Person) -> list[str]:
    """Other platforms where the same id occurs: perhaps the same person, perhaps not. A person decides."""
    keys = ", ".join(literal(key) for key in person.keys)
    found: set[str] = set()
    for entity in entity_names():
        if persons := [c for c in PERSON_COLUMNS if c in entity_columns(entity)]:
            hit = " or ".join(f"{c} in ({keys})" for c in persons)
            rows = lake.query(entity, lake.manifests(), f"select distinct platform from rows where {hit}")
            found |= set(rows["platform"].drop_nulls())
    return sorted(found)


def _search(person: Person, known_elsewhere: list[str]) -> tuple[list[str], int]:
    """Files of the data folder that still hold the person, by every byte; and how many were searched.

    The pseudonym is looked for too, unless it stands for somebody on another platform who stays. Left out: the list of the
    forgotten and the reports, which name the person by pseudonym so that the person stays forgotten.
    """
    root = settings().root
    files = [p for p in root.rglob("*") if p.is_file() and not p.is_symlink() and p != settings().forgotten_file]
    files = [p for p in files if not p.is_relative_to(root / "erasures")]
    wanted = person.texts if known_elsewhere else [*person.keys, *person.texts]
    return [str(p.relative_to(root)) for p in files if any(originals.holds(p, text) for text in wanted)], len(files)
