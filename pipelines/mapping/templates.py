"""Starting points for a mapping: skeletons of formats whose labels are known and whose headers nobody has seen yet."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pipelines.ingest.spec import SHIPPED_EXAMPLES, FormatSpec, read_spec
from pipelines.settings import settings


def templates() -> dict[str, FormatSpec]:
    """Every readable skeleton by its name (the file's, without .yaml); the user's own replace shipped ones."""
    return _templates(tuple((path, path.stat().st_mtime_ns) for path in _files()))


@lru_cache(maxsize=2)
def _templates(files: tuple[tuple[Path, int], ...]) -> dict[str, FormatSpec]:
    found: dict[str, FormatSpec] = {}
    for path, _ in files:
        try:
            found[path.stem] = read_spec(path)
        except ValueError:
            if SHIPPED_EXAMPLES in path.parents and settings().user_formats != SHIPPED_EXAMPLES:
                raise
            continue  # a broken one of the user is no starting point; nothing depends on it
    return found


def read_template(name: str) -> FormatSpec:
    """One skeleton. LookupError names those there are."""
    known = templates()
    if name not in known:
        raise LookupError(f"There is no template '{name}'. There are: {', '.join(known) or 'none'}.")
    return known[name]


def _files() -> list[Path]:
    folders = dict.fromkeys([SHIPPED_EXAMPLES, settings().user_formats])
    return [path for folder in folders for path in sorted((folder / "templates").glob("*.yaml"))]
