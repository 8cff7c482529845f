"""聚光: `success` in every envelope, reports by POST, pages counted from the total, code meanings that nobody published."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pipelines.connectors.verdicts import Transient
from tests.unit.connectors.scenario import Asked, Scenario

CAMPAIGNS = 130


def _refresh(asked: Asked) -> Any:
    assert asked.json["app_id"] == 33000001 and asked.json["secret"] == "canary-app-secret"
    data = {
        "access_token": "canary-access-token",
        "access_token_expires_in": 86400,
        "refresh_token": "canary-refresh-token-next",
        "refresh_token_expires_in": 2592000,
        "platform_type": 1,
    }
    return {"success": True, "code": 0, "message": "成功", "data": data, "request_id": "r1"}


def _rows(day: str) -> list[dict[str, Any]]:
    return [
        {
            "time": day,
            "campaign_id": 600000 + c,
            "campaign_name": f"计划{c}",
            "fee": f"{88.8 * c:.2f}",
            "impression": str(5000 * c),
            "click": str(250 * c),
            "ctr": "5.00%",
            "acp": "0.36",
            "cpm": "17.76",
            "like": "40",
            "comment": "6",
            "collect": "25",
            "follow": "3",
            "share": "5",
            "interaction": "79",
            "cpi": "1.12",
            "goods_order": "3",
            "rgmv": "357.00",
            "roi": "4.02",
            "success_goods_order": "2",
            "purchase_order_gmv_7d": "238.00",
            "purchase_order_roi_7d": "2.68",
            "leads": "1",
            "leads_cpl": "88.80",
            "landing_page_visit": "20",
        }
        for c in range(1, CAMPAIGNS + 1)
    ]


def _campaign_report(asked: Asked) -> Any:
    assert asked.headers["access-token"] == "canary-access-token"
    assert asked.json["advertiser_id"] == 7000004 and asked.json["time_unit"] == "DAY"
    first, last = (date.fromisoformat(asked.json[k]) for k in ("start_date", "end_date"))
    rows = [r for n in range((last - first).days + 1) for r in _rows(str(first + timedelta(days=n)))]
    start, size = (asked.json["page_num"] - 1) * asked.json["page_size"], asked.json["page_size"]
    data = {"data_list": rows[start : start + size], "total_count": len(rows)}
    return {"success": True, "code": 0, "message": "成功", "data": data, "request_id": "r2"}


def _error(message: str) -> Any:
    return {"success": False, "code": 1, "message": message, "data": None, "request_id": "r3"}


SCENARIO = Scenario(
    connector="xiaohongshu_ads",
    credentials={"app_id": "33000001", "app_secret": "canary-app-secret", "refresh_token": "canary-refresh-token"},
    options={"advertiser_id": "7000004"},
    canaries=["canary-access-token", "canary-refresh-token-next"],
    now="2026-11-22T11:00:00+08:00",
    start="2026-11-21",
    answers={"/oauth2/refresh_token": _refresh, "/jg/data/report/offline/campaign": _campaign_report},
    login_paths=["/oauth2/refresh_token"],
    target="ad_campaign_days",
    target_path="/jg/data/report/offline/campaign",
    expired=(401, _error("the token is no longer valid")),
    says={Transient: (200, _error("an error nobody documented"))},
    rows={"ad_days": CAMPAIGNS},  # one day, on two pages
)
