"""YouTube: Data API v3 (the channel and its videos, counts of this moment) and Analytics API v2 (days). Days are Pacific time.

Analytics ends two to three days ago, with the last day for which all metrics are there.
"""

from __future__ import annotations

import re
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
    MetricRemoved,
    QuotaUsed,
    Transient,
    Verdict,
    by_status,
    retry_after,
    tomorrow,
)

PACIFIC = "America/Los_Angeles"
METRICS = (
    "views,engagedViews,estimatedMinutesWatched,averageViewDuration,averageViewPercentage,"
    "likes,comments,shares,subscribersGained,subscribersLost"
)
VIDEOS_AT_ONCE = 50  # ids per videos.list
VIDEOS_PER_REPORT = 200  # a report over videos has at most this many rows


def _renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    """An access token for an hour. Google's refresh token stays the same."""
    form = {
        "client_id": account.secret("client_id"),
        "client_secret": account.secret("client_secret"),
        "refresh_token": account.secret("refresh_token"),
        "grant_type": "refresh_token",
    }
    body = ask(Request("/token", form=form, method="POST", host="login"))
    return Tokens(SecretStr(body["access_token"]), expires_at=expiry(now, body.get("expires_in")))


def _attach(account: Account, tokens: Tokens) -> Credential:
    return Credential(headers={"Authorization": f"Bearer {tokens.access.get_secret_value()}"})


def _classify(answer: Answer) -> Verdict:
    """HTTP status, and within 400 and 403 the reason of the first error."""
    if answer.status < 400 or answer.status >= 500:
        return by_status(answer)
    reason = str(dig(answer.body, "error.errors.0.reason") or dig(answer.body, "error") or "")[:200]
    message = str(dig(answer.body, "error.message") or dig(answer.body, "error_description") or "")
    said = f"HTTP {answer.status} {reason if ' ' not in reason else ''} {message}"
    if reason == "invalid_grant":
        return Denied(said)
    if reason in ("quotaExceeded", "dailyLimitExceeded"):
        return QuotaUsed(said, tomorrow(answer, PACIFIC))
    if reason in ("rateLimitExceeded", "userRateLimitExceeded"):
        return Transient(said, retry_after(answer))
    unknown = re.search(r"identifier \((\w+)\) given in field parameters\.metrics", message)
    if answer.status == 400 and unknown:
        return MetricRemoved(said, unknown[1])
    return Fatal(said) if answer.status in (400, 403) else by_status(answer, message)


def _channel(call: Call) -> Iterable[Request]:
    return [Request("/youtube/v3/channels", {"part": "statistics,contentDetails", "mine": "true"})]


def _videos(call: Call) -> Iterable[Request]:
    """All uploads, fifty at once. The list of uploads itself only says which there are."""
    paging = Paging("items", by_cursor("nextPageToken", None, "pageToken"), "pageInfo.totalResults", "contentDetails.videoId")
    for playlist in call.pulled("channel", "items[].contentDetails.relatedPlaylists.uploads"):
        uploads = Request("/youtube/v3/playlistItems", {"part": "contentDetails", "playlistId": playlist, "maxResults": 50})
        ids = call.listed(uploads, paging, "items[].contentDetails.videoId")
        for first in range(0, len(ids), VIDEOS_AT_ONCE):
            wanted = ",".join(ids[first : first + VIDEOS_AT_ONCE])
            yield Request("/youtube/v3/videos", {"part": "snippet,statistics,contentDetails", "id": wanted, "maxResults": 50})


def _report(call: Call, **params: str | int) -> Request:
    fixed = {"ids": "channel==MINE", "startDate": call.start, "endDate": call.end, "metrics": METRICS}
    return Request("/v2/reports", {**fixed, **params}, host="analytics")


def _channel_days(call: Call) -> Iterable[Request]:
    return [_report(call, dimensions="day", sort="day")]


def _video_days(call: Call) -> Iterable[Request]:
    """One day of up to 200 videos per call: a report by video and day would need a call per video."""
    ids = call.pulled("videos", "items[].id")
    for first in range(0, len(ids), VIDEOS_PER_REPORT):
        wanted = ",".join(ids[first : first + VIDEOS_PER_REPORT])
        yield _report(call, dimensions="video", filters=f"video=={wanted}", sort="-views", maxResults=VIDEOS_PER_REPORT)


ENDPOINTS = [
    Endpoint("channel", _channel, Paging("items", row_id="id"), snapshot=True),
    Endpoint("videos", _videos, Paging("items", row_id="id"), snapshot=True, after="channel"),
    Endpoint("channel_days", _channel_days, Paging("rows"), repull_days=4, lag_days=2, span_days=30, metrics_param="metrics", row_date="0"),
    Endpoint("video_days", _video_days, Paging("rows", row_id="0"), repull_days=4, lag_days=2, metrics_param="metrics", after="videos"),
]

CONNECTORS = [
    Connector(
        name="youtube",
        platform="youtube",
        hosts={
            "main": "https://www.googleapis.com",
            "analytics": "https://youtubeanalytics.googleapis.com",
            "login": "https://oauth2.googleapis.com",
        },
        credentials=["client_id", "client_secret", "refresh_token"],
        endpoints=ENDPOINTS,
        classify=_classify,
        login=Login(_attach, _renew),
    )
]
