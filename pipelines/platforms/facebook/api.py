"""Facebook pages: days of the page, its posts with live counts, and how often young posts were viewed. Days are Pacific time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pipelines.connectors.model import Call, Connector, Endpoint, Request
from pipelines.connectors.paging import Paging, dig
from pipelines.platforms.facebook import graph

PACIFIC = ZoneInfo("America/Los_Angeles")
PAGE_METRICS = ["page_media_view", "page_total_media_view_unique", "page_follows"]
POST_DAYS = 90  # posts this young are read again every day
# limit(0): the numbers of comments and reactions, without the people behind them.
POST_FIELDS = (
    "id,message,created_time,permalink_url,shares,attachments{media_type},comments.limit(0).summary(total_count),"
    "reactions.limit(0).summary(total_count)"
)


def _posts(call: Call) -> Iterable[Request]:
    since = (call.today - timedelta(days=POST_DAYS - 1)).isoformat()
    return [graph.get(call, f"{call.account.options['page_id']}/posts", fields=POST_FIELDS, since=since, limit=100)]


def _page_days(call: Call) -> Iterable[Request]:
    """One metric per call: one that Meta has removed fails its call, and the others still come."""
    path, bounds = f"{call.account.options['page_id']}/insights", {"since": call.start, "until": graph.until(call)}
    return [graph.get(call, path, about=metric, metric=metric, period="day", **bounds) for metric in PAGE_METRICS]


def _later_days(request: Request, body: Any) -> Request | None:
    """Insights always name a next page, the time after: followed up to the end of what was asked for."""
    stated = parse_qs(urlsplit(str(dig(body, "paging.next") or "")).query).get("since", [""])[0]
    day = datetime.fromtimestamp(int(stated), UTC).astimezone(PACIFIC).date().isoformat() if stated.isdigit() else stated[:10]
    return request.with_params(since=day) if day and day < request.params["until"] else None


def _post_insights(metric: str) -> Any:
    def requests(call: Call) -> Iterable[Request]:
        for post in call.pulled("posts", "data[].id"):
            yield graph.get(call, f"{post}/insights", about=post, metric=metric, period="lifetime")

    return requests


ENDPOINTS = [
    Endpoint("posts", _posts, Paging("data", graph.next_page, row_id="id"), snapshot=True),
    Endpoint("page_days", _page_days, Paging("data", _later_days), span_days=90),
    Endpoint("post_views", _post_insights("post_media_view"), Paging("data"), snapshot=True, after="posts"),
    Endpoint("post_viewers", _post_insights("post_total_media_view_unique"), Paging("data"), snapshot=True, after="posts"),
]

CONNECTORS = [
    Connector(
        name="facebook",
        platform="facebook",
        hosts=graph.HOSTS,
        credentials=["access_token"],
        options={"page_id": "", "version": graph.VERSION},
        endpoints=ENDPOINTS,
        classify=graph.classify,
        login=graph.LOGIN,
    )
]
