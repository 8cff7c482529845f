"""YouTube: reports as arrays below column headers, uploads by page token, reasons inside a 403."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pipelines.connectors.verdicts import Denied, Fatal, MetricRemoved, QuotaUsed, Transient
from tests.unit.connectors.scenario import Asked, Scenario

VIDEOS = [f"-vid{n:07d}" for n in range(60)]


def _error(status: int, reason: str, message: str) -> tuple[int, Any]:
    return status, {"error": {"code": status, "message": message, "errors": [{"domain": "youtube", "reason": reason, "message": message}]}}


def _token(asked: Asked) -> Any:
    assert asked.form["refresh_token"] == "canary-refresh-token"
    return {"access_token": "canary-access-token", "expires_in": 3599, "scope": "yt-analytics.readonly", "token_type": "Bearer"}


def _channels(asked: Asked) -> Any:
    assert asked.headers["authorization"] == "Bearer canary-access-token"
    item = {
        "kind": "youtube#channel",
        "etag": "e",
        "id": "UCmade-up",
        "contentDetails": {"relatedPlaylists": {"uploads": "UUmade-up"}},
        "statistics": {"viewCount": "99", "subscriberCount": "1230", "hiddenSubscriberCount": False, "videoCount": "60"},
    }
    return {"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 1, "resultsPerPage": 5}, "items": [item]}


def _uploads(asked: Asked) -> Any:
    start = int(asked.params.get("pageToken", "T0")[1:])
    page = VIDEOS[start : start + 50]
    body = {"items": [{"contentDetails": {"videoId": v}} for v in page], "pageInfo": {"totalResults": len(VIDEOS), "resultsPerPage": 50}}
    return body | ({"nextPageToken": f"T{start + 50}"} if start + 50 < len(VIDEOS) else {})


def _videos(asked: Asked) -> Any:
    ids = asked.params["id"].split(",")
    assert len(ids) <= 50
    items = [
        {
            "kind": "youtube#video",
            "etag": "e",
            "id": v,
            "snippet": {"title": f"Video {v}", "description": "made up", "publishedAt": "2026-10-01T10:00:00Z"},
            "contentDetails": {"duration": "PT1M30S"},
            "statistics": {"viewCount": str(100 + n), "likeCount": "5", "commentCount": "1"},
        }
        for n, v in enumerate(ids)
    ]
    return {"kind": "youtube#videoListResponse", "items": items, "pageInfo": {"totalResults": len(items), "resultsPerPage": len(items)}}


def _reports(asked: Asked) -> Any:
    metrics = asked.params["metrics"].split(",")
    dimension = asked.params["dimensions"]
    if dimension == "day":
        first, last = date.fromisoformat(asked.params["startDate"]), date.fromisoformat(asked.params["endDate"])
        keys = [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]
    else:
        assert asked.params["startDate"] == asked.params["endDate"]
        keys = asked.params["filters"].removeprefix("video==").split(",")
        assert len(keys) <= int(asked.params["maxResults"]) == 200
    headers = [{"name": name, "columnType": "METRIC", "dataType": "INTEGER"} for name in (dimension, *metrics)]
    return {
        "kind": "youtubeAnalytics#resultTable",
        "columnHeaders": headers,
        "rows": [[key, *(10 + n for n in range(len(metrics)))] for key in keys],
    }


SCENARIO = Scenario(
    connector="youtube",
    credentials={
        "client_id": "canary-client-id",
        "client_secret": "canary-client-secret",
        "refresh_token": "canary-refresh-token",
    },
    canaries=["canary-access-token"],
    now="2026-11-22T11:00:00-08:00",
    start="2026-11-18",
    answers={
        "/token": _token,
        "/youtube/v3/channels": _channels,
        "/youtube/v3/playlistItems": _uploads,
        "/youtube/v3/videos": _videos,
        "/v2/reports": _reports,
    },
    login_paths=["/token"],
    target="channel_days",
    target_path="/v2/reports",
    is_target=lambda asked: asked.params.get("dimensions") == "day",
    expired=(401, {"error": {"code": 401, "message": "Invalid Credentials", "errors": [{"reason": "authError"}]}}),
    says={
        Transient: _error(403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
        QuotaUsed: _error(403, "quotaExceeded", "The request cannot be completed because you have exceeded your quota."),
        Fatal: _error(403, "forbidden", "The caller does not have permission"),
        Denied: (400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}),
        MetricRemoved: _error(400, "badRequest", "Unknown identifier (engagedViews) given in field parameters.metrics."),
    },
    # 60 videos now and on each of 3 days; the channel now and on 3 days (Analytics ends two days ago)
    rows={"post_snapshots": 60 + 3 * 60, "account_days": 1 + 3},
)
