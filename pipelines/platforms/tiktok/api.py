"""TikTok Display API: followers and all videos of the authorised account with their counts of this moment. There is no history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import SecretStr

from pipelines.connectors.model import Account, Ask, Call, Connector, Credential, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging, by_cursor, dig
from pipelines.connectors.tokens import expiry
from pipelines.connectors.verdicts import (
    Answer,
    Denied,
    Fatal,
    TokenExpired,
    Transient,
    Verdict,
    by_status,
    retry_after,
)

VIDEO_FIELDS = "id,title,video_description,create_time,duration,share_url,view_count,like_count,comment_count,share_count"
MINUTE = 60.0  # calls are counted per minute and endpoint


def _renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    """An access token for a day; the refresh token may be another one afterwards."""
    refresh = current.refresh.get_secret_value() if current and current.refresh else account.secret("refresh_token")
    form = {
        "client_key": account.secret("client_key"),
        "client_secret": account.secret("client_secret"),
        "grant_type": "refresh_token",
        "refresh_token": refresh,
    }
    body = ask(Request("/v2/oauth/token/", form=form, method="POST"))
    return Tokens(
        SecretStr(body["access_token"]),
        SecretStr(body.get("refresh_token") or refresh),
        expiry(now, body.get("expires_in")),
        expiry(now, body.get("refresh_expires_in")),
    )


def _attach(account: Account, tokens: Tokens) -> Credential:
    return Credential(headers={"Authorization": f"Bearer {tokens.access.get_secret_value()}"})


def _classify(answer: Answer) -> Verdict:
    """The code inside error, whatever the status; logging in answers with a flat `error` instead."""
    error = dig(answer.body, "error")
    if isinstance(error, str) and error:
        return Denied(f"{error} {dig(answer.body, 'error_description') or ''} (log_id {dig(answer.body, 'log_id')})")
    code = dig(error, "code")
    if code in (None, "ok"):
        return by_status(answer)
    said = f"HTTP {answer.status} {code} {dig(error, 'message') or ''} (log_id {dig(error, 'log_id')})"
    if code == "access_token_invalid":
        return TokenExpired(said)
    if code == "rate_limit_exceeded":
        return Transient(said, retry_after(answer) or MINUTE)
    if code == "internal_error" or answer.status >= 500:
        return Transient(said)
    return Fatal(said)


def _user_info(call: Call) -> Iterable[Request]:
    return [Request("/v2/user/info/", {"fields": "follower_count,likes_count,video_count"})]


def _video_list(call: Call) -> Iterable[Request]:
    return [Request("/v2/video/list/", {"fields": VIDEO_FIELDS}, json={"max_count": 20}, method="POST")]


ENDPOINTS = [
    Endpoint("user_info", _user_info, Paging("data.user"), snapshot=True),
    Endpoint(
        "video_list",
        _video_list,
        Paging("data.videos", by_cursor("data.cursor", "data.has_more", "cursor", in_json=True), row_id="id"),
        snapshot=True,
    ),
]

CONNECTORS = [
    Connector(
        name="tiktok",
        platform="tiktok",
        hosts={"main": "https://open.tiktokapis.com"},
        credentials=["client_key", "client_secret", "refresh_token"],
        endpoints=ENDPOINTS,
        classify=_classify,
        login=Login(_attach, _renew),
    )
]
