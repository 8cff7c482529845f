"""X API v2: the account's followers and its posts of the last 30 days with public and non-public counts, all of this moment.

Non-public counts exist for 30 days and for the author only, so the token is a user's (OAuth 2.0 with PKCE, scope offline.access).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import SecretStr

from pipelines.connectors.model import Account, Ask, Call, Connector, Credential, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging, by_cursor, dig
from pipelines.connectors.tokens import expiry
from pipelines.connectors.verdicts import (
    Answer,
    Denied,
    Fatal,
    QuotaUsed,
    Transient,
    Verdict,
    by_status,
    retry_after,
    tomorrow,
)

POST_DAYS = 29  # one day within the 30: an older post makes X leave out the page's other posts
REFUSED_LOGIN = {"invalid_grant", "invalid_request", "unauthorized_client"}


def _renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    """An access token for about two hours. Every renewal ends the refresh token and brings another."""
    refresh = current.refresh.get_secret_value() if current and current.refresh else account.secret("refresh_token")
    form = {"grant_type": "refresh_token", "client_id": account.secret("client_id"), "refresh_token": refresh}
    body = ask(Request("/2/oauth2/token", form=form, method="POST"))
    return Tokens(SecretStr(body["access_token"]), SecretStr(body.get("refresh_token") or refresh), expiry(now, body.get("expires_in")))


def _attach(account: Account, tokens: Tokens) -> Credential:
    return Credential(headers={"Authorization": f"Bearer {tokens.access.get_secret_value()}"})


def _classify(answer: Answer) -> Verdict:
    """HTTP status. A 200 may say `errors` beside its data (fields of single posts); without data it is none."""
    error = dig(answer.body, "error")
    detail = dig(answer.body, "detail") or dig(answer.body, "errors.0.detail") or dig(answer.body, "error_description") or error or ""
    said = f"HTTP {answer.status} {dig(answer.body, 'title') or ''} {detail}"
    if answer.status == 400 and error in REFUSED_LOGIN:
        return Denied(said)
    if answer.status == 429:
        if str(dig(answer.body, "type")).endswith("usage-capped"):
            return QuotaUsed(said, tomorrow(answer, "UTC"))
        return Transient(said, retry_after(answer, "x-rate-limit-reset"))
    if answer.status == 200 and dig(answer.body, "errors") and not {"data", "meta"} & set(answer.body):
        return Fatal(said)
    return by_status(answer, str(detail))


def _account(call: Call) -> Iterable[Request]:
    return [Request(f"/2/users/{call.account.options['user_id']}", {"user.fields": "public_metrics"})]


def _posts(call: Call) -> Iterable[Request]:
    """Reposts are left out: they are other people's posts, and their counts too."""
    params = {
        "max_results": 100,
        "start_time": f"{call.today - timedelta(days=POST_DAYS - 1)}T00:00:00Z",
        "exclude": "retweets",
        "tweet.fields": "created_at,public_metrics,non_public_metrics",
    }
    return [Request(f"/2/users/{call.account.options['user_id']}/tweets", params)]


ENDPOINTS = [
    Endpoint("account", _account, Paging("data"), snapshot=True),
    Endpoint("posts", _posts, Paging("data", by_cursor("meta.next_token", None, "pagination_token"), row_id="id"), snapshot=True),
]

CONNECTORS = [
    Connector(
        name="x",
        platform="x",
        hosts={"main": "https://api.x.com"},
        credentials=["client_id", "refresh_token"],
        options={"user_id": ""},
        endpoints=ENDPOINTS,
        classify=_classify,
        login=Login(_attach, _renew),
    )
]
