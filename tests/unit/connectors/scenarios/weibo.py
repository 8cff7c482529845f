"""微博: error_code in any status, lists from new to old by an inclusive max_id, a token that only a person renews."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pipelines.connectors.verdicts import Denied, Fatal, QuotaUsed, Transient
from tests.unit.connectors.scenario import Asked, Scenario

NOW = datetime.fromisoformat("2026-11-22T11:00:00+08:00")
UID = 1700000001
FIRST = 5110000000000001  # id of the oldest post
POSTS = 260
HOURS = 12  # between two posts: 60 are younger than 30 days
COMMENTS = 70  # on the newest post, one of them hidden; the next one has 2, all others have none
PAGE = {"statuses": 100, "comments": 50}


def _created(n: int) -> str:
    return (NOW - timedelta(hours=HOURS * (POSTS - 1 - n))).strftime("%a %b %d %H:%M:%S %z %Y")


def _comment_count(n: int) -> int:
    return {POSTS - 1: COMMENTS, POSTS - 2: 2}.get(n, 0)


def _post(n: int) -> dict[str, Any]:
    number = FIRST + n
    user = {"id": UID, "idstr": str(UID), "screen_name": "示例品牌", "followers_count": 52300, "friends_count": 12, "verified": True}
    quoted = {"retweeted_status": {"id": 1, "idstr": "1", "text": "原文", "user": {"screen_name": "别人的昵称"}}}
    return {
        "created_at": _created(n),
        "id": number,
        "idstr": str(number),
        "mid": str(number),
        "text": f"第 {n} 条 #新品#",
        "source": '<a href="http://app.weibo.com/t/feed/1" rel="nofollow">微博网页版</a>',
        "pic_urls": [{"thumbnail_pic": "http://wx1.example/1.jpg"}] if n % 2 else [],
        "user": user,
        **(quoted if n % 10 == 0 else {}),
        "reposts_count": n % 7,
        "comments_count": _comment_count(n),
        "attitudes_count": 3 * n,
    }


def _page(asked: Asked, ids: list[int], size: int) -> list[int]:
    """The newest of the ids up to max_id, as the platform cuts a page."""
    assert asked.params["access_token"] == "canary-access-token"
    return sorted((i for i in ids if i <= int(asked.params.get("max_id", 10**18))), reverse=True)[:size]


def _timeline(asked: Asked) -> Any:
    assert asked.params["uid"] == str(UID) and asked.params["count"] == "100"
    chosen = _page(asked, [FIRST + n for n in range(POSTS)], PAGE["statuses"])
    return {"statuses": [_post(i - FIRST) for i in chosen], "total_number": POSTS, "next_cursor": 0, "previous_cursor": 0}


def _counts(asked: Asked) -> Any:
    numbers = [int(i) - FIRST for i in asked.params["ids"].split(",")]
    assert len(numbers) <= 100
    kept = [n for n in numbers if n != 100]  # this one has been deleted since
    return [{"id": FIRST + n, "comments": _comment_count(n), "reposts": n % 7, "attitudes": 3 * n, "reads": 1000 * n} for n in kept]


def _comments(asked: Asked) -> Any:
    post = int(asked.params["id"])
    total = _comment_count(post - FIRST)
    first = 10 * post
    hidden = 1 if total == COMMENTS else 0
    chosen = _page(asked, [first + k for k in range(hidden, total)], PAGE["comments"])
    rows = [
        {
            "created_at": _created(POSTS - 1),
            "id": i,
            "idstr": str(i),
            "mid": str(i),
            "text": f"评论 {i - first}",
            "source": "微博",
            "user": {"id": 2000 + (i - first) % 5, "idstr": str(2000 + (i - first) % 5), "screen_name": f"昵称{(i - first) % 5}"},
            "status": {"idstr": str(post), "user": {"screen_name": "示例品牌"}},
        }
        for i in chosen
    ]
    return {"comments": rows, "total_number": total, "next_cursor": 0}


def _fault(code: int, error: str) -> tuple[int, Any]:
    return 403, {"request": "/2/statuses/user_timeline.json", "error_code": code, "error": error}


SCENARIO = Scenario(
    connector="weibo",
    credentials={"access_token": "canary-access-token"},
    options={"uid": str(UID), "is_media": "yes"},
    now=NOW.isoformat(),
    start="2026-11-22",
    answers={
        "/2/statuses/user_timeline.json": _timeline,
        "/2/media_statuses/count_sp/biz.json": _counts,
        "/2/comments/show.json": _comments,
    },
    target="user_timeline",
    target_path="/2/statuses/user_timeline.json",
    expired=_fault(21327, "expired_token"),
    says={
        Transient: _fault(10002, "Service unavailable"),
        QuotaUsed: _fault(10023, "User requests out of rate limit"),
        Fatal: _fault(10014, "Insufficient app permissions!"),
        Denied: _fault(21332, "invalid_access_token"),
    },
    # the newest 200 of 260 posts, once in the list and once as counts, which leave one post out; the account's day;
    # 69 of 70 comments of one post (one is hidden), 2 of another
    rows={"post_snapshots": 200 + 199, "account_days": 1, "comments": 69 + 2},
)
