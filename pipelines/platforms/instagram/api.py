"""Instagram business accounts: the account's days, its media with live counts, and the insights of young media, group by group.

Figures arrive with up to 48 hours of delay. No data is an empty set, which is unknown and not 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pipelines.connectors.model import Call, Connector, Endpoint, Request
from pipelines.connectors.paging import Paging
from pipelines.platforms.facebook import graph

MEDIA_FIELDS = "id,caption,media_type,media_product_type,permalink,timestamp,like_count,comments_count"
MEDIA_DAYS = 90  # insights of media this young are read again every day


def _account(call: Call) -> Iterable[Request]:
    return [graph.get(call, call.account.options["user_id"], fields="followers_count")]


def _account_insights(metric: str) -> Any:
    """The total of one day; one metric per call and endpoint: one that Meta has removed fails its call only, and is told as gone."""

    def requests(call: Call) -> Iterable[Request]:
        day = {"period": "day", "metric_type": "total_value", "since": call.start, "until": graph.until(call)}
        return [graph.get(call, f"{call.account.options['user_id']}/insights", about=metric, metric=metric, **day)]

    return requests


def _media(call: Call) -> Iterable[Request]:
    return [graph.get(call, f"{call.account.options['user_id']}/media", fields=MEDIA_FIELDS, limit=100)]


def _insights(metrics: str, reels_only: bool = False) -> Any:
    """A group of metrics of each young media: what a kind of media does not have fails this group of it alone."""

    def requests(call: Call) -> Iterable[Request]:
        oldest = (call.today - timedelta(days=MEDIA_DAYS - 1)).isoformat()
        for media in call.pulled("media", "data[]"):
            if media["timestamp"][:10] >= oldest and (not reels_only or media.get("media_product_type") == "REELS"):
                yield graph.get(call, f"{media['id']}/insights", about=media["id"], metric=metrics)

    return requests


def _media_endpoint(name: str, metrics: str, reels_only: bool = False) -> Endpoint:
    return Endpoint(name, _insights(metrics, reels_only), Paging("data"), snapshot=True, after="media")


ENDPOINTS = [
    Endpoint("account", _account, Paging("data"), snapshot=True),
    Endpoint("account_views", _account_insights("views"), Paging("data")),
    Endpoint("account_reach", _account_insights("reach"), Paging("data")),
    Endpoint("account_interactions", _account_insights("total_interactions"), Paging("data")),
    Endpoint("media", _media, Paging("data", graph.next_page, row_id="id"), snapshot=True),
    _media_endpoint("media_views", "views,reach"),
    _media_endpoint("media_interactions", "likes,comments,saved,shares,total_interactions"),
    _media_endpoint("media_watch", "ig_reels_avg_watch_time,ig_reels_video_view_total_time", reels_only=True),
]

CONNECTORS = [
    Connector(
        name="instagram",
        platform="instagram",
        hosts=graph.HOSTS,
        credentials=["access_token"],
        options={"user_id": "", "version": graph.VERSION},
        endpoints=ENDPOINTS,
        classify=graph.classify,
        login=graph.LOGIN,
    )
]
