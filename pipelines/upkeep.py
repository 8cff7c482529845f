"""Keeping house: small files of the lake become large ones, originals leave when their retention ends, what nobody reads is deleted.

Called under the writer's lock, by every run and by `pulse upkeep`. Nothing here changes a figure.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines import lake, publish
from pipelines.ingest.landing import clear, hashes
from pipelines.settings import settings
from pipelines.sql import literal
from pipelines.warehouse import connect

MANY_FILES = 400  # of one entity: opening each costs more than reading it
LARGE_FILE_BYTES = 32 * 1024**2


@dataclass
class Upkeep:
    """What one pass did, in files."""

    compacted: int = 0
    unread_deleted: int = 0
    originals_retired: int = 0


def keep_house(many_files: int = MANY_FILES) -> dict[str, Any]:
    """One pass over everything; see the module's docstring. Call it when no build is under way."""
    done = Upkeep(compact(many_files), delete_unread(), retire_originals())
    return asdict(done)


def compact(many_files: int = MANY_FILES) -> int:
    """Merge the small files of every entity that has more than `many_files`. Returns how many files became fewer.

    The merged file is written first, then one index is replaced: a kill leaves either the old reading or the new one.
    """
    merged = 0
    loads = lake.manifests()
    for entity in sorted({name for m in loads for name in m["files"]}):
        small = _small_files(entity, loads)
        if len(small) > many_files:
            _merge(entity, small)
            merged += len(small) - 1
    return merged


def _small_files(entity: str, loads: list[dict[str, Any]]) -> dict[str, list[str]]:
    """File to loads, of an entity's files that are worth merging."""
    files: dict[str, list[str]] = {}
    for manifest in loads:
        if entity in manifest["files"]:
            files.setdefault(manifest["files"][entity], []).append(manifest["load_id"])
    return {file: loads for file, loads in files.items() if (settings().lake / file).stat().st_size < LARGE_FILE_BYTES}


def _merge(entity: str, small: dict[str, list[str]]) -> None:
    loads = sorted(load for of_file in small.values() for load in of_file)
    name = f"{entity}/compacted-{hashlib.md5(''.join(loads).encode()).hexdigest()}.parquet"
    listed = ", ".join(literal(settings().lake / file) for file in small)
    wanted = ", ".join(literal(load) for load in loads)
    sql = f"select * from read_parquet([{listed}], union_by_name = true) where load_id in ({wanted}) order by load_id, row_number"
    with duckdb.connect() as connection:
        lake.write_parquet(connection.sql(sql).pl(), settings().lake / name)
    index = lake.compacted()
    kept = {file: of_file for file, of_file in index.get(entity, {}).items() if file not in small}
    lake.write_compacted({**index, entity: {**kept, name: loads}})


def delete_unread() -> int:
    """Delete Parquet that no load and no kept release reads: what killed processes, withdrawals and merging left behind."""
    read = {str(settings().lake / file) for m in lake.manifests() for file in m["files"].values()}
    for release in publish.releases():
        read |= _files_of(release)
    unread = [path for path in settings().lake.glob("*/*.parquet") if str(path) not in read]
    unread += list(settings().lake.glob("*/.*.tmp"))
    for path in unread:
        path.unlink(missing_ok=True)
    return len(unread)


def _files_of(release: Path) -> set[str]:
    """The Parquet files that the raw views of a release name."""
    with connect(release, read_only=True) as connection:
        views = connection.execute("select sql from duckdb_views() where schema_name = 'raw'").fetchall()
    return {path.replace("''", "'") for (sql,) in views for path in re.findall(r"'((?:[^']|'')+\.parquet)'", sql)}


def retire_originals(now: datetime | None = None) -> int:
    """Delete originals whose retention has ended: in the archive, in quarantine, and in landing what is in the lake.

    Retention counts from the load; it is the source's own (register of sources) or the setting `archive_days`.
    """
    now = now or datetime.now(UTC)
    ended = {m["sha256"]: now - datetime.fromisoformat(m["loaded_at"]) > retention(m) for m in lake.manifests()}
    retired = [settings().archive / sha256[:2] / sha256 for sha256, is_over in ended.items() if is_over]
    retired = [path for path in retired if path.exists()]
    for path in retired:
        path.unlink()
    in_landing = [path for path, sha256 in hashes().items() if ended.get(sha256)] if any(ended.values()) else []
    for path in in_landing:
        clear(path)
    stale = [p for p in settings().quarantine.glob("*/original") if _age(p, now) > timedelta(days=settings().archive_days)]
    for path in stale:
        path.unlink()
    return len(retired) + len(in_landing) + len(stale)


def retention(manifest: dict[str, Any]) -> timedelta:
    """How long the original of this load is kept."""
    if manifest.get("kind") == "register":
        return timedelta.max
    return timedelta(days=manifest.get("retention_days") or settings().archive_days)


def _age(path: Path, now: datetime) -> timedelta:
    return now - datetime.fromtimestamp(path.stat().st_mtime, UTC)
