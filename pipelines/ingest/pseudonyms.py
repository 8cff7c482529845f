"""Personal identifiers to pseudonyms: a keyed hash, so that nobody without this install's key can test a guess."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

import polars as pl

from pipelines.settings import settings

PSEUDONYM_LENGTH = 24
KEY_BYTES = 32


class BrokenKey(RuntimeError):
    """The key file holds no key: pseudonyms made without one could be guessed."""


def install_key() -> bytes:
    """This install's key, made on first use and readable by its owner only. BrokenKey when the file has been damaged."""
    path = settings().key_file
    if not path.exists():
        _write_key(path)
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(f"[0-9a-f]{{{2 * KEY_BYTES}}}", text):
        raise BrokenKey(f"{path} holds no key. Restore it from a backup: with another key nobody is recognised as the same person.")
    return bytes.fromhex(text)


def _write_key(path: Path) -> None:
    """The key appears whole or not at all; of two processes that make one at a time the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(KEY_BYTES))
        stream.flush()
        os.fsync(stream.fileno())
    with suppress(FileExistsError):  # another process made it first
        os.link(temporary, path)
    temporary.unlink()


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
