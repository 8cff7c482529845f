"""LinkedIn pages: days of the page (organic only), followers, posts and the figures of each post. Days are UTC.

Nested parameters are written with dots, as protocol 1.0.0 of LinkedIn's API has them; 2.0.0 wants brackets that must not be encoded.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from pydantic import SecretStr

from pipelines.connectors.model import Account, Ask, Call, Connector, Credential, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging, dig
from pipelines.connectors.tokens import expiry
from pipelines.connectors.verdicts import (
    Answer,
    Denied,
    Fatal,
    QuotaUsed,
    Verdict,
    by_status,
    tomorrow,
)

PAGE = 100  # posts per page, the most there are
HISTORY_DAYS = 364
POSTS_AT_ONCE = 20  # posts per call for figures
REFUSED_LOGIN = {"invalid_grant", "invalid_request", "invalid_client", "invalid_redirect_uri"}


def _renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    """An access token; the refresh token stays until it ends, and a person authorises again."""
    refresh = current.refresh.get_secret_value() if current and current.refresh else account.secret("refresh_token")
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": account.secret("client_id"),
        "client_secret": account.secret("client_secret"),
    }
    body = ask(Request("/oauth/v2/accessToken", form=form, method="POST", host="login"))
    return Tokens(
        SecretStr(body["access_token"]),
        SecretStr(body.get("refresh_token") or refresh),
        expiry(now, body.get("expires_in")),
        expiry(now, body.get("refresh_token_expires_in")),
    )


def _attach(account: Account, tokens: Tokens) -> Credential:
    headers = {"Authorization": f"Bearer {tokens.access.get_secret_value()}", "LinkedIn-Version": account.options["version"]}
    return Credential(headers=headers)


def _classify(answer: Answer) -> Verdict:
    """HTTP status. A 429 with LinkedIn's own envelope is the limit of the day; one without comes from a gateway."""
    told = dig(answer.body, "message") or dig(answer.body, "error_description") or ""
    said = f"HTTP {answer.status} {dig(answer.body, 'code') or dig(answer.body, 'error') or ''} {told}"
    if answer.status == 400 and dig(answer.body, "error") in REFUSED_LOGIN:
        return Denied(said)
    if answer.status == 429 and dig(answer.body, "status") == 429:
        return QuotaUsed(said, tomorrow(answer, "UTC"))
    if answer.status == 426:
        return Fatal(f"{said}. LinkedIn has retired this version of its API: set `version` to a newer one, such as 202610")
    if answer.status == 403:
        return Fatal(f"{said}. The member who authorised must be administrator of the page, and the app needs rw_organization_admin")
    return by_status(answer, str(told))


def _organization(call: Call) -> str:
    return f"urn:li:organization:{call.account.options['organization_id']}"


def _days(resource: str) -> Any:
    """Days of the last twelve months; there are no figures of older ones."""

    def requests(call: Call) -> Iterable[Request]:
        first = max(call.window.start, call.today - timedelta(days=HISTORY_DAYS))
        if first > call.window.end:
            return []
        params = {
            "q": "organizationalEntity",
            "organizationalEntity": _organization(call),
            "timeIntervals.timeGranularityType": "DAY",
            "timeIntervals.timeRange.start": _epoch_ms(first),
            "timeIntervals.timeRange.end": _epoch_ms(call.window.end + timedelta(days=1)),
        }
        return [Request(f"/rest/{resource}", params)]

    return requests


def _epoch_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def _follower_total(call: Call) -> Iterable[Request]:
    return [Request(f"/rest/networkSizes/{quote(_organization(call), safe='')}", {"edgeType": "COMPANY_FOLLOWED_BY_MEMBER"})]


def _posts(call: Call) -> Iterable[Request]:
    return [Request("/rest/posts", {"q": "author", "author": _organization(call), "start": 0, "count": PAGE})]


def _next_posts(request: Request, body: Any) -> Request | None:
    """The page's link to the next one; without a link, a full page has one."""
    following = [link for link in dig(body, "paging.links") or [] if dig(link, "rel") == "next"]
    if following:
        start = parse_qs(urlsplit(str(dig(following[0], "href"))).query).get("start", [""])[0]
        return request.with_params(start=int(start)) if start.isdigit() else None
    is_full = len(dig(body, "elements") or []) >= request.params["count"]
    return request.with_params(start=request.params["start"] + PAGE) if is_full else None


def _post_stats(call: Call) -> Iterable[Request]:
    """Figures of posts by their ids. LinkedIn leaves posts out that have none."""
    ids = call.pulled("posts", "elements[].id")
    for kind, name in (("share", "shares"), ("ugcPost", "ugcPosts")):
        wanted = [i for i in ids if i.startswith(f"urn:li:{kind}:")]
        for first in range(0, len(wanted), POSTS_AT_ONCE):
            listed = {f"{name}[{n}]": urn for n, urn in enumerate(wanted[first : first + POSTS_AT_ONCE])}
            params = {"q": "organizationalEntity", "organizationalEntity": _organization(call), **listed}
            yield Request("/rest/organizationalEntityShareStatistics", params)


ENDPOINTS = [
    Endpoint("share_days", _days("organizationalEntityShareStatistics"), Paging("elements"), span_days=90),
    Endpoint("follower_days", _days("organizationalEntityFollowerStatistics"), Paging("elements"), lag_days=2, span_days=90),
    Endpoint("follower_total", _follower_total, Paging("elements"), snapshot=True),
    Endpoint("posts", _posts, Paging("elements", _next_posts, row_id="id"), snapshot=True),
    Endpoint("post_stats", _post_stats, Paging("elements"), snapshot=True, after="posts"),
]

CONNECTORS = [
    Connector(
        name="linkedin",
        platform="linkedin",
        hosts={"main": "https://api.linkedin.com", "login": "https://www.linkedin.com"},
        credentials=["client_id", "client_secret", "refresh_token"],
        options={"organization_id": "", "version": "202603"},
        endpoints=ENDPOINTS,
        classify=_classify,
        login=Login(_attach, _renew),
        headers={"X-Restli-Protocol-Version": "1.0.0"},
    )
]
