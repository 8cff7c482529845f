"""The landing folder: which files lie there, what their place says about them, and taking in the new ones.

``landing/<account>/<file>`` or ``landing/<platform>/<account>/<file>``: the folder is the account's name. Files lying directly in
``landing/`` belong to the account ``main``. What a person put here stays as it is until its retention ends (`pipelines.upkeep`); copies
that `pulse ingest` made and pages of an API leave as soon as they are in the lake. What cannot be taken in gets a note under
``quarantine/``.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.load import Catalogue, Hints, take_in
from pipelines.ingest.read import readable_name, sha256_of
from pipelines.ingest.spec import platform_files, platforms, spec_files
from pipelines.lake import write_atomically
from pipelines.progress import track
from pipelines.registers.current import current_loads
from pipelines.settings import settings

SIDECAR = ".pulse.json"
SOURCES_REGISTER = "registers.sources"
IGNORED_NAMES = {"desktop.ini", "thumbs.db", "readme.md", "truth.json"}


@dataclass
class Intake:
    """What one pass over the landing folder did."""

    loaded: list[dict[str, Any]] = field(default_factory=list)
    known: int = 0
    quarantined: list[dict[str, Any]] = field(default_factory=list)


def landing_files() -> list[Path]:
    """Every file a person may have meant, in name order; hidden, temporary and side files left out."""
    root = settings().landing
    if not root.exists():
        return []
    return sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink() and _meant(p.relative_to(root)))


def _meant(relative: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in relative.parts)
    name = relative.name.lower()
    return not hidden and name not in IGNORED_NAMES and not name.endswith((SIDECAR, ".tmp", ".part", ".crdownload"))


def hints_for(path: Path, known_platforms: Iterable[str]) -> Hints:
    """Platform, account and capture time from the file's folder and its side file (written by `pulse ingest`)."""
    parts = path.relative_to(settings().landing).parts[:-1]
    platform = parts[0] if parts and parts[0] in set(known_platforms) else None
    rest = parts[1:] if platform else parts
    hints = Hints(platform=platform, account=rest[0] if rest else None, source_name=path.name)
    noted = _noted(path)
    try:
        hints.captured_at = datetime.fromisoformat(noted["captured_at"]) if noted.get("captured_at") else None
    except (ValueError, TypeError) as error:
        raise _bad_side_file(path) from error
    hints.operator = noted.get("operator")
    return hints


