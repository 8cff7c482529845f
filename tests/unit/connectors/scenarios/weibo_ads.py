"""超级粉丝通: code and trace_id in every envelope, numbered pages, code meanings that nobody published."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pipelines.connectors.verdicts import Transient
from tests.unit.connectors.scenario import Asked, Scenario

CAMPAIGNS = 3
SIZE = 2  # rows per page of this server


def _refresh(asked: Asked) -> Any:
    assert asked.json["client_id"] == 84000001
    assert asked.json["refresh_token"].startswith("canary-refresh-token")
    data = {
        "access_token": "canary-access-token",
        "expires_in": 86400,
        "refresh_token": "canary-refresh-token-next",
        "refresh_expires_in": 2592000,
        "token_type": "bearer",
    }
    return {"trace_id": "t1", "code": 0, "message": "", "data": data}


def row(day: str, campaign: int) -> dict[str, Any]:
    """One campaign's day as the platform words it."""
    return {
        "campaign_id": 900000 + campaign,
        "date": day,
        "consume": 100.25 * campaign,
        "pv": 10000 * campaign,
        "ecpm": 10.025,
        "bhv": 300 * campaign,
        "ctr": 0.03,
        "traffic_bhv": 120 * campaign,
        "social_bhv": 180 * campaign,
        "bhv_14000003": 20,
        "bhv_14000005": 10,
        "bhv_14000098": 140,
        "bhv_14000045": 6,
        "bhv_14000008": 4,
        "total_play_cnt": 5000,
        "bhv_71000001": 2,
        "bhv_71000005": 60,
        "bhv_71000028_order": 3,
        "bhv_71000028_gmv": 299.7,
    }


def _campaign_data(asked: Asked) -> Any:
    assert asked.headers["authorization"] == "Bearer canary-access-token"
    assert asked.params["group_by"] == "date" and int(asked.params["page_size"]) <= 200
    first, last = (date.fromisoformat(asked.params[k]) for k in ("start_date", "end_date"))
    days = [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]
    rows = [row(day, c) for day in days for c in range(1, CAMPAIGNS + 1)]
    page = int(asked.params["page"])
    info = {"page": page, "pages": -(-len(rows) // SIZE), "page_size": SIZE, "total_num": len(rows)}
    return {"trace_id": "t2", "code": 0, "message": "", "data": {"list": rows[(page - 1) * SIZE : page * SIZE], "sum": {}, **info}}


SCENARIO = Scenario(
    connector="weibo_ads",
    credentials={"client_id": "84000001", "refresh_token": "canary-refresh-token"},
    options={"advertiser_id": "7000001"},
    canaries=["canary-access-token", "canary-refresh-token-next"],
    now="2026-11-22T11:00:00+08:00",
    start="2026-11-21",
    answers={"/oauth/refresh_token": _refresh, "/v3/report/effect/get_campaign_data": _campaign_data},
    login_paths=["/oauth/refresh_token"],
    target="ad_campaign_days",
    target_path="/v3/report/effect/get_campaign_data",
    expired=(401, {"trace_id": "t3", "code": 1, "message": "the token is no longer valid", "data": None}),
    says={Transient: (200, {"trace_id": "t4", "code": 1, "message": "an error nobody documented", "data": None})},
    rows={"ad_days": CAMPAIGNS},  # one day, on two pages
)
