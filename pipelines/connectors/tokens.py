"""What a source must remember between runs: tokens that rotate, and until when its quota is used up. One 0600 file per account."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import SecretStr

from pipelines.connectors.credentials import require_private
from pipelines.connectors.model import Account, Connector, Tokens
from pipelines.connectors.redaction import remember_secrets
from pipelines.settings import settings

EARLY = timedelta(minutes=5)  # a token this close to its end is fetched anew before it is used

Renew = Callable[[Tokens | None], Tokens]


class TokenStore:
    """The tokens of one account. Every change happens under a lock, and the file is on disk before a new token is used."""

    def __init__(self, connector: Connector, account: Account) -> None:
        self.path = settings().tokens / f"{connector.name}.{account.name}.json"
        self._connector, self._account = connector, account
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = FileLock(self.path.with_suffix(".lock"))

    def pulling(self) -> FileLock:
        """Held while an account is pulled: a second pull waits and then finds nothing left to do."""
        return FileLock(self.path.with_suffix(".pull.lock"))

    def valid(self, now: datetime, renew: Renew | None) -> Tokens:
        """Tokens to work with, fetched now when there are none or they are about to end."""
        tokens = self._read_tokens()
        if tokens is not None and not _ends_soon(tokens, now):
            return tokens
        return self._renewed(lambda current: current is None or _ends_soon(current, now), renew)

    def replaced(self, rejected: Tokens, renew: Renew | None) -> Tokens:
        """Tokens in place of some that the server rejected; another process may have fetched them in the meantime."""
        stale = rejected.access.get_secret_value()
        return self._renewed(lambda current: current is None or current.access.get_secret_value() == stale, renew)

    def _renewed(self, is_stale: Callable[[Tokens | None], bool], renew: Renew | None) -> Tokens:
        with self._lock:
            current = self._read_tokens()
            if current is not None and not is_stale(current):
                return current
            if renew is None:
                return self._remembered(Tokens(SecretStr(self._account.secret("access_token"))))
            tokens = self._remembered(renew(current))
            self._write({**self._read(), "seed": self._seed(), "tokens": _plain(tokens)})
            return tokens

    def quota_until(self) -> datetime | None:
        """Until when this source is stopped, None when it is not."""
        stated = self._read().get("quota_until")
        return datetime.fromisoformat(stated) if stated else None

    def stop_until(self, until: datetime) -> None:
        """Remember that the quota is used up: runs before that do not call."""
        with self._lock:
            self._write({**self._read(), "quota_until": until.astimezone(UTC).isoformat()})

    def _read_tokens(self) -> Tokens | None:
        kept = self._read()
        if "tokens" not in kept or kept.get("seed") != self._seed():  # the operator has authorised again: begin with that
            return None
        held = kept["tokens"]
        return self._remembered(
            Tokens(
                access=SecretStr(held["access"]),
                refresh=SecretStr(held["refresh"]) if held.get("refresh") else None,
                expires_at=_moment(held.get("expires_at")),
                refresh_expires_at=_moment(held.get("refresh_expires_at")),
                extra=held.get("extra") or {},
            )
        )

    def _seed(self) -> str:
        """Tells the configured credentials from others without revealing them."""
        given = "\n".join(f"{k}={v.get_secret_value()}" for k, v in sorted(self._account.secrets.items()))
        return hashlib.sha256(f"{self._connector.name}\n{given}".encode()).hexdigest()[:16]

    def _remembered(self, tokens: Tokens) -> Tokens:
        remember_secrets(s.get_secret_value() for s in (tokens.access, tokens.refresh) if s)
        remember_secrets(v for v in tokens.extra.values() if isinstance(v, str))  # ids that come with a login
        return tokens

    def _read(self) -> dict[str, Any]:
        if not self.path.exists():
            return {}
        require_private(self.path)
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))
        except ValueError:  # damaged: the configured credentials still are there, and the first renewal tells whether they do
            return {}

    def _write(self, content: dict[str, Any]) -> None:
        write_private(self.path, json.dumps(content).encode())


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, so that it is absent, old or whole at any moment."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)


def expiry(now: datetime, seconds: Any) -> datetime | None:
    """The moment a lifetime in seconds ends; None when the server names none."""
    return now + timedelta(seconds=float(seconds)) if seconds else None


def _ends_soon(tokens: Tokens, now: datetime) -> bool:
    return tokens.expires_at is not None and now >= tokens.expires_at - EARLY


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _plain(tokens: Tokens) -> dict[str, Any]:
    return {
        "access": tokens.access.get_secret_value(),
        "refresh": tokens.refresh.get_secret_value() if tokens.refresh else None,
        "expires_at": tokens.expires_at.isoformat() if tokens.expires_at else None,
        "refresh_expires_at": tokens.refresh_expires_at.isoformat() if tokens.refresh_expires_at else None,
        "extra": dict(tokens.extra),
    }
