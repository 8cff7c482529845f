"""Facebook pages: one metric per call, days named by their end, a next page without end, addresses that hold the token."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.connectors.verdicts import Denied, Fatal, QuotaUsed, Transient
from tests.unit.connectors.scenario import Asked, Scenario

GRAPH = "https://graph.facebook.com/v25.0"
POSTS = [f"77001_{n}" for n in range(1, 6)]
VALUES = {"page_media_view": 1000, "page_total_media_view_unique": 400, "page_follows": 9000}


def _error(code: int, message: str, subcode: int = 0) -> tuple[int, Any]:
    error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "AbC"}
    return 400, {"error": error}


def _next(path: str, **params: Any) -> str:
    """A ready-made address: it holds the token."""
    asked = "&".join(f"{k}={v}" for k, v in params.items())
    return f"{GRAPH}/{path}?access_token=canary-page-token&{asked}"


def _posts(asked: Asked) -> Any:
    assert asked.headers["authorization"] == "Bearer canary-page-token"
    assert "limit(0)" in asked.params["fields"]
    start = int(asked.params.get("after", "0"))
    rows = [
        {
            "id": post,
            "message": f"Message {post}",
            "created_time": f"2026-11-1{n}T20:30:00+0000",
            "permalink_url": f"https://www.facebook.com/{post}",
            "shares": {"count": n},
            "attachments": {"data": [{"media_type": ("photo", "video", "link", "album", "event")[n]}]},
            "comments": {"data": [], "summary": {"total_count": 2 * n}},
            "reactions": {"data": [], "summary": {"total_count": 10 * n}},
        }
        for n, post in enumerate(POSTS)
    ][start : start + 2]
    del rows[0]["shares" if start == 0 else "attachments"]  # not there when there are none
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": str(start + 2)}}
    if start + 2 < len(POSTS):
        paging["next"] = _next("77001/posts", after=start + 2)
    return {"data": rows, "paging": paging}


def _page_insights(asked: Asked) -> Any:
    """Two days per page, and always a next one. A value's end_time is midnight, Pacific time."""
    metric = asked.params["metric"]
    first, until = (date.fromisoformat(asked.params[k]) for k in ("since", "until"))
    assert 0 < (until - first).days <= 90
    days = [first + timedelta(days=n) for n in range(2) if first + timedelta(days=n) < until]
    ends = [datetime.combine(d + timedelta(days=1), datetime.min.time(), ZoneInfo("America/Los_Angeles")) for d in days]
    values = [
        {"value": VALUES[metric] + d.day, "end_time": end.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S+0000")}
        for d, end in zip(days, ends, strict=True)
    ]
    row = {"name": metric, "period": "day", "values": values, "title": metric, "description": "", "id": f"77001/insights/{metric}/day"}
    later = int(ends[-1].timestamp())
    return {"data": [row], "paging": {"previous": _next("x", until=1), "next": _next("77001/insights", since=later, until=later + 172800)}}


def _post_insights(asked: Asked) -> Any:
    assert asked.match is not None
    post, metric = asked.match[1], asked.params["metric"]
    number = int(post.split("_")[1])
    if number == 5:
        return {"data": [], "paging": {}}
    value = {"post_media_view": 500 * number, "post_total_media_view_unique": 300 * number}[metric]
    row = {"name": metric, "period": "lifetime", "values": [{"value": value}], "title": metric, "description": "", "id": f"{post}/insights"}
    return {"data": [row], "paging": {"next": _next(f"{post}/insights", since=1)}}


SCENARIO = Scenario(
    connector="facebook",
    credentials={"access_token": "canary-page-token"},
    options={"page_id": "77001"},
    now="2026-11-22T11:00:00-08:00",
    start="2026-11-18",
    answers={
        "/v25.0/77001/posts": _posts,
        "/v25.0/77001/insights": _page_insights,
        r"/v25.0/(77001_\d+)/insights": _post_insights,
    },
    target="posts",
    target_path="/v25.0/77001/posts",
    expired=_error(190, "Error validating access token: Session has expired", 463),
    says={
        Transient: _error(2, "Service temporarily unavailable"),
        QuotaUsed: _error(32, "Page request limit reached"),
        Fatal: _error(200, "Requires pages_read_engagement permission"),
        Denied: _error(190, "The session has been invalidated", 460),
    },
    # 4 days of 3 metrics; 5 posts, and 2 metrics of 4 of them (the fifth has none)
    rows={"account_days": 4 * 3, "post_snapshots": 5 + 2 * 4},
)
