"""快手开放平台: `result` 1 is success, the cursor is the oldest work of the page, an empty page is the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pipelines.connectors.verdicts import Fatal, Transient
from tests.unit.connectors.scenario import Asked, Scenario

NOW = datetime.fromisoformat("2026-11-22T11:00:00+08:00")
WORKS = 5
SIZE = 2


def _refresh(asked: Asked) -> Any:
    assert asked.form["app_secret"] == "canary-app-secret" and asked.form["grant_type"] == "refresh_token"
    return {
        "result": 1,
        "access_token": "canary-access-token",
        "expires_in": 172800,
        "refresh_token": "canary-refresh-token",
        "refresh_token_expires_in": 15552000,
        "open_id": "f1",
        "scopes": ["user_video_info", "user_info"],
    }


def _work(n: int) -> dict[str, Any]:
    """Work n, the newest is 1."""
    return {
        "photo_id": f"3xk{WORKS - n}z",
        "caption": f"作品 {n} #话题",
        "cover": "https://p.example/c.jpg",
        "play_url": "https://v.example/p.mp4",
        "create_time": int((NOW - timedelta(days=n)).timestamp() * 1000),
        "like_count": 10 * n,
        "comment_count": n,
        "view_count": 1000 * n,
        "pending": False,
    }


def _photo_list(asked: Asked) -> Any:
    assert asked.params["access_token"] == "canary-access-token" and asked.params["app_id"] == "ks-canary-app-id"
    works = [_work(n) for n in range(1, WORKS + 1)]
    names = [w["photo_id"] for w in works]
    start = names.index(asked.params["cursor"]) + 1 if "cursor" in asked.params else 0
    return {"result": 1, "video_list": works[start : start + SIZE]}


def _user_info(asked: Asked) -> Any:
    about = {"name": "示例品牌", "sex": "F", "fan": 8800, "follow": 12, "head": "https://h.example", "city": "杭州"}
    return {"result": 1, "user_info": about}


SCENARIO = Scenario(
    connector="kuaishou",
    credentials={"app_id": "ks-canary-app-id", "app_secret": "canary-app-secret", "refresh_token": "canary-refresh-token"},
    canaries=["canary-access-token"],
    now=NOW.isoformat(),
    start="2026-11-22",
    answers={"/oauth2/refresh_token": _refresh, "/openapi/photo/list": _photo_list, "/openapi/user_info": _user_info},
    login_paths=["/oauth2/refresh_token"],
    target="photo_list",
    target_path="/openapi/photo/list",
    expired=(200, {"result": 0, "error": "invalid_token", "error_msg": "access_token is not valid"}),
    says={
        Transient: (200, {"result": 100100402, "error_msg": "called too often"}),
        Fatal: (200, {"result": 0, "error": "forbidden", "error_msg": "the scope user_video_info is missing"}),
    },
    rows={"post_snapshots": WORKS, "account_days": 1},
)
