"""Meta Ads: rows by ad and day over pages with cursors, fields that are removed by name."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from pipelines.connectors.verdicts import Denied, Fatal, MetricRemoved, QuotaUsed, Transient
from tests.unit.connectors.scenario import Asked, Scenario

ADS = ["2385001", "2385002", "2385003", "2385004", "2385005"]


def _error(code: int, message: str) -> tuple[int, Any]:
    return 400, {"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbC"}}


def _insights(asked: Asked) -> Any:
    assert asked.headers["authorization"] == "Bearer canary-ads-token"
    assert (asked.params["level"], asked.params["time_increment"]) == ("ad", "1")
    span = json.loads(asked.params["time_range"])
    first, last = date.fromisoformat(span["since"]), date.fromisoformat(span["until"])
    days = [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]
    rows = [
        {
            "account_currency": "EUR",
            "campaign_id": "2384001",
            "campaign_name": "Autumn",
            "adset_id": "2384501",
            "adset_name": "Readers",
            "ad_id": ad,
            "ad_name": f"Ad {ad[-1]}",
            "spend": f"{10 + n}.25",
            "impressions": str(1000 + n),
            "reach": str(800 + n),
            "inline_link_clicks": str(20 + n),
            "inline_post_engagement": str(30 + n),
            "date_start": day,
            "date_stop": day,
        }
        for day in days
        for n, ad in enumerate(ADS)
    ]
    del rows[0]["inline_link_clicks"]  # missing where there was none
    wanted = asked.params["fields"].split(",")
    start = int(asked.params.get("after", "0"))
    page = [{k: v for k, v in row.items() if k in wanted} for row in rows[start : start + 2]]
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": str(start + 2)}}
    if start + 2 < len(rows):
        paging["next"] = f"https://graph.facebook.com/v25.0/act_55/insights?access_token=canary-ads-token&after={start + 2}"
    return {"data": page, "paging": paging}


SCENARIO = Scenario(
    connector="meta_ads",
    credentials={"access_token": "canary-ads-token"},
    options={"ad_account_id": "act_55"},
    now="2026-11-22T11:00:00+00:00",
    start="2026-11-21",
    answers={"/v25.0/act_55/insights": _insights},
    target="ad_days",
    target_path="/v25.0/act_55/insights",
    expired=_error(190, "Error validating access token: Session has expired"),
    says={
        Transient: _error(2, "Service temporarily unavailable"),
        QuotaUsed: _error(17, "User request limit reached"),
        Fatal: _error(100, "Invalid parameter"),
        Denied: _error(190, "The session has been invalidated"),
        MetricRemoved: _error(100, "(#100) inline_post_engagement is not valid for fields param. please check the reference"),
    },
    # one day of 5 ads on 3 pages
    rows={"ad_days": 5},
)
