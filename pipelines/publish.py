"""Write, audit, publish: a build becomes a release only when it can be read whole, and readers switch in one step.

A release is ``data/releases/<release_id>.duckdb``; ``data/warehouse.duckdb`` is a link to the current one, replaced atomically.
Readers open the resolved path, so the one they have stays whole until they let go of it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from pipelines.settings import settings
from pipelines.warehouse import connect, current_release


class AuditFailed(Exception):
    """The build cannot be published; the last good release stays."""


def publish(build: Path, release_id: str) -> Path:
    """Audit the build, give it its release name and point the link at it. Returns the release's path."""
    audit(build)
    target = settings().releases / f"{release_id}.duckdb"
    target.parent.mkdir(parents=True, exist_ok=True)
    _sync(build)
    os.replace(build, target)
    target.chmod(0o444)
    _point_to(target)
    _prune()
    return target


def audit(build: Path) -> None:
    """Read every column of every table once, so that a damaged file is never published. AuditFailed with the reason."""
    try:
        _read_all(build)
    except duckdb.Error as error:
        raise AuditFailed(f"{build.name} cannot be read whole: {error}") from error


def _read_all(build: Path) -> None:
    with connect(build) as connection:
        connection.execute("checkpoint")
    if build.with_name(build.name + ".wal").exists():
        raise AuditFailed(f"{build.name} still has unwritten changes after a checkpoint")
    with connect(build, read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name in ('raw', 'core', 'marts', 'analyses', 'quality')"
        ).fetchall()
        if not any(schema == "marts" for schema, _ in tables):
            raise AuditFailed("the build has no marts")
        for schema, table in tables:
            connection.execute(f'select count(*), bit_xor(hash(t)) from "{schema}"."{table}" as t').fetchone()


def releases() -> list[Path]:
    """Kept releases, newest first."""
    return sorted(settings().releases.glob("*.duckdb"), key=lambda p: p.name, reverse=True)


def rollback() -> Path:
    """Point the link at the release before the current one. LookupError when there is none."""
    current = current_release()
    older = [p for p in releases() if current is None or p.name < current.name]
    if not older:
        raise LookupError("There is no older release to go back to.")
    _point_to(older[0])
    return older[0]


def _point_to(target: Path) -> None:
    """Replace the link in one step; relative, so that the data folder may move."""
    link = settings().warehouse
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target.relative_to(link.parent))
    os.replace(temporary, link)


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _prune() -> None:
    """Keep the newest releases and the current one; readers that still hold an older file keep their open handle."""
    current = current_release()
    for path in releases()[settings().keep_releases :]:
        if path != current:
            path.unlink()


def needed_bytes() -> float:
    """Room a run needs: a copy of the warehouse while it builds, and the setting's reserve."""
    release = current_release()
    return settings().min_free_gb * 1e9 + (2.5 * release.stat().st_size if release else 0)


def free_bytes() -> int:
    return shutil.disk_usage(settings().root).free
