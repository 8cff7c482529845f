"""磁力引擎 (Kuaishou ads): campaigns per day. Its `aclick` counts shown material and no clicks; `bclick` (行为) are the clicks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipelines.connectors.model import Account, Ask, Call, Connector, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging, by_page
from pipelines.platforms.advertisers import advertisers, attach, classify, number, refresh_token, tokens_in

PAGE_SIZE = 100
WEEK = 8  # days that are pulled again, and that one call covers


def _renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    refresh = refresh_token(account, current)
    fields = {"app_id": number(account.secret("app_id")), "secret": account.secret("app_secret"), "refresh_token": refresh}
    data = ask(Request("/oauth2/authorize/refresh_token", json=fields, method="POST"))["data"]
    return tokens_in(data, refresh, now, "access_token_expires_in", "refresh_token_expires_in")


def _campaign_days(call: Call) -> Iterable[Request]:
    for advertiser in advertisers(call):
        period = {"start_date": call.start, "end_date": call.end, "temporal_granularity": "DAILY"}
        page = {"page": 1, "page_size": PAGE_SIZE}
        yield Request("/v1/report/campaign_report", json={"advertiser_id": number(advertiser), **period, **page}, method="POST")


ADS = Connector(
    name="kuaishou_ads",
    platform="kuaishou",
    hosts={"main": "https://ad.e.kuaishou.com/rest/openapi"},
    credentials=["app_id", "app_secret", "refresh_token"],
    options={"advertiser_id": ""},
    endpoints=[
        Endpoint(
            "ad_campaign_days",
            _campaign_days,
            Paging("data.details", by_page("page", total="data.total_count", size=PAGE_SIZE, in_json=True), total="data.total_count"),
            repull_days=WEEK,
            span_days=WEEK,
            row_date="stat_date",
        )
    ],
    classify=classify,
    login=Login(attach, _renew),
)
