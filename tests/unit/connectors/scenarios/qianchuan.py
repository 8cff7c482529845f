"""千川: the login of 巨量引擎, its own report with figures as numbers and the day as a moment."""

from __future__ import annotations

import json
from typing import Any

from pipelines.connectors.verdicts import Transient
from tests.unit.connectors.scenario import Asked, Scenario
from tests.unit.connectors.scenarios.oceanengine import LOGIN, days_asked, pages_of, refresh

ADS = 3


def _ad_report(asked: Asked) -> Any:
    assert asked.headers["access-token"].startswith("canary-access-token")
    assert json.loads(asked.params["filtering"]) == {"marketing_goal": "ALL", "order_platform": "ALL"}
    rows = [
        {
            "stat_datetime": f"{day} 00:00:00",
            "advertiser_id": 1700003,
            "ad_id": 7300000000000000 + n,
            "ad_name": f"计划{n}",
            "stat_cost": 320.4 * n,
            "show_cnt": 9000 * n,
            "click_cnt": 270 * n,
            "ctr": 3.0,
            "cpm_platform": 35.6,
            "pay_order_count": 5 * n,
            "pay_order_amount": 745.5 * n,
            "create_order_count": 6 * n,
            "create_order_amount": 894.6 * n,
            "prepay_and_pay_order_roi": 2.33,
            "convert_cnt": 5 * n,
            "dy_follow": 2,
            "dy_like": 30,
            "dy_comment": 4,
            "dy_share": 3,
            "luban_live_enter_cnt": 0,
        }
        for day in days_asked(asked, "start_date", "end_date")
        for n in range(1, ADS + 1)
    ]
    return pages_of(rows, asked, "list")


SCENARIO = Scenario(
    connector="qianchuan",
    credentials={"app_id": "1690000000000001", "app_secret": "canary-app-secret", "refresh_token": "canary-refresh-token"},
    options={"advertiser_id": "1700003"},
    canaries=["canary-access-token", "canary-refresh-token'"],
    now="2026-11-22T11:00:00+08:00",
    start="2026-11-21",
    answers={LOGIN: refresh, "/v1.0/qianchuan/report/ad/get/": _ad_report},
    login_paths=[LOGIN],
    target="ad_days",
    target_path="/v1.0/qianchuan/report/ad/get/",
    expired=(200, {"code": 40102, "message": "access token is expired", "request_id": "2026112211000003", "data": {}}),
    says={Transient: (200, {"code": 51010, "message": "an error nobody documented", "request_id": "2026112211000004", "data": {}})},
    rows={"ad_days": ADS},  # one day, on two pages
)
