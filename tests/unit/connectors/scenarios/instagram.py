"""Instagram: media by cursor, insights of each group per media, empty sets, media too few people have seen."""

from __future__ import annotations

from typing import Any

from pipelines.connectors.verdicts import Denied, Fatal, QuotaUsed, Transient
from tests.unit.connectors.scenario import Asked, Scenario

MEDIA = {
    "17900000000000001": ("FEED", "IMAGE", "2026-11-20T09:15:00+0000"),
    "17900000000000002": ("REELS", "VIDEO", "2026-11-10T09:15:00+0000"),
    "17900000000000003": ("FEED", "CAROUSEL_ALBUM", "2026-11-01T09:15:00+0000"),
    "17900000000000004": ("FEED", "VIDEO", "2026-01-01T09:15:00+0000"),  # too old for insights
}
EMPTY = "17900000000000003"


def _error(code: int, message: str, subcode: int = 0) -> tuple[int, Any]:
    error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "AbC"}
    return 400, {"error": error}


def _account(asked: Asked) -> Any:
    assert asked.headers["authorization"] == "Bearer canary-user-token"
    return {"followers_count": 4321, "id": "178001"}


def _account_days(asked: Asked) -> Any:
    metric = asked.params["metric"]
    assert (asked.params["metric_type"], asked.params["period"]) == ("total_value", "day")
    value = {"views": 700, "reach": 300, "total_interactions": 40}[metric] + int(asked.params["since"][-2:])
    row = {"name": metric, "period": "day", "title": metric, "description": "", "total_value": {"value": value}, "id": "178001/insights"}
    return {"data": [row]}


def _media(asked: Asked) -> Any:
    start = int(asked.params.get("after", "0"))
    rows = [
        {
            "id": media,
            "caption": f"Caption {media[-1]}",
            "media_type": kind,
            "media_product_type": product,
            "permalink": f"https://www.instagram.com/p/{media[-1]}/",
            "timestamp": published,
            "like_count": 10 + n,
            "comments_count": n,
        }
        for n, (media, (product, kind, published)) in enumerate(MEDIA.items())
    ][start : start + 3]
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": str(start + 3)}}
    if start + 3 < len(MEDIA):
        paging["next"] = f"https://graph.facebook.com/v25.0/178001/media?access_token=canary-user-token&after={start + 3}"
    return {"data": rows, "paging": paging}


def _media_insights(asked: Asked) -> Any:
    assert asked.match is not None
    media, metrics = asked.match[1], asked.params["metric"].split(",")
    assert MEDIA[media][2] > "2026-08"
    if media == EMPTY:
        return {"data": []}
    assert MEDIA[media][0] == "REELS" or not any(m.startswith("ig_reels") for m in metrics)
    values = {"views": 900, "reach": 600, "likes": 11, "comments": 2, "saved": 7, "shares": 3, "total_interactions": 23}
    watched = {"ig_reels_avg_watch_time": 4250, "ig_reels_video_view_total_time": 3825000}
    rows = [
        {"name": m, "period": "lifetime", "values": [{"value": (values | watched)[m]}], "title": m, "description": "", "id": f"{media}/{m}"}
        for m in metrics
    ]
    return {"data": rows[::-1]}


SCENARIO = Scenario(
    connector="instagram",
    credentials={"access_token": "canary-user-token"},
    options={"user_id": "178001"},
    now="2026-11-22T11:00:00-08:00",
    start="2026-11-20",
    answers={
        "/v25.0/178001": _account,
        "/v25.0/178001/insights": _account_days,
        "/v25.0/178001/media": _media,
        r"/v25.0/(179\d+)/insights": _media_insights,
    },
    target="media",
    target_path="/v25.0/178001/media",
    expired=_error(190, "Error validating access token: Session has expired", 463),
    says={
        Transient: _error(1, "An unknown error occurred"),
        QuotaUsed: _error(4, "Application request limit reached"),
        Fatal: _error(10, "Application does not have permission for this action"),
        Denied: _error(190, "The session has been invalidated", 460),
    },
    # followers, and 2 days of 3 metrics; 4 media, views and interactions of the 3 young ones (one has none), watch time of the reel
    rows={"account_days": 1 + 2 * 3, "post_snapshots": 4 + 3 + 3 + 1},
)
