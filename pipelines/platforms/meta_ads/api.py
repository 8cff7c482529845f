"""Meta Ads: what each ad spent and reached on each day. Days are those of the ad account's own zone."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pipelines.connectors.model import Call, Connector, Endpoint, Request
from pipelines.connectors.paging import Paging
from pipelines.platforms.facebook import graph

FIELDS = (
    "date_start,date_stop,account_currency,campaign_id,campaign_name,adset_id,adset_name,ad_id,ad_name,"
    "spend,impressions,reach,inline_link_clicks,inline_post_engagement"
)


def _ad_days(call: Call) -> Iterable[Request]:
    account = call.account.options["ad_account_id"].removeprefix("act_")
    days = json.dumps({"since": call.start, "until": call.end})
    return [graph.get(call, f"act_{account}/insights", level="ad", time_increment=1, time_range=days, fields=FIELDS, limit=500)]


ENDPOINTS = [
    Endpoint(
        "ad_days",
        _ad_days,
        Paging("data", graph.next_page),
        repull_days=7,
        span_days=30,
        metrics_param="fields",
        row_date="date_start",
    )
]

CONNECTORS = [
    Connector(
        name="meta_ads",
        platform="meta_ads",
        hosts=graph.HOSTS,
        credentials=["access_token"],
        options={"ad_account_id": "", "version": graph.VERSION},
        endpoints=ENDPOINTS,
        classify=graph.classify,
        login=graph.LOGIN,
    )
]
