"""超级粉丝通 (Weibo ads): campaigns per day. Its `ctr` is 互动率, an engagement rate; Weibo has no plain clicks, 导流 is the nearest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipelines.connectors.model import Account, Ask, Call, Connector, Credential, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging, by_page, dig
from pipelines.connectors.verdicts import Answer, Unexplained, Verdict, by_status
from pipelines.platforms.advertisers import advertisers, number, refresh_token, tokens_in

FIELDS = [
    "consume",
    "pv",
    "ecpm",
    "bhv",
    "ctr",
    "traffic_bhv",
    "social_bhv",
    "bhv_14000003",
    "bhv_14000005",
    "bhv_14000098",
    "bhv_14000045",
    "bhv_14000008",
    "total_play_cnt",
    "bhv_71000001",
    "bhv_71000005",
    "bhv_71000028_order",
    "bhv_71000028_gmv",
]
PAGE_SIZE = 200
WEEK = 8  # days that are pulled again, and that one call covers


def _renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    refresh = refresh_token(account, current)
    fields = {"client_id": number(account.secret("client_id")), "refresh_token": refresh}
    data = ask(Request("/oauth/refresh_token", json=fields, method="POST"))["data"]
    return tokens_in(data, refresh, now, "expires_in", "refresh_expires_in")


def _attach(account: Account, tokens: Tokens) -> Credential:
    return Credential(headers={"Authorization": f"Bearer {tokens.access.get_secret_value()}"})


def _classify(answer: Answer) -> Verdict:
    """A code above 0 is an error. What the codes mean is not published, so each is tried once more; trace_id names the request."""
    code = dig(answer.body, "code")
    said = f"code {code} {dig(answer.body, 'message') or ''} (trace_id {dig(answer.body, 'trace_id')})"
    if code and answer.status < 300:
        return Unexplained(said)
    return by_status(answer, said if code else "")


def _campaign_days(call: Call) -> Iterable[Request]:
    for advertiser in advertisers(call):
        period = {"start_date": call.start, "end_date": call.end, "group_by": "date"}
        page = {"page": 1, "page_size": PAGE_SIZE}
        yield Request("/v3/report/effect/get_campaign_data", {"advertiser_id": advertiser, **period, **page, "fields": FIELDS})


ADS = Connector(
    name="weibo_ads",
    platform="weibo",
    hosts={"main": "https://api.biz.weibo.com"},
    credentials=["client_id", "refresh_token"],
    options={"advertiser_id": ""},
    endpoints=[
        Endpoint(
            "ad_campaign_days",
            _campaign_days,
            Paging("data.list", by_page("page", "data.pages"), total="data.total_num"),
            repull_days=WEEK,
            span_days=WEEK,
            row_date="date",
        )
    ],
    classify=_classify,
    login=Login(_attach, _renew),
)
