"""磁力引擎: reports by POST, pages counted from the total, code meanings that nobody published."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pipelines.connectors.verdicts import Transient
from tests.unit.connectors.scenario import Asked, Scenario

CAMPAIGNS = 130


def _refresh(asked: Asked) -> Any:
    assert asked.json["app_id"] == 165000001 and asked.json["secret"] == "canary-app-secret"
    data = {
        "access_token": "canary-access-token",
        "access_token_expires_in": 86400,
        "refresh_token": "canary-refresh-token-next",
        "refresh_token_expires_in": 2592000,
        "advertiser_ids": [1],
    }
    return {"code": 0, "message": "OK", "data": data}


def _details(day: str) -> list[dict[str, Any]]:
    return [
        {
            "stat_date": day,
            "stat_hour": 0,
            "campaign_id": 800000 + c,
            "campaign_name": f"计划{c}",
            "charge": 12.5 * c,
            "show": 1000 * c,
            "aclick": 700 * c,
            "bclick": 30 * c,
            "like": 5,
            "comment": 2,
            "share": 1,
            "follow": 3,
        }
        for c in range(1, CAMPAIGNS + 1)
    ]


def _campaign_report(asked: Asked) -> Any:
    assert asked.headers["access-token"] == "canary-access-token"
    assert asked.json["advertiser_id"] == 7000002 and asked.json["temporal_granularity"] == "DAILY"
    first, last = (date.fromisoformat(asked.json[k]) for k in ("start_date", "end_date"))
    rows = [r for n in range((last - first).days + 1) for r in _details(str(first + timedelta(days=n)))]
    start, size = (asked.json["page"] - 1) * asked.json["page_size"], asked.json["page_size"]
    return {"code": 0, "message": "OK", "request_id": "r1", "data": {"total_count": len(rows), "details": rows[start : start + size]}}


SCENARIO = Scenario(
    connector="kuaishou_ads",
    credentials={"app_id": "165000001", "app_secret": "canary-app-secret", "refresh_token": "canary-refresh-token"},
    options={"advertiser_id": "7000002"},
    canaries=["canary-access-token", "canary-refresh-token-next"],
    now="2026-11-22T11:00:00+08:00",
    start="2026-11-21",
    answers={"/oauth2/authorize/refresh_token": _refresh, "/v1/report/campaign_report": _campaign_report},
    login_paths=["/oauth2/authorize/refresh_token"],
    target="ad_campaign_days",
    target_path="/v1/report/campaign_report",
    expired=(401, {"code": 1, "message": "the token is no longer valid", "request_id": "r2", "data": None}),
    says={Transient: (200, {"code": 1, "message": "an error nobody documented", "request_id": "r3", "data": None})},
    rows={"ad_days": CAMPAIGNS},  # one day, on two pages
)
