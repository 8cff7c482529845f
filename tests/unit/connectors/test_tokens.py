"""Rotating tokens: kept before they are used, fetched once however many ask, thrown away when a person authorises again."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipelines.connectors.catalogue import connector
from pipelines.connectors.credentials import CredentialsProblem
from pipelines.connectors.model import Account, Tokens
from pipelines.connectors.tokens import TokenStore

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
ACCOUNT = Account("brand", {"client_key": SecretStr("key-of-app"), "refresh_token": SecretStr("seed-refresh")}, {})


@pytest.fixture
def store(data_dir: Path) -> TokenStore:
    """The token file of a made-up account."""
    return TokenStore(connector("douyin"), ACCOUNT)


def _tokens(name: str, lives: timedelta = timedelta(hours=2)) -> Tokens:
    return Tokens(SecretStr(f"access-{name}"), SecretStr(f"refresh-{name}"), NOW + lives, NOW + timedelta(days=30), {"open_id": "id-1"})


def test_tokens_survive_the_process_and_only_their_owner_reads_them(store: TokenStore) -> None:
    store.valid(NOW, lambda current: _tokens("one"))
    assert store.path.stat().st_mode & 0o777 == 0o600
    again = TokenStore(connector("douyin"), ACCOUNT).valid(NOW, None)
    assert again.access.get_secret_value() == "access-one"
    assert again.extra == {"open_id": "id-1"}
    store.path.chmod(0o644)
    with pytest.raises(CredentialsProblem, match="chmod 600"):
        store.valid(NOW, None)


def test_a_token_is_fetched_anew_before_it_ends(store: TokenStore) -> None:
    store.valid(NOW, lambda current: _tokens("one"))
    later = store.valid(NOW + timedelta(minutes=56), lambda current: replace(_tokens("two"), refresh=current.refresh if current else None))
    assert later.access.get_secret_value() == "access-one"
    later = store.valid(NOW + timedelta(minutes=116), lambda current: replace(_tokens("two"), refresh=current.refresh if current else None))
    assert later.access.get_secret_value() == "access-two"
    assert later.refresh is not None and later.refresh.get_secret_value() == "refresh-one"


def test_many_who_find_the_same_token_rejected_fetch_one_new_one(store: TokenStore) -> None:
    """A refresh token that rotates must be used once: the second use would end the session."""
    rejected = store.valid(NOW, lambda current: _tokens("one"))
    used: list[str] = []

    def renew(current: Tokens | None) -> Tokens:
        assert current is not None and current.refresh is not None
        used.append(current.refresh.get_secret_value())
        return _tokens("two")

    workers = [threading.Thread(target=lambda: TokenStore(connector("douyin"), ACCOUNT).replaced(rejected, renew)) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert used == ["refresh-one"]


def test_a_new_authorisation_replaces_what_was_kept(store: TokenStore, data_dir: Path) -> None:
    store.valid(NOW, lambda current: _tokens("one"))
    anew = replace(ACCOUNT, secrets={**ACCOUNT.secrets, "refresh_token": SecretStr("another-seed")})
    seen: list[Tokens | None] = []
    TokenStore(connector("douyin"), anew).valid(NOW, lambda current: seen.append(current) or _tokens("two"))
    assert seen == [None]


def test_a_renewal_that_fails_keeps_the_old_tokens(store: TokenStore) -> None:
    rejected = store.valid(NOW, lambda current: _tokens("one"))

    def broken(current: Tokens | None) -> Tokens:
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        store.replaced(rejected, broken)
    assert store.valid(NOW, None).access.get_secret_value() == "access-one"


def test_a_damaged_token_file_is_not_the_end(store: TokenStore) -> None:
    store.valid(NOW, lambda current: _tokens("one"))
    store.path.write_text("{")
    assert store.valid(NOW, lambda current: _tokens("two")).access.get_secret_value() == "access-two"


def test_the_quota_is_remembered_beside_the_tokens(store: TokenStore) -> None:
    store.valid(NOW, lambda current: _tokens("one"))
    store.stop_until(NOW + timedelta(hours=5))
    assert TokenStore(connector("douyin"), ACCOUNT).quota_until() == NOW + timedelta(hours=5)
    assert store.valid(NOW, None).access.get_secret_value() == "access-one"
