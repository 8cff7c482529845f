"""Is this install well? Every check says what it looked at, whether that is fine, and what to do if it is not."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines import lake, publish
from pipelines.ingest.landing import landing_files, pending_files, quarantined_files
from pipelines.ingest.spec import broken_specs, platforms
from pipelines.settings import DBT_DIR, settings
from pipelines.warehouse import connect, current_release

Level = Literal["ok", "warning", "problem"]
LATE_FACTOR = 3  # a source is stale when it is silent for so many times its usual gap
CLOCK_SLACK = timedelta(minutes=10)


@dataclass
class Finding:
    """What one check found. `mend` is empty where all is well."""

    check: str
    level: Level
    message: str
    mend: str = ""


def examine(now: datetime | None = None) -> list[Finding]:
    """All checks. Reads only; works on a fresh install and while a run is going on."""
    now = now or datetime.now(UTC)
    checks: list[Callable[[datetime], Iterator[Finding]]] = [_disk, _clock, _release, _sources, _quarantine, _waiting, _formats]
    return [finding for check in [*checks, _holidays, _secrets] for finding in check(now)]


def _disk(now: datetime) -> Iterator[Finding]:
    usage = shutil.disk_usage(settings().root if settings().root.exists() else settings().root.parent)
    needed = publish.needed_bytes()
    message = f"{usage.free / 1e9:.1f} GB free, a run needs {needed / 1e9:.1f} GB"
    if usage.free < needed:
        yield Finding("disk", "problem", message, "Free some space, or lower PULSE_KEEP_RELEASES and PULSE_ARCHIVE_DAYS.")
    elif usage.free < 3 * needed:
        yield Finding("disk", "warning", message, "Free some space soon.")
    else:
        yield Finding("disk", "ok", message)


def _clock(now: datetime) -> Iterator[Finding]:
    """A clock that was set back makes new captures look older than old ones."""
    stamps = [datetime.fromisoformat(m["loaded_at"]) for m in lake.manifests()]
    stamps += [datetime.fromtimestamp(p.stat().st_mtime, UTC) for p in landing_files()]
    latest = max(stamps, default=now)
    if latest > now + CLOCK_SLACK:
        message = f"the clock says {now:%Y-%m-%d %H:%M} UTC, and files or loads are from {latest:%Y-%m-%d %H:%M}"
        yield Finding("clock", "problem", message, "Set the machine's clock (and time synchronisation) right before the next run.")
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC, nothing here is from the future")


def _release(now: datetime) -> Iterator[Finding]:
    release = current_release()
    if release is None:
        is_dangling = settings().warehouse.is_symlink()
        message = "the link data/warehouse.duckdb points to nothing" if is_dangling else "nothing is published yet"
        yield Finding("release", "problem" if is_dangling else "warning", message, "Run `pulse run`.")
        return
    with connect(release, read_only=True) as connection:
        row = connection.execute("select published_at from quality.release").fetchone()
    age = now - row[0] if row else timedelta(0)
    message = f"{release.stem} is published, {age.total_seconds() / 3600:.0f} hours old, {len(publish.releases())} kept"
    waiting = len(pending_files())
    if age > timedelta(days=2) and waiting:
        yield Finding("release", "warning", message, f"{waiting} files wait: run `pulse run`, or `pulse up` for scheduled runs.")
    else:
        yield Finding("release", "ok", message)


def _sources(now: datetime) -> Iterator[Finding]:
    """A source that used to come every few days and has stopped."""
    arrivals: dict[tuple[str, str], list[datetime]] = {}
    for manifest in lake.manifests():
        if manifest.get("kind") != "register":
            key = (manifest["account_key"], manifest["format_id"])
            arrivals.setdefault(key, []).append(datetime.fromisoformat(manifest["captured_at"]))
    stale = [text for key, times in sorted(arrivals.items()) if (text := _silence(key, sorted(set(times)), now))]
    for text in stale:
        yield Finding("sources", "warning", text, "Export it again, or look at `pulse pull` if it comes by API.")
    if not stale:
        yield Finding("sources", "ok", f"{len(arrivals)} sources, none silent for longer than usual")


def _silence(key: tuple[str, str], times: list[datetime], now: datetime) -> str | None:
    if len(times) < 3:  # no rhythm yet
        return None
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    usual = max(gaps[len(gaps) // 2], timedelta(hours=_latency_hours(key[0])))
    silent = now - times[-1]
    if silent <= LATE_FACTOR * usual:
        return None
    return f"{key[0]} ({key[1]}): nothing for {silent.days} days, usually every {max(usual.days, 1)}"


def _latency_hours(account_key: str) -> int:
    platform = platforms().get(account_key.split(":")[0])
    return platform.data_latency_hours if platform else 24


def _quarantine(now: datetime) -> Iterator[Finding]:
    notes = quarantined_files()
    for note in notes:
        yield Finding("quarantine", "warning", f"{note['source_name']}: {note['message']}", "Mend or replace the file, or `pulse map` it.")
    if not notes:
        yield Finding("quarantine", "ok", "no file in quarantine")


def _waiting(now: datetime) -> Iterator[Finding]:
    count = len(pending_files())
    yield Finding("landing", "ok", f"{count} files wait to be taken in")


def _formats(now: datetime) -> Iterator[Finding]:
    broken = broken_specs()
    for path, reason in broken.items():
        yield Finding("formats", "problem", f"{path.name} cannot be used: {reason.splitlines()[0]}", f"Mend {path}.")
    if not broken:
        yield Finding("formats", "ok", "every format can be read")


def _holidays(now: datetime) -> Iterator[Finding]:
    """The official calendar of a year comes out in November of the year before."""
    days = pl.read_csv(DBT_DIR / "seeds" / "holidays.csv", try_parse_dates=True)
    known = set(days.filter(~pl.col("is_provisional"))["date"].dt.year())
    needed = now.year + 1 if now.date() >= date(now.year, 12, 1) else now.year
    if needed in known:
        yield Finding("holidays", "ok", f"official holidays and make-up workdays are known up to {max(known)}")
    else:
        message = f"the official holidays and make-up workdays of {needed} are not in the table"
        yield Finding("holidays", "warning", message, "Update Social Pulse; until then that year is marked provisional.")


def _secrets(now: datetime) -> Iterator[Finding]:
    """Files with keys and tokens are readable by their owner only."""
    files = [settings().key_file, settings().secrets_file, *(settings().root / "tokens").glob("*.json")]
    found = [path for path in files if path.exists()]
    loose = [path for path in found if stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in loose:
        yield Finding("secrets", "problem", f"{_short(path)} can be read by others", f"chmod 600 {path}")
    if not loose:
        yield Finding("secrets", "ok", f"{len(found)} files with secrets, readable by their owner only")


def _short(path: Path) -> str:
    return str(path.relative_to(settings().root)) if path.is_relative_to(settings().root) else str(path)
