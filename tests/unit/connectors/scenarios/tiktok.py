"""TikTok: videos by a cursor inside the body, an error envelope with the code `ok`, tokens of a day."""

from __future__ import annotations

from typing import Any

from pipelines.connectors.verdicts import Denied, Fatal, Transient
from tests.unit.connectors.scenario import Asked, Scenario

OK = {"code": "ok", "message": "", "log_id": "202611221100"}
VIDEOS = 5


def _fault(status: int, code: str, message: str) -> tuple[int, Any]:
    return status, {"data": {}, "error": {"code": code, "message": message, "log_id": "202611221100"}}


def _token(asked: Asked) -> Any:
    assert asked.form["client_secret"] == "canary-client-secret"
    assert asked.form["refresh_token"].startswith("canary-refresh-token")
    return {
        "access_token": "canary-access-token",
        "expires_in": 86400,
        "open_id": "made-up-open-id",
        "refresh_expires_in": 31536000,
        "refresh_token": "canary-refresh-token",
        "scope": "user.info.basic,user.info.stats,video.list",
        "token_type": "Bearer",
    }


def _user_info(asked: Asked) -> Any:
    assert asked.headers["authorization"] == "Bearer canary-access-token"
    return {"data": {"user": {"follower_count": 15000, "likes_count": 99000, "video_count": VIDEOS}}, "error": OK}


def _video_list(asked: Asked) -> Any:
    assert asked.method == "POST" and asked.json["max_count"] <= 20
    start = asked.json.get("cursor", 0)
    videos = [
        {
            "id": f"75000000000000000{n:02d}",
            "title": "" if n == 0 else f"Title {n}",
            "video_description": f"Description {n} #tag",
            "create_time": 1795000000 + n * 86400,
            "duration": 12 + n,
            "share_url": f"https://www.tiktok.com/@brand/video/75000000000000000{n:02d}",
            "view_count": 1000 * n,
            "like_count": 50 * n,
            "comment_count": n,
            "share_count": 2 * n,
        }
        for n in range(VIDEOS)
    ][start : start + 2]
    return {"data": {"videos": videos, "cursor": start + 2, "has_more": start + 2 < VIDEOS}, "error": OK}


SCENARIO = Scenario(
    connector="tiktok",
    credentials={
        "client_key": "canary-client-key",
        "client_secret": "canary-client-secret",
        "refresh_token": "canary-refresh-token",
    },
    canaries=["canary-access-token"],
    now="2026-11-22T11:00:00+00:00",
    start="2026-11-20",
    answers={"/v2/oauth/token/": _token, "/v2/user/info/": _user_info, "/v2/video/list/": _video_list},
    login_paths=["/v2/oauth/token/"],
    target="video_list",
    target_path="/v2/video/list/",
    expired=_fault(401, "access_token_invalid", "The access token is invalid or not found in the request."),
    says={
        Transient: _fault(429, "rate_limit_exceeded", "The API rate limit was exceeded."),
        Fatal: _fault(401, "scope_not_authorized", "The user did not authorize the scope required."),
        Denied: (200, {"error": "invalid_grant", "error_description": "Refresh token is invalid or expired.", "log_id": "2026"}),
    },
    # followers; 5 videos on 3 pages
    rows={"account_days": 1, "post_snapshots": VIDEOS},
)
