"""聚光 (Xiaohongshu ads): campaigns per day. Orders count for 7 days after the click. Notes have no API; they come as exports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipelines.connectors.model import Account, Ask, Call, Connector, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging, by_page, dig
from pipelines.connectors.verdicts import Answer, Unexplained, Verdict, by_status
from pipelines.platforms.advertisers import advertisers, attach, number, refresh_token, tokens_in

PAGE_SIZE = 100
WEEK = 8  # days that are pulled again, and that one call covers


def _renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    refresh = refresh_token(account, current)
    fields = {"app_id": number(account.secret("app_id")), "secret": account.secret("app_secret"), "refresh_token": refresh}
    data = ask(Request("/oauth2/refresh_token", json=fields, method="POST"))["data"]
    return tokens_in(data, refresh, now, "access_token_expires_in", "refresh_token_expires_in")


def _classify(answer: Answer) -> Verdict:
    """`success` is false for an error. What the codes mean is not published, so each is tried once more."""
    if answer.status >= 300 or dig(answer.body, "success") is not False:
        return by_status(answer)
    code = dig(answer.body, "errorCode") or dig(answer.body, "code")
    message = dig(answer.body, "errorMsg") or dig(answer.body, "message") or ""
    return Unexplained(f"code {code} {message} (request_id {dig(answer.body, 'request_id')})")


def _campaign_days(call: Call) -> Iterable[Request]:
    for advertiser in advertisers(call):
        period = {"start_date": call.start, "end_date": call.end, "time_unit": "DAY"}
        page = {"page_num": 1, "page_size": PAGE_SIZE}
        yield Request("/jg/data/report/offline/campaign", json={"advertiser_id": number(advertiser), **period, **page}, method="POST")


CONNECTORS = [
    Connector(
        name="xiaohongshu_ads",
        platform="xiaohongshu",
        hosts={"main": "https://adapi.xiaohongshu.com/api/open"},
        credentials=["app_id", "app_secret", "refresh_token"],
        options={"advertiser_id": ""},
        endpoints=[
            Endpoint(
                "ad_campaign_days",
                _campaign_days,
                Paging(
                    "data.data_list",
                    by_page("page_num", total="data.total_count", size=PAGE_SIZE, in_json=True),
                    total="data.total_count",
                ),
                repull_days=WEEK,
                span_days=WEEK,
                row_date="time",
            )
        ],
        classify=_classify,
        login=Login(attach, _renew),
    )
]
