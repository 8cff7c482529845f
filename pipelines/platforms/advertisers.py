"""What the connectors of ad systems share: the advertisers of an account, ids as numbers, and tokens that rotate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from pipelines.connectors.model import Account, Call, Tokens
from pipelines.connectors.tokens import expiry


def advertisers(call: Call) -> list[str]:
    """The advertisers of an account: one authorisation may cover several, written with commas between."""
    return [a.strip() for a in call.account.options["advertiser_id"].split(",") if a.strip()]


def number(written: str) -> int | str:
    """An id as JSON has it, where it is one; what is none goes out as it is, and the platform says so."""
    return int(written) if written.isdigit() else written


def refresh_token(account: Account, current: Tokens | None) -> str:
    """The refresh token of the last renewal; before the first one, the configured one."""
    return current.refresh.get_secret_value() if current and current.refresh else account.secret("refresh_token")


def tokens_in(data: Mapping[str, Any], used: str, now: datetime, life: str, refresh_life: str) -> Tokens:
    """The tokens of an answer. Where it has no refresh token, the one used for it goes on."""
    return Tokens(
        SecretStr(data["access_token"]),
        SecretStr(data.get("refresh_token") or used),
        expiry(now, data.get(life)),
        expiry(now, data.get(refresh_life)),
    )
