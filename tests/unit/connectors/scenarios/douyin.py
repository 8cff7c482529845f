"""抖音开放平台: two error codes in every envelope, a works list by cursor, days as "the last 7, 15 or 30"."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.connectors.verdicts import Denied, Fatal, QuotaUsed, Transient
from tests.unit.connectors.scenario import Asked, Scenario

NOW = datetime.fromisoformat("2026-11-22T11:00:00+08:00")
WORKS = 5
EXTRA = {"error_code": 0, "sub_error_code": 0, "description": "", "logid": "2026112211000001", "now": 1795316400}


def _fault(code: int, description: str) -> tuple[int, Any]:
    return 200, {"data": {"error_code": code, "description": description}, "extra": {**EXTRA, "error_code": code}}


def _refresh(asked: Asked) -> Any:
    assert asked.form["refresh_token"] == "canary-refresh-token"
    data = {
        "access_token": f"canary-access-token-{len(asked.form)}",
        "expires_in": 1296000,
        "refresh_token": "canary-refresh-token",
        "refresh_expires_in": 2592000,
        "open_id": "canary-open-id",
        "error_code": 0,
    }
    return {"data": data, "extra": EXTRA}


def _work(n: int) -> dict[str, Any]:
    counts = {"digg_count": 10 * n, "comment_count": n, "download_count": 0, "forward_count": 1, "play_count": 1000 * n, "share_count": 2}
    created = int((NOW - timedelta(days=n * 9)).astimezone(UTC).timestamp())
    return {
        "item_id": f"@9Vw+{n}/abc==",
        "title": f"作品 {n} #话题",
        "create_time": created,
        "cover": "https://p.example/c.jpg",
        "share_url": f"https://www.iesdouyin.com/share/video/{n}",
        "is_top": False,
        "is_reviewed": True,
        "video_status": 1,
        "statistics": counts,
    }


def _video_list(asked: Asked) -> Any:
    assert asked.headers["access-token"].startswith("canary-access-token") and asked.params["open_id"] == "canary-open-id"
    start = int(asked.params["cursor"])
    works = [_work(n) for n in range(1, WORKS + 1)][start : start + 2]
    return {"data": {"error_code": 0, "cursor": start + 2, "has_more": start + 2 < WORKS, "list": works}, "extra": EXTRA}


def _item_base(asked: Asked) -> Any:
    assert asked.params["item_id"] in {_work(n)["item_id"] for n in range(1, WORKS + 1)}, "encoded once"
    result = {"avg_play_duration": 8.25, "total_play": 900, "total_like": 9, "total_comment": 1, "total_share": 1}
    return {"data": {"error_code": 0, "result": result}, "extra": EXTRA}


def _user(asked: Asked) -> Any:
    assert asked.match is not None
    fields = {
        "item": {"new_issue": 1, "new_play": 5000, "total_issue": 40},
        "fans": {"new_fans": 12, "total_fans": 9000},
        "like": {"new_like": 60},
        "comment": {"new_comment": 7},
        "share": {"new_share": 3},
    }[asked.match[1]]
    days = int(asked.params["date_type"])
    assert days in (7, 15, 30)
    yesterday = date(2026, 11, 21)
    rows = [{"date": str(yesterday - timedelta(days=n)), **fields} for n in reversed(range(days))]
    return {"data": {"error_code": 0, "result_list": rows}, "extra": EXTRA}


SCENARIO = Scenario(
    connector="douyin",
    credentials={"client_key": "canary-client-key", "refresh_token": "canary-refresh-token"},
    canaries=["canary-access-token", "canary-open-id"],
    now=NOW.isoformat(),
    start="2026-11-18",
    answers={
        "/oauth/refresh_token/": _refresh,
        "/api/douyin/v1/video/video_list/": _video_list,
        "/data/external/item/base/": _item_base,
        "/data/external/user/(item|fans|like|comment|share)/": _user,
    },
    login_paths=["/oauth/refresh_token/", "/oauth/renew_refresh_token/"],
    target="video_list",
    target_path="/api/douyin/v1/video/video_list/",
    expired=_fault(28001008, "access_token过期"),
    says={
        Transient: _fault(2100004, "系统繁忙，此时请开发者稍候再试"),
        QuotaUsed: _fault(2190001, "quota已用完"),
        Fatal: _fault(28001014, "用户未授权该api"),
        Denied: _fault(28001045, "用户已取消授权"),
    },
    # 5 works in the list, 3 of them younger than 30 days; 4 days are due, the platform gives the last 7, for 5 figures
    rows={"post_snapshots": WORKS + 3, "account_days": 5 * 7},
)
