"""巨量引擎 (Ocean Engine): the custom report, projects per day. Figures of yesterday stand from about 08:00, conversions move for 7 days.

千川 logs in the same way and takes `renew`, `attach` and `classify` from here. Every renewal makes the refresh token before it worthless:
one authorisation serves one account of one connector only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime

from pipelines.connectors.model import Account, Ask, Call, Connector, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging, by_page
from pipelines.connectors.verdicts import Answer, Verdict
from pipelines.platforms.advertisers import advertisers, attach, refresh_token, tokens_in
from pipelines.platforms.advertisers import classify as by_code

HOST = "https://api.oceanengine.com/open_api"
EXPIRED = {40102, 40105}
DIMENSIONS = ["stat_time_day", "cdp_project_id", "cdp_project_name"]
METRICS = ["stat_cost", "show_cnt", "cpm_platform", "click_cnt", "ctr", "cpc_platform", "convert_cnt", "conversion_cost", "conversion_rate"]
PAGE_SIZE = 1000
REPULL_DAYS = 7


def renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    """A new access token together with the refresh token that replaces the one used for it."""
    refresh = refresh_token(account, current)
    app = {"app_id": account.secret("app_id"), "secret": account.secret("app_secret")}
    fields = {**app, "grant_type": "refresh_token", "refresh_token": refresh}
    data = ask(Request("/oauth2/refresh_token/", json=fields, method="POST"))["data"]
    return tokens_in(data, refresh, now, "expires_in", "refresh_token_expires_in")


def classify(answer: Answer) -> Verdict:
    """As other ad systems, with the codes of the token."""
    return by_code(answer, EXPIRED)


def _project_days(call: Call) -> Iterable[Request]:
    wanted = {"data_topic": "BASIC_DATA", "dimensions": json.dumps(DIMENSIONS), "metrics": json.dumps(METRICS)}
    period = {"start_time": call.start, "end_time": call.end, "filters": "[]", "order_by": "[]"}
    for advertiser in advertisers(call):
        yield Request("/v3.0/report/custom/get/", {"advertiser_id": advertiser, **wanted, **period, "page": 1, "page_size": PAGE_SIZE})


CONNECTORS = [
    Connector(
        name="oceanengine",
        platform="oceanengine",
        hosts={"main": HOST},
        credentials=["app_id", "app_secret", "refresh_token"],
        options={"advertiser_id": ""},
        endpoints=[
            Endpoint(
                "project_days",
                _project_days,
                Paging("data.rows", by_page("page", "data.page_info.total_page"), total="data.page_info.total_number"),
                repull_days=REPULL_DAYS,
                ready_hour=8,
                span_days=REPULL_DAYS,
                earliest=date(2016, 10, 26),
                row_date="dimensions.stat_time_day",
            )
        ],
        classify=classify,
        login=Login(attach, renew),
    )
]
