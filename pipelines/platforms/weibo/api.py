"""Weibo (微博): the open API of the authorising account - its own posts, their counts and comments, all of this moment.

A token cannot be renewed by a program; how long it lives depends on the app's review. Ads have an API of their own: ads.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.connectors.model import Account, Call, Connector, Credential, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging, dig
from pipelines.connectors.verdicts import (
    Answer,
    Fatal,
    Gone,
    QuotaUsed,
    Refused,
    TokenExpired,
    Transient,
    Verdict,
    by_status,
    next_hour,
)
from pipelines.platforms.weibo.ads import ADS

BUSY = {10001, 10002, 10003, 10009, 10010, 10011}
USED_UP = {10022, 10023, 10024}  # per hour
EXPIRED = {21327, 21332, *range(21314, 21320)}
GONE = {20003, 20101, 20112}  # no such user, no such post, a post that may not be seen
YOUNG_DAYS = 30  # posts this young are read however many there are, with their comments
ENOUGH = 200  # posts read every day, however old
AT_ONCE = 100  # posts per page, ids per call
COMMENTS_AT_ONCE = 50
CREATED = "%a %b %d %H:%M:%S %z %Y"  # Tue May 31 17:46:55 +0800 2011


def _attach(account: Account, tokens: Tokens) -> Credential:
    return Credential(params={"access_token": tokens.access.get_secret_value()})


def _classify(answer: Answer) -> Verdict:
    """Errors name themselves in error_code, below HTTP 200 as well as 400 and 403."""
    code = dig(answer.body, "error_code")
    if not code:
        return by_status(answer)
    said = f"error_code {code} {dig(answer.body, 'error') or ''} ({dig(answer.body, 'request') or 'no request named'})"
    if code in USED_UP:
        return QuotaUsed(said, next_hour(answer))
    if code in BUSY:
        return Transient(said)
    if code in EXPIRED:
        return TokenExpired(said)
    if code in GONE:
        return Gone(said)
    if code == 10004:
        return Fatal(f"{said}. Weibo has barred this machine's address")
    return Fatal(said)


@dataclass(frozen=True)
class _Walk(Request):
    """A walk from new to old: past the day `until` it ends, once there are `ENOUGH` rows."""

    until: date = date.min
    seen: int = 0


def _older(rows: str) -> Callable[[Request, Any], Request | None]:
    """The next older page. max_id is inclusive, so it begins one below the oldest row; hidden rows count in total_number."""

    def following(request: Request, body: Any) -> Request | None:
        assert isinstance(request, _Walk)
        found = dig(body, f"{rows}[]") or []
        if not all(isinstance(row, dict) and str(row.get("idstr")).isdigit() for row in found):
            raise Refused(Transient(f"{request.path}: a row has no number as its id, so what comes after it is unknown"))
        seen, total = request.seen + len(found), dig(body, "total_number")
        if not found or (isinstance(total, int) and seen >= total):
            return None
        if seen >= ENOUGH and min(_created(row) for row in found) < request.until:
            return None
        next_id = min(int(row["idstr"]) for row in found) - 1
        return replace(request, params={**request.params, "max_id": next_id}, seen=seen)

    return following


def _user_timeline(call: Call) -> Iterable[Request]:
    """The newest 200 posts, and all of the last 30 days."""
    return [_Walk("/2/statuses/user_timeline.json", {"uid": call.account.options["uid"], "count": AT_ONCE}, until=_young(call))]


def _counts(call: Call) -> Iterable[Request]:
    """Counts by id. The commercial twin for media accounts is the only one that has reads; it leaves other accounts' ids out."""
    ids = call.pulled("user_timeline", "statuses[].idstr")
    of_media = call.account.options["is_media"] == "yes"
    path, host = ("/2/media_statuses/count_sp/biz.json", "commercial") if of_media else ("/2/statuses/count.json", "main")
    for first in range(0, len(ids), AT_ONCE):
        yield Request(path, {"ids": ",".join(ids[first : first + AT_ONCE])}, host=host)


def _comments(call: Call) -> Iterable[Request]:
    for post in call.pulled("user_timeline", "statuses[]"):
        if post.get("comments_count") and _created(post) >= _young(call):
            yield _Walk("/2/comments/show.json", {"id": post["idstr"], "count": COMMENTS_AT_ONCE}, about=post["idstr"])


def _young(call: Call) -> date:
    return call.today - timedelta(days=YOUNG_DAYS - 1)


def _created(row: dict[str, Any]) -> date:
    """The day a post or comment appeared; one that does not say is as good as new."""
    written = row.get("created_at")
    return datetime.strptime(written, CREATED).date() if isinstance(written, str) else date.max


ENDPOINTS = [
    Endpoint("user_timeline", _user_timeline, Paging("statuses", _older("statuses"), row_id="idstr"), snapshot=True),
    Endpoint("counts", _counts, Paging("", row_id="id"), snapshot=True, after="user_timeline"),
    Endpoint("comments", _comments, Paging("comments", _older("comments"), row_id="idstr"), snapshot=True, after="user_timeline"),
]

WEIBO = Connector(
    name="weibo",
    platform="weibo",
    hosts={"main": "https://api.weibo.com", "commercial": "https://c.api.weibo.com"},
    credentials=["access_token"],
    options={"uid": "", "is_media": "no"},
    endpoints=ENDPOINTS,
    classify=_classify,
    login=Login(_attach),
)

CONNECTORS = [WEIBO, ADS]
