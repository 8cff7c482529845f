"""巨量引擎: a refresh token that works once, figures as text, pages by total_page."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from pipelines.connectors.verdicts import Transient
from tests.unit.connectors.scenario import Asked, Scenario

PROJECTS = 3
SIZE = 2  # rows per page of this server
LOGIN = "/oauth2/refresh_token/"


def refresh(asked: Asked) -> Any:
    """The tokens after this one; the next refresh token is this one with a stroke more."""
    used = asked.json["refresh_token"]
    assert asked.json["grant_type"] == "refresh_token" and asked.json["secret"] == "canary-app-secret"
    data = {
        "access_token": f"canary-access-token{used.removeprefix('canary-refresh-token')}",
        "expires_in": 86400,
        "refresh_token": f"{used}'",
        "refresh_token_expires_in": 2592000,
    }
    return {"code": 0, "message": "OK", "request_id": "2026112211000001", "data": data}


def pages_of(rows: list[dict[str, Any]], asked: Asked, key: str) -> Any:
    """The page asked for, in the platform's envelope."""
    page = int(asked.params["page"])
    info = {"page": page, "page_size": SIZE, "total_number": len(rows), "total_page": -(-len(rows) // SIZE)}
    data = {key: rows[(page - 1) * SIZE : page * SIZE], "page_info": info}
    return {"code": 0, "message": "OK", "request_id": "2026112211000002", "data": data}


def days_asked(asked: Asked, start: str, end: str) -> list[str]:
    """The days between two parameters."""
    first, last = (date.fromisoformat(asked.params[k]) for k in (start, end))
    return [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]


def _custom(asked: Asked) -> Any:
    assert asked.headers["access-token"].startswith("canary-access-token")
    assert asked.params["data_topic"] == "BASIC_DATA" and json.loads(asked.params["dimensions"])[0] == "stat_time_day"
    advertiser = int(asked.params["advertiser_id"])
    rows = [
        {
            "dimensions": {"stat_time_day": day, "cdp_project_id": f"{advertiser}{p}", "cdp_project_name": f"项目{p}"},
            "metrics": {
                "stat_cost": f"{1250.5 * p:.2f}",
                "show_cnt": str(20000 * p),
                "cpm_platform": "62.53",
                "click_cnt": str(400 * p),
                "ctr": "2.00",
                "cpc_platform": "3.13",
                "convert_cnt": str(8 * p),
                "conversion_cost": "156.31",
                "conversion_rate": "2.00",
            },
        }
        for day in days_asked(asked, "start_time", "end_time")
        for p in range(1, PROJECTS + 1)
    ]
    return pages_of(rows, asked, "rows")


SCENARIO = Scenario(
    connector="oceanengine",
    credentials={"app_id": "1690000000000001", "app_secret": "canary-app-secret", "refresh_token": "canary-refresh-token"},
    options={"advertiser_id": "1700001"},
    canaries=["canary-access-token", "canary-refresh-token'"],
    now="2026-11-22T11:00:00+08:00",
    start="2026-11-21",
    answers={LOGIN: refresh, "/v3.0/report/custom/get/": _custom},
    login_paths=[LOGIN],
    target="project_days",
    target_path="/v3.0/report/custom/get/",
    expired=(200, {"code": 40105, "message": "access token is invalid", "request_id": "2026112211000003", "data": {}}),
    says={Transient: (200, {"code": 51010, "message": "an error nobody documented", "request_id": "2026112211000004", "data": {}})},
    rows={"ad_days": PROJECTS},  # one day, on two pages
)
