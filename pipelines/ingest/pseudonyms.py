"""Personal identifiers to pseudonyms: a keyed hash, so that nobody without this install's key can test a guess."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

import polars as pl

from pipelines.settings import settings

PSEUDONYM_LENGTH = 24


def install_key() -> bytes:
    """This install's key, made on first use and readable by its owner only."""
    path = settings().key_file
    if not path.exists():
        _write_key(path)
    return bytes.fromhex(path.read_text(encoding="ascii").strip())


def _write_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return  # another process made it first
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(32))


def forgotten() -> dict[str, set[str]]:
    """By platform the pseudonyms of the people who are not to come back."""
    path = settings().forgotten_file
    listed = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {platform: set(keys) for platform, keys in listed.items()}


def remember_forgotten(platform: str, keys: set[str]) -> None:
    """Add a person to the list of the forgotten."""
    path = settings().forgotten_file
    everyone = forgotten()
    everyone[platform] = everyone.get(platform, set()) | keys
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps({name: sorted(people) for name, people in everyone.items()}), encoding="utf-8")
    os.chmod(temporary, 0o600)
    temporary.replace(path)


def pseudonyms(values: pl.Series, namespace: str) -> pl.Series:
    """HMAC-SHA256 of each value within `namespace`; NULL stays NULL. Each distinct value is hashed once."""
    key = install_key()
    distinct = values.drop_nulls().unique()
    hashed = [hmac.new(key, f"{namespace}:{v}".encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_LENGTH] for v in distinct]
    return values.replace_strict(distinct, pl.Series(hashed, dtype=pl.String), default=None, return_dtype=pl.String)
