"""Kuaishou open platform (快手开放平台): works of the authorised account with their counts, and its followers, all of this moment.

Works have plays, likes and comments; shares, completion and saves are in no API. Ads have an API of their own: ads.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pipelines.connectors.model import Account, Ask, Call, Connector, Credential, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging, dig
from pipelines.connectors.verdicts import Answer, Fatal, Refused, TokenExpired, Transient, Verdict, by_status
from pipelines.platforms.advertisers import refresh_token, tokens_in
from pipelines.platforms.kuaishou.ads import ADS

BUSY = {100100402, 100100403, 100100404, 200100410}  # called too often
AT_ONCE = 200


def _renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    refresh = refresh_token(account, current)
    app = {"app_id": account.secret("app_id"), "app_secret": account.secret("app_secret")}
    body = ask(Request("/oauth2/refresh_token", form={**app, "refresh_token": refresh, "grant_type": "refresh_token"}, method="POST"))
    return tokens_in(body, refresh, now, "expires_in", "refresh_token_expires_in")


def _attach(account: Account, tokens: Tokens) -> Credential:
    return Credential(params={"app_id": account.secret("app_id"), "access_token": tokens.access.get_secret_value()})


def _classify(answer: Answer) -> Verdict:
    """`result` is 1 where all is well. The codes of token errors are not published, but their text names the token."""
    result = dig(answer.body, "result")
    if answer.status >= 300 or result == 1:
        return by_status(answer)
    told = f"{dig(answer.body, 'error') or ''} {dig(answer.body, 'error_msg') or ''}".strip()
    said = f"result {result} {told}"
    if result in BUSY:
        return Transient(said)
    return TokenExpired(said) if "token" in told.lower() else Fatal(said)


def _older(request: Request, body: Any) -> Request | None:
    """The cursor is the oldest work of the page before; the end is an empty page."""
    works = dig(body, "video_list") or []
    if not all(w.get("photo_id") and isinstance(w.get("create_time"), int) for w in works):
        raise Refused(Transient(f"{request.path}: a work has no id or no time, so which one is the oldest is unknown"))
    return request.with_params(cursor=min(works, key=lambda w: w["create_time"])["photo_id"]) if works else None


def _photo_list(call: Call) -> Iterable[Request]:
    return [Request("/openapi/photo/list", {"count": AT_ONCE})]


def _user_info(call: Call) -> Iterable[Request]:
    return [Request("/openapi/user_info")]


KUAISHOU = Connector(
    name="kuaishou",
    platform="kuaishou",
    hosts={"main": "https://open.kuaishou.com"},
    credentials=["app_id", "app_secret", "refresh_token"],
    endpoints=[
        Endpoint("photo_list", _photo_list, Paging("video_list", _older, row_id="photo_id"), snapshot=True),
        Endpoint("user_info", _user_info, Paging("user_info"), snapshot=True),
    ],
    classify=_classify,
    login=Login(_attach, _renew),
)

CONNECTORS = [KUAISHOU, ADS]
