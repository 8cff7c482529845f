"""Douyin open platform (抖音开放平台): works of the authorised account with live counts, and its days. Complete about 10:00 (T+1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from pipelines.connectors.model import Account, Ask, Call, Connector, Credential, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging, by_cursor, dig
from pipelines.connectors.tokens import expiry
from pipelines.connectors.verdicts import (
    Answer,
    Denied,
    Fatal,
    QuotaUsed,
    Refused,
    TokenExpired,
    Transient,
    Verdict,
    by_status,
    tomorrow,
)

BUSY = {2100004, 28001005, 28001006, 28003018}
USED_UP = {2190001, 28003017}
EXPIRED = {10008, 2190008, 28001008, 28001003}
DENIED = {10010, 28001015, 28001045, 28001046, 28001047}
ITEM_DAYS = 30  # only works this young have figures of their own
RENEWALS = 5  # times a refresh token can be renewed before a person must authorise again
RENEW_BEFORE = timedelta(days=17)  # an access token lives 15 days: at its next renewal the refresh token must still be valid


def _renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    """A new access token; this leaves the life of the refresh token as it is, so that is renewed by itself when it gets old."""
    refresh = current.refresh.get_secret_value() if current and current.refresh else account.secret("refresh_token")
    ends_at = current.refresh_expires_at if current else None
    extra = dict(current.extra) if current else {}
    if ends_at is not None and ends_at - now < RENEW_BEFORE and extra.get("renewals", 0) < RENEWALS:
        refresh, ends_at = _renewed_refresh(ask, account, refresh, ends_at, now)
        extra["renewals"] = extra.get("renewals", 0) + 1
    form = {"client_key": account.secret("client_key"), "grant_type": "refresh_token", "refresh_token": refresh}
    data = ask(Request("/oauth/refresh_token/", form=form, method="POST"))["data"]
    ends_at = expiry(now, data.get("refresh_expires_in")) or ends_at
    extra["open_id"] = data["open_id"]
    return Tokens(
        SecretStr(data["access_token"]),
        SecretStr(data.get("refresh_token") or refresh),
        expiry(now, data.get("expires_in")),
        ends_at,
        extra,
    )


def _renewed_refresh(ask: Ask, account: Account, refresh: str, ends_at: datetime, now: datetime) -> tuple[str, datetime]:
    """A refresh token with a new life. Without the permission for that the old one stays, until a person authorises again."""
    form = {"client_key": account.secret("client_key"), "refresh_token": refresh}
    try:
        data = ask(Request("/oauth/renew_refresh_token/", form=form, method="POST"))["data"]
    except Refused as refused:
        if isinstance(refused.verdict, Fatal) and ends_at > now:
            return refresh, ends_at
        raise
    return data["refresh_token"], expiry(now, data.get("expires_in")) or ends_at


def _attach(account: Account, tokens: Tokens) -> Credential:
    return Credential(headers={"access-token": tokens.access.get_secret_value()}, params={"open_id": str(tokens.extra.get("open_id", ""))})


def _classify(answer: Answer) -> Verdict:
    """Errors come inside a 200, in data.error_code or extra.error_code; extra.logid names the request."""
    codes = {dig(answer.body, p) for p in ("data.error_code", "extra.error_code", "extra.sub_error_code")} - {None, 0, "0"}
    if not codes:
        return by_status(answer)
    told = dig(answer.body, "data.description") or dig(answer.body, "extra.description") or ""
    said = f"error_code {', '.join(str(c) for c in sorted(codes, key=str))} {told} (logid {dig(answer.body, 'extra.logid')})"
    if codes & USED_UP:
        return QuotaUsed(said, tomorrow(answer, "Asia/Shanghai"))
    if codes & BUSY:
        return Transient(said)
    if codes & EXPIRED:
        return TokenExpired(said)
    if codes & DENIED:
        return Denied(said)
    return Fatal(said)


def _video_list(call: Call) -> Iterable[Request]:
    return [Request("/api/douyin/v1/video/video_list/", {"cursor": 0, "count": 20})]


def _young_items(call: Call) -> Iterable[Request]:
    since = (call.today - timedelta(days=ITEM_DAYS - 1)).isoformat()
    for item in call.pulled("video_list", "data.list[]"):
        if datetime.fromtimestamp(item["create_time"]).date().isoformat() >= since:
            yield Request("/data/external/item/base/", {"item_id": item["item_id"]}, about=item["item_id"])


def _account_days(kind: str) -> Any:
    def requests(call: Call) -> Iterable[Request]:
        days = (call.window.end - call.window.start).days + 1
        return [Request(f"/data/external/user/{kind}/", {"date_type": days})]

    return requests


def _daily(name: str, kind: str) -> Endpoint:
    return Endpoint(name, _account_days(kind), Paging("data.result_list", row_id="date"), ready_hour=10, trailing=(7, 15, 30))


ENDPOINTS = [
    Endpoint(
        "video_list",
        _video_list,
        Paging("data.list", by_cursor("data.cursor", "data.has_more", "cursor"), row_id="item_id"),
        snapshot=True,
    ),
    Endpoint("item_base", _young_items, Paging("data.result"), snapshot=True, after="video_list"),
    *(_daily(f"user_{kind}", kind) for kind in ("item", "fans", "like", "comment", "share")),
]

CONNECTORS = [
    Connector(
        name="douyin",
        platform="douyin",
        hosts={"main": "https://open.douyin.com"},
        credentials=["client_key", "refresh_token"],
        endpoints=ENDPOINTS,
        classify=_classify,
        login=Login(_attach, _renew),
    )
]
