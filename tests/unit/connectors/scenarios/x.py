"""X: posts by pagination token, a refresh token that changes with each use, the reset moment in a header."""

from __future__ import annotations

from typing import Any

from pipelines.connectors.verdicts import Denied, Fatal, QuotaUsed, Transient
from tests.unit.connectors.scenario import Asked, Scenario

POSTS = [f"19900000000000000{n:02d}" for n in range(5)]


def _problem(status: int, title: str, detail: str, kind: str = "about:blank") -> tuple[int, Any]:
    return status, {"title": title, "detail": detail, "type": kind, "status": status}


def _token(asked: Asked) -> Any:
    assert asked.form["refresh_token"].startswith("canary-refresh-token")
    assert (asked.form["grant_type"], asked.form["client_id"]) == ("refresh_token", "canary-client-id")
    return {
        "token_type": "bearer",
        "expires_in": 7200,
        "access_token": "canary-access-token",
        "refresh_token": asked.form["refresh_token"] + "-next",
        "scope": "tweet.read users.read offline.access",
    }


def _user(asked: Asked) -> Any:
    assert asked.headers["authorization"] == "Bearer canary-access-token"
    counts = {"followers_count": 2500, "following_count": 10, "tweet_count": 400, "listed_count": 3}
    return {"data": {"id": "4400", "name": "Brand", "username": "brand", "public_metrics": counts}}


def _posts(asked: Asked) -> Any:
    assert asked.params["start_time"] >= "2026-10-23T00:00:00Z"
    assert asked.params["exclude"] == "retweets"
    start = int(asked.params.get("pagination_token", "p0")[1:])
    rows = []
    for n, post in list(enumerate(POSTS))[start : start + 2]:
        public = {
            "retweet_count": n,
            "reply_count": 2,
            "like_count": 10 * n,
            "quote_count": 1,
            "bookmark_count": 4,
            "impression_count": 1000 * n,
        }
        own = {"impression_count": 1000 * n, "url_link_clicks": 5, "user_profile_clicks": 6}
        row = {"id": post, "text": f"Post {n}", "created_at": f"2026-11-0{n + 1}T10:00:00.000Z", "public_metrics": public}
        row |= {"non_public_metrics": own} if n else {}
        rows.append({**row, "edit_history_tweet_ids": [post]})
    meta: dict[str, Any] = {"result_count": len(rows), "newest_id": rows[0]["id"], "oldest_id": rows[-1]["id"]}
    if start + 2 < len(POSTS):
        meta["next_token"] = f"p{start + 2}"
    without = {"title": "Field Authorization Error", "detail": "Sorry, you are not authorized", "parameter": "non_public_metrics"}
    return {"data": rows, "meta": meta} | ({"errors": [without]} if start == 0 else {})


SCENARIO = Scenario(
    connector="x",
    credentials={"client_id": "canary-client-id", "refresh_token": "canary-refresh-token"},
    canaries=["canary-access-token"],
    options={"user_id": "4400"},
    now="2026-11-20T11:00:00+00:00",
    start="2026-11-18",
    answers={"/2/oauth2/token": _token, "/2/users/4400": _user, "/2/users/4400/tweets": _posts},
    login_paths=["/2/oauth2/token"],
    target="posts",
    target_path="/2/users/4400/tweets",
    expired=_problem(401, "Unauthorized", "Unauthorized"),
    says={
        Transient: _problem(503, "Service Unavailable", "Service Unavailable"),
        QuotaUsed: _problem(429, "UsageCapExceeded", "Usage cap exceeded", "https://api.x.com/2/problems/usage-capped"),
        Fatal: _problem(403, "Client Forbidden", "When authenticating requests your client must be enrolled"),
        Denied: (400, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}),
    },
    # followers; 5 posts on 3 pages
    rows={"account_days": 1, "post_snapshots": 5},
)
