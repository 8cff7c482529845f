"""dbt's manifest, parsed again only when the project has changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipelines.lake import write_atomically
from pipelines.settings import DBT_DIR
from pipelines.transform import parse_manifest, target_dir


def dbt_manifest() -> Path:
    """Path of a manifest that fits the project as it is now."""
    manifest = target_dir() / "target" / "manifest.json"
    stamp = target_dir() / "manifest.sha256"
    digest = _project_digest()
    if not manifest.exists() or not stamp.exists() or stamp.read_text(encoding="ascii") != digest:
        parse_manifest()
        write_atomically(stamp, digest.encode())
    return manifest


def _project_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(
        p for p in DBT_DIR.rglob("*") if p.suffix in (".sql", ".yml", ".yaml") and "target" not in p.relative_to(DBT_DIR).parts
    ):
        digest.update(str(path.relative_to(DBT_DIR)).encode() + path.read_bytes())
    return digest.hexdigest()
