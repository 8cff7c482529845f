"""巨量千川 (Qianchuan): 计划 (ads) per day. The login is that of 巨量引擎; orders are credited back for up to 7 days."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from pipelines.connectors.model import Call, Connector, Endpoint, Login, Request
from pipelines.connectors.paging import Paging, by_page
from pipelines.platforms.advertisers import advertisers, attach
from pipelines.platforms.oceanengine.api import HOST, PAGE_SIZE, REPULL_DAYS, classify, renew

FIELDS = [
    "stat_cost",
    "show_cnt",
    "click_cnt",
    "ctr",
    "cpm_platform",
    "pay_order_count",
    "pay_order_amount",
    "create_order_count",
    "create_order_amount",
    "prepay_and_pay_order_roi",
    "convert_cnt",
    "dy_follow",
    "dy_like",
    "dy_comment",
    "dy_share",
    "luban_live_enter_cnt",
]


def _ad_days(call: Call) -> Iterable[Request]:
    period = {"start_date": call.start, "end_date": call.end, "time_granularity": "TIME_GRANULARITY_DAILY"}
    chosen = {"marketing_goal": call.account.options["marketing_goal"], "order_platform": call.account.options["order_platform"]}
    wanted = {"fields": json.dumps(FIELDS), "filtering": json.dumps(chosen)}
    for advertiser in advertisers(call):
        page = {"page": 1, "page_size": PAGE_SIZE}
        yield Request("/v1.0/qianchuan/report/ad/get/", {"advertiser_id": advertiser, **period, **wanted, **page})


CONNECTORS = [
    Connector(
        name="qianchuan",
        platform="qianchuan",
        hosts={"main": HOST},
        credentials=["app_id", "app_secret", "refresh_token"],
        options={"advertiser_id": "", "marketing_goal": "ALL", "order_platform": "ALL"},
        endpoints=[
            Endpoint(
                "ad_days",
                _ad_days,
                Paging("data.list", by_page("page", "data.page_info.total_page"), total="data.page_info.total_number"),
                repull_days=REPULL_DAYS,
                ready_hour=8,
                span_days=REPULL_DAYS,
                earliest=date(2016, 10, 26),
                row_date="stat_datetime",
            )
        ],
        classify=classify,
        login=Login(attach, renew),
    )
]
