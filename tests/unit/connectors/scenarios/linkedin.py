"""LinkedIn: days in epoch milliseconds, posts with a link to the next page, figures by post that leave posts without any out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pipelines.connectors.verdicts import Denied, Fatal, QuotaUsed, Transient
from tests.unit.connectors.scenario import Asked, Scenario

DAY = 86_400_000
URNS = [f"urn:li:share:70000{n}" for n in range(3)] + ["urn:li:ugcPost:800001", "urn:li:ugcPost:800002"]
CONTENT = [None, {"article": {"source": "https://example.com"}}, {"media": {"id": "urn:li:video:C5"}}, {"media": {"id": "urn:li:image:C5"}}]


def _error(status: int, code: str, message: str) -> tuple[int, Any]:
    return status, {"status": status, "serviceErrorCode": 100, "code": code, "message": message}


def _token(asked: Asked) -> Any:
    assert asked.form["refresh_token"] == "canary-refresh-token"
    assert asked.form["client_secret"] == "canary-client-secret"
    return {
        "access_token": "canary-access-token",
        "expires_in": 5184000,
        "refresh_token": "canary-refresh-token",
        "refresh_token_expires_in": 31536000,
    }


def _check(asked: Asked) -> None:
    assert asked.headers["authorization"] == "Bearer canary-access-token"
    assert (asked.headers["linkedin-version"], asked.headers["x-restli-protocol-version"]) == ("202603", "1.0.0")


def _ranges(asked: Asked) -> list[dict[str, int]]:
    _check(asked)
    start, end = (int(asked.params[f"timeIntervals.timeRange.{k}"]) for k in ("start", "end"))
    assert start % DAY == end % DAY == 0 and asked.params["timeIntervals.timeGranularityType"] == "DAY"
    return [{"start": at, "end": at + DAY} for at in range(start, end, DAY)]


def _figures(seed: int) -> dict[str, Any]:
    return {
        "clickCount": 7 + seed,
        "commentCount": 2,
        "engagement": 0.05,
        "impressionCount": 400 + seed,
        "likeCount": -1 if seed == 0 else 9,
        "shareCount": 3,
        "uniqueImpressionsCount": 250 + seed,
    }


def _share_statistics(asked: Asked) -> Any:
    organization = "urn:li:organization:2414183"
    assert asked.params["organizationalEntity"] == organization
    wanted = [v for k, v in asked.params.items() if k.startswith(("shares[", "ugcPosts["))]
    if wanted:
        _check(asked)
        found = [
            {urn.split(":")[2]: urn, "organizationalEntity": organization, "totalShareStatistics": _figures(URNS.index(urn))}
            for urn in wanted
            if urn != URNS[1]
        ]
    else:
        found = [
            {
                "totalShareStatistics": _figures(datetime.fromtimestamp(r["start"] / 1000, UTC).day),
                "organizationalEntity": organization,
                "timeRange": r,
            }
            for r in _ranges(asked)
        ]
    return {"paging": {"start": 0, "count": 10, "links": []}, "elements": found}


def _follower_statistics(asked: Asked) -> Any:
    gains = {"organicFollowerGain": 12, "paidFollowerGain": 3}
    elements = [{"organizationalEntity": "urn:li:organization:2414183", "followerGains": gains, "timeRange": r} for r in _ranges(asked)]
    return {"paging": {"start": 0, "count": 10, "links": []}, "elements": elements}


def _network(asked: Asked) -> Any:
    _check(asked)
    return {"firstDegreeSize": 33000}


def _posts(asked: Asked) -> Any:
    _check(asked)
    start = int(asked.params["start"])
    posts = []
    for n, urn in list(enumerate(URNS))[start : start + 2]:
        content = CONTENT[n % 4]
        post = {
            "author": "urn:li:organization:2414183",
            "commentary": f"Commentary {n}",
            "createdAt": 1794000000000 + n * DAY,
            "publishedAt": 1794000005000 + n * DAY,
            "lastModifiedAt": 1794000009000 + n * DAY,
            "lifecycleState": "PUBLISHED",
            "visibility": "PUBLIC",
            "id": urn,
        }
        posts.append(post | ({"content": content} if content else {}))
    links = [{"type": "application/json", "rel": "next", "href": f"/rest/posts?q=author&start={start + 2}&count=2"}]
    return {"paging": {"start": start, "count": 100, "links": links if start + 2 < len(URNS) else []}, "elements": posts}


SCENARIO = Scenario(
    connector="linkedin",
    credentials={
        "client_id": "canary-client-id",
        "client_secret": "canary-client-secret",
        "refresh_token": "canary-refresh-token",
    },
    canaries=["canary-access-token"],
    options={"organization_id": "2414183"},
    now="2026-11-22T11:00:00+00:00",
    start="2026-11-18",
    answers={
        "/oauth/v2/accessToken": _token,
        "/rest/organizationalEntityShareStatistics": _share_statistics,
        "/rest/organizationalEntityFollowerStatistics": _follower_statistics,
        "/rest/networkSizes/.*": _network,
        "/rest/posts": _posts,
    },
    login_paths=["/oauth/v2/accessToken"],
    target="posts",
    target_path="/rest/posts",
    expired=_error(401, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired"),
    says={
        Transient: _error(503, "SERVICE_UNAVAILABLE", "Service unavailable"),
        QuotaUsed: _error(429, "TOO_MANY_REQUESTS", "Resource level throttle MEMBER limit for calls to this resource is reached."),
        Fatal: _error(426, "NONEXISTENT_VERSION", "Requested version 20260301 is not active"),
        Denied: (400, {"error": "invalid_request", "error_description": "The provided refresh token is invalid"}),
    },
    # 4 days of the page (18 to 21) and followers in total; 3 days of followers gained, organic and paid; 5 posts, figures of 4
    rows={"account_days": 4 + 1, "account_channel_days": 3 * 2, "post_snapshots": 5 + 4},
)
