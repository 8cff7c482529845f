"""The road of one uploaded file, as the app and `pulse map` take it: every look into it happens in a limited process."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.landing import IGNORED_NAMES, SIDECAR, formats_revision, place
from pipelines.ingest.sandbox import keep_ready, run_limited
from pipelines.mapping.draft import Draft
from pipelines.mapping.formats import save, to_yaml
from pipelines.settings import settings

__all__ = ["FileProblem", "formats_revision"]  # what the app needs of the engine comes through here

MAX_NAME_BYTES = 180  # a Chinese character has three; file systems allow 255, and suffixes are added
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
MAPPABLE = ("unknown_format", "look_alike")  # problems that a mapping can solve


def safe_name(name: str, fallback: str = "file") -> str:
    """A name for a file or folder made of what somebody sent: no path, no control characters, nothing that landing would overlook."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name).strip())[-1]
    clean = "".join("_" if c in '<>:"|?*' else c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    clean = _shortened(clean.strip(" ").lstrip(".~$ ").rstrip(". ")) or fallback
    overlooked = clean.lower() in IGNORED_NAMES or clean.lower().endswith((SIDECAR, ".tmp", ".part", ".crdownload"))
    return f"file_{clean}.data" if overlooked else f"file_{clean}" if RESERVED.fullmatch(clean) else clean


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = name, "", ""
    room = MAX_NAME_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + ending


@contextmanager
def spooled(data: bytes, name: str) -> Iterator[Path]:
    """The uploaded bytes as a file, for as long as it is looked at. FileProblem when there are too many."""
    check_size(len(data))
    with tempfile.TemporaryDirectory(prefix="pulse-upload-") as folder:
        path = Path(folder) / safe_name(name)
        path.write_bytes(data)
        yield path


def get_ready() -> None:
    """Have the reader wait with all it needs imported, so that an answer takes tenths of a second."""
    keep_ready("pipelines.mapping.jobs", "pipelines.mapping.suggest", "pandas", "pyarrow.dataset", "fastexcel")


def check_size(byte_count: int) -> None:
    """FileProblem for a file that is larger than an upload may be."""
    limit = settings().max_upload_mb
    if byte_count > limit * 1024**2:
        raise FileProblem("too_large", f"The file has more than {limit} MB. Export a shorter period, or use `pulse ingest` for it.")


def detect(path: Path, platform: str | None = None) -> dict[str, Any]:
    """See jobs.detect: the `report` of a known export, or the `problem`."""
    try:
        return dict(run_limited("pipelines.mapping.jobs:detect", path=str(path), platform=platform))
    except FileProblem as problem:  # stopped by a limit
        return {"problem": asdict(problem)}


def suggest(path: Path, **choices: Any) -> Draft:
    """The first draft of a mapping; choices are those of suggest.suggest."""
    return Draft(**run_limited("pipelines.mapping.suggest:suggest", path=str(path), **choices))


def preview(path: Path, draft: Draft, complete: bool, account: str | None = None) -> dict[str, Any]:
    """See jobs.preview. An incomplete draft is shown with its open columns as raw text."""
    text = to_yaml(draft, complete)
    return dict(run_limited("pipelines.mapping.jobs:preview", path=str(path), spec_yaml=text, account=account, alone=not complete))


def place_in_landing(path: Path, platform: str | None, account: str | None, captured_at: datetime | None) -> Path:
    """A copy of the file in landing, under its account's folder. Nothing in a name leads out of landing."""
    folder = safe_name(account, "main") if account else "main"
    root = settings().landing.resolve()
    target = root / (platform or "") / folder
    if not target.resolve().is_relative_to(root):
        raise ValueError(f"'{account}' is a link that leads out of the landing folder; choose another account name.")
    if (target / path.name).is_symlink():
        raise ValueError(f"'{path.name}' is a link in the landing folder; rename the file.")
    return place(path, platform, folder, captured_at)


def load(path: Path) -> dict[str, Any]:
    """See jobs.load: the file of landing becomes a load package now; a run publishes it."""
    return dict(run_limited("pipelines.mapping.jobs:load", path=str(path)))


@dataclass
class Saved:
    """A format that was saved, the file's place in landing and what became of it (see `load`)."""

    path: Path
    landed: Path
    load: dict[str, Any]


def save_and_load(
    path: Path, draft: Draft, replace: bool = False, account: str | None = None, captured_at: datetime | None = None
) -> Saved:
    """Keep the draft as a format, put the file into landing and take it in. NotReady or FileProblem before anything is written."""
    if preview(path, draft, complete=True, account=account)["rows_loaded"] == 0:
        raise FileProblem("nothing_loads", "No row of the file can be read this way. Mend the mapping first.")
    saved = save(draft, replace)
    landed = place_in_landing(path, draft.platform or "", account, captured_at)
    return Saved(saved, landed, load(landed))
