"""Whose figures are pulled: the environment, the private file, and what is said when something is not right."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.connectors.catalogue import connector
from pipelines.connectors.client import World
from pipelines.connectors.credentials import CredentialsProblem, accounts
from pipelines.connectors.pull import pull
from pipelines.settings import settings

WECHAT = connector("wechat")
CONTENT = "wechat:\n  品牌号:\n    app_id: wx-file-id\n    app_secret: file-secret\n    start: 2026-01-31\n"


@pytest.fixture(autouse=True)
def _own_data_folder(data_dir: Path) -> None:
    """The secrets file is the test's own."""


def _secrets(text: str, mode: int = 0o600) -> Path:
    path = settings().secrets_file
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_without_credentials_a_connector_is_off() -> None:
    assert accounts(WECHAT) == []
    assert pull() == []
    (outcome,) = pull("wechat")
    assert outcome.status == "skipped"
    assert "PULSE_WECHAT_APP_SECRET" in outcome.sentence


def test_the_environment_names_accounts_and_main(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("APP_ID", "APP_SECRET", "BRAND_APP_ID", "BRAND_APP_SECRET"):
        monkeypatch.setenv(f"PULSE_WECHAT_{name}", f"value-{name}")
    found = {a.name: a for a in accounts(WECHAT)}
    assert set(found) == {"main", "brand"}
    assert found["brand"].secret("app_id") == "value-BRAND_APP_ID"
    assert "value-BRAND" not in repr(found["brand"])


def test_a_file_that_others_can_read_is_refused() -> None:
    path = _secrets(CONTENT, 0o640)
    with pytest.raises(CredentialsProblem, match=f"chmod 600 {path}"):
        accounts(WECHAT)


def test_the_private_file_takes_any_account_name() -> None:
    _secrets(CONTENT)
    (account,) = accounts(WECHAT)
    assert (account.name, account.secret("app_secret"), str(account.start)) == ("品牌号", "file-secret", "2026-01-31")


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    _secrets(CONTENT.replace("品牌号", "brand"))
    monkeypatch.setenv("PULSE_WECHAT_BRAND_APP_SECRET", "newer-secret")
    assert accounts(WECHAT)[0].secret("app_secret") == "newer-secret"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wechat: [1", "no YAML"),
        ("wechat:\n  app_id: x\n", "below 'wechat' stand accounts"),
        ("wechat:\n  brand:\n    appid: x\n", "'appid'"),
        ("wechat:\n  brand:\n    app_id: x\n    start: soon\n", "2026-01-31"),
        ("wechat:\n  ../brand:\n    app_id: x\n", "becomes a folder"),
    ],
)
def test_a_wrong_file_is_explained_without_its_values(text: str, said: str) -> None:
    _secrets(text.replace("x", "very-secret-value"))
    with pytest.raises(CredentialsProblem, match=said) as caught:
        accounts(WECHAT)
    assert "very-secret" not in str(caught.value)


def test_an_incomplete_account_is_skipped_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_WECHAT_BRAND_APP_ID", "wx-only-id")
    (outcome,) = pull("wechat", world=World(now=lambda: datetime(2026, 11, 22, tzinfo=UTC)))
    assert outcome.status == "skipped"
    assert "PULSE_WECHAT_BRAND_APP_SECRET is missing" in outcome.sentence


def test_credentials_are_sent_over_https_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"APP_ID": "wx-some-id", "APP_SECRET": "some-secret", "BASE_URL": "http://api.example.com"}.items():
        monkeypatch.setenv(f"PULSE_WECHAT_{name}", value)
    outcomes = pull("wechat", world=World(now=lambda: datetime(2026, 11, 22, 3, tzinfo=UTC)))
    assert all("https only" in o.sentence for o in outcomes if o.api)
    assert outcomes[-1].status == "failed"


def test_an_unknown_connector_is_told_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="wechat"):
        pull("wechet")
