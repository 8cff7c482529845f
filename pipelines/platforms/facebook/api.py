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
POST_DAYS = 90  # posts this young are read again every day
# limit(0): the numbers of comments and reactions, without the people behind them.
POST_FIELDS = (
    "id,message,created_time,permalink_url,shares,attachments{media_type},comments.limit(0).summary(total_count),"
    "reactions.limit(0).summary(total_count)"
)


def _posts(call: Call) -> Iterable[Request]:
    since = (call.today - timedelta(days=POST_DAYS - 1)).isoformat()
    return [graph.get(call, f"{call.account.options['page_id']}/posts", fields=POST_FIELDS, since=since, limit=100)]


def _page_insights(metric: str) -> Any:
    """One metric per call and endpoint: one that Meta has removed fails its call only, and is told as gone."""

    def requests(call: Call) -> Iterable[Request]:
        days = {"since": call.start, "until": graph.until(call)}
        return [graph.get(call, f"{call.account.options['page_id']}/insights", about=metric, metric=metric, period="day", **days)]

    return requests


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


def _page_endpoint(name: str, metric: str) -> Endpoint:
    return Endpoint(name, _page_insights(metric), Paging("data", _later_days), span_days=90)


ENDPOINTS = [
    Endpoint("posts", _posts, Paging("data", graph.next_page, row_id="id"), snapshot=True),
    _page_endpoint("page_views", "page_media_view"),
    _page_endpoint("page_viewers", "page_total_media_view_unique"),
    _page_endpoint("page_follows", "page_follows"),
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