def _noted(path: Path) -> dict[str, Any]:
    """What the side file says; empty without one."""
    sidecar = path.with_name(path.name + SIDECAR)
    if not sidecar.exists():
        return {}
    try:
        noted = json.loads(sidecar.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _bad_side_file(path) from error
    if not isinstance(noted, dict):
        raise _bad_side_file(path)
    return noted


def _bad_side_file(path: Path) -> FileProblem:
    return FileProblem("side_file", f"{path.name}{SIDECAR} beside the file cannot be read. Delete it or run `pulse ingest` again.")


def place(path: Path, platform: str | None, account: str | None, captured_at: datetime | None) -> Path:
    """Copy one file into landing, keeping its times; a different file of the same name gets a suffix from its hash."""
    folder = settings().landing
    if platform:
        folder = folder / platform / (account or "main")
    elif account:
        folder = folder / account
    folder.mkdir(parents=True, exist_ok=True)
    digest = sha256_of(path)
    target = folder / path.name
    if target.exists() and sha256_of(target) != digest:
        target = folder / f"{path.stem}.{digest[:8]}{path.suffix}"
    is_copy = not target.exists() or _noted(target).get("is_copy", False)
    note = {"captured_at": captured_at.isoformat() if captured_at else None, "operator": "cli", "is_copy": is_copy}
    write_atomically(target.with_name(target.name + SIDECAR), json.dumps(note).encode())
    if not target.exists():
        temporary = target.with_name(f".{target.name}.tmp")
        shutil.copy2(path, temporary)
        temporary.replace(target)
    return target


def formats_revision() -> str:
    """Changes when a format, a platform or the register of sources does: then files that were refused deserve another look."""
    digest = hashlib.sha256()
    for path in [*spec_files(), *platform_files()]:
        digest.update(path.name.encode() + path.read_bytes())
    digest.update("".join(m["load_id"] for m in current_loads() if m["format_id"] == SOURCES_REGISTER).encode())
    return digest.hexdigest()[:16]


def pending_files() -> list[Path]:
    """Files of landing that no earlier pass has dealt with, by path, size and time: cheap, opens nothing."""
    index, revision = _read_index(), formats_revision()
    return [path for path in landing_files() if not _dealt_with(path, index, revision)]


def take_in_landing() -> Intake:
    """Take in every pending file. One bad file never stops another; each is noted with what to do about it."""
    index, revision = _read_index(), formats_revision()
    catalogue: Catalogue | None = None
    known_platforms = platforms()
    intake = Intake()
    files = landing_files()
    todo = [path for path in files if not _dealt_with(path, index, revision)]
    intake.known = len(files) - len(todo)
    _let_settle(todo)
    for path in track(todo, "taking in files"):
        catalogue = catalogue or Catalogue()
        before = _fingerprint(path)
        try:
            manifest, is_new = take_in(path, hints_for(path, known_platforms), catalogue)
        except FileProblem as problem:
            intake.quarantined.append(quarantine(path, problem))
            if problem.code != "no_access":  # it may be readable next time
                _remember(index, path, "quarantined", revision)
            continue
        _release_from_quarantine(manifest["sha256"])
        if is_new:
            intake.loaded.append(manifest)
        else:
            intake.known += 1
        if manifest["format_id"] == SOURCES_REGISTER:
            catalogue = None  # what it says holds for the files after it
        is_ours = manifest["kind"] == "api" or _noted(path).get("is_copy", False)
        if is_ours and _fingerprint(path) == before:  # else somebody has written to it meanwhile: the next pass takes that in
            clear(path)
        else:
            _remember(index, path, "loaded", revision, manifest["sha256"])
    if todo:
        _write_index({key: entry for key, entry in index.items() if (settings().landing / key).exists()})
    return intake


def _let_settle(files: list[Path]) -> None:
    """Wait until the newest file has not been written to for a moment: it may still be on its way here."""
    ages = [time.time() - path.stat().st_mtime for path in files if path.exists()]
    youngest = min((age for age in ages if age >= 0), default=settings().settle_seconds)
    if youngest < settings().settle_seconds:
        time.sleep(settings().settle_seconds - youngest)


def clear(path: Path) -> None:
    """Take a file that is in the lake out of landing, its side file last."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + SIDECAR).unlink(missing_ok=True)


def quarantine(path: Path, problem: FileProblem) -> dict[str, Any]:
    """Keep a copy of the bytes and a note: what was wrong, the nearest format, the header difference."""
    is_open = problem.code != "no_access"
    digest = sha256_of(path) if is_open else hashlib.sha256(os.fsencode(path)).hexdigest()
    folder = settings().quarantine / digest[:16]
    note = {
        "sha256": digest,
        "source_name": readable_name(path.name),
        "reason_code": problem.code,
        "message": problem.message,
        "nearest_format": problem.nearest_format,
        "missing_headers": problem.missing_headers,
        "unexpected_headers": problem.unexpected_headers,
        "noticed_at": datetime.now(UTC).isoformat(),
    }
    copy = folder / "original"
    if is_open and not copy.exists():
        folder.mkdir(parents=True, exist_ok=True)
        temporary = copy.with_name(".original.tmp")
        shutil.copyfile(path, temporary)
        temporary.replace(copy)
    write_atomically(folder / "note.json", json.dumps(note, ensure_ascii=False, indent=1).encode())
    return note


def quarantined_files() -> list[dict[str, Any]]:
    """The notes of all files in quarantine."""
    return [json.loads(p.read_text(encoding="utf-8")) for p in sorted(settings().quarantine.glob("*/note.json"))]


def _release_from_quarantine(sha256: str) -> None:
    shutil.rmtree(settings().quarantine / sha256[:16], ignore_errors=True)


def _index_path() -> Path:
    return settings().lake / "landing_index.json"


def _read_index() -> dict[str, Any]:
    """The memory of earlier passes. Only a cache: without it, or when it is damaged, every file is read again and found to be known."""
    path = _index_path()
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError:
        return {}


def _write_index(index: dict[str, Any]) -> None:
    write_atomically(_index_path(), json.dumps(index).encode())


def _key(path: Path) -> str:
    return str(path.relative_to(settings().landing))


def _fingerprint(path: Path) -> list[int]:
    try:
        stat = path.stat()
    except FileNotFoundError:  # somebody has just taken it away
        return []
    sidecar = path.with_name(path.name + SIDECAR)
    return [stat.st_size, stat.st_mtime_ns, sidecar.stat().st_mtime_ns if sidecar.exists() else 0]


def _dealt_with(path: Path, index: dict[str, Any], revision: str) -> bool:
    entry = index.get(_key(path))
    if entry is None or entry["fingerprint"] != _fingerprint(path):
        return False
    return entry["status"] == "loaded" or entry["revision"] == revision


def _remember(index: dict[str, Any], path: Path, status: str, revision: str, sha256: str | None = None) -> None:
    index[_key(path)] = {"fingerprint": _fingerprint(path), "status": status, "revision": revision, "sha256": sha256}


def hashes() -> dict[Path, str]:
    """Every file of landing with its SHA-256; files are read only where no earlier pass has noted it, or they have changed since."""
    index = _read_index()
    noted = {path: index.get(_key(path), {}) for path in landing_files()}
    return {
        path: (entry.get("sha256") if entry.get("fingerprint") == _fingerprint(path) else None) or sha256_of(path)
        for path, entry in noted.items()
    }


def files_under(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and all files below the folders named."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and _meant(p.relative_to(path)))
        else:
            yield path
