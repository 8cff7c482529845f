"""What the connectors of ad systems share: the advertisers of an account, ids as numbers, tokens that rotate, codes without a meaning."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from pipelines.connectors.model import Account, Call, Credential, Tokens
from pipelines.connectors.paging import dig
from pipelines.connectors.tokens import expiry
from pipelines.connectors.verdicts import Answer, TokenExpired, Unexplained, Verdict, by_status


def advertisers(call: Call) -> list[str]:
    """The advertisers of an account: one authorisation may cover several, written with commas between."""
    return [a.strip() for a in call.account.options["advertiser_id"].split(",") if a.strip()]


def number(written: str) -> int | str:
    """An id as JSON has it, where it is one; what is none goes out as it is, and the platform says so."""
    return int(written) if written.isdigit() else written


def refresh_token(account: Account, current: Tokens | None) -> str:
    """The refresh token of the last renewal; before the first one, the configured one."""
    return current.refresh.get_secret_value() if current and current.refresh else account.secret("refresh_token")


def attach(account: Account, tokens: Tokens) -> Credential:
    """The token in the header `Access-Token`."""
    return Credential(headers={"Access-Token": tokens.access.get_secret_value()})


def classify(answer: Answer, expired: Collection[Any] = ()) -> Verdict:
    """Any code but 0 is an error. But for those of the token their meaning is not published, so each is tried once more."""
    code = dig(answer.body, "code")
    said = f"code {code} {dig(answer.body, 'message') or ''} (request_id {dig(answer.body, 'request_id')})"
    if code in expired:
        return TokenExpired(said)
    if code and answer.status < 300:
        return Unexplained(said)
    return by_status(answer, said if code else "")


def tokens_in(data: Mapping[str, Any], used: str, now: datetime, life: str, refresh_life: str) -> Tokens:
    """The tokens of an answer. Where it has no refresh token, the one used for it goes on."""
    return Tokens(
        SecretStr(data["access_token"]),
        SecretStr(data.get("refresh_token") or used),
        expiry(now, data.get(life)),
        expiry(now, data.get(refresh_life)),
    )
