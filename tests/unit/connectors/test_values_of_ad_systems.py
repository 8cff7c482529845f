"""What lands in the lake from the ad systems, value by value; which days are pulled again, and that a refresh token is used once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from pipelines.connectors.model import Window
from tests.unit.connectors.conftest import Site, configure
from tests.unit.connectors.scenario import Asked, Scenario
from tests.unit.connectors.scenarios import kuaishou_ads, oceanengine, qianchuan, weibo_ads, xiaohongshu_ads

MODULES = [kuaishou_ads, oceanengine, qianchuan, weibo_ads, xiaohongshu_ads]
YESTERDAY = date(2026, 11, 21)
NOTHING = {"reach_count": None, "business_hour": None, "window_start": None, "currency": "CNY"}
EXPECTED: dict[str, tuple[str, dict[str, Any]]] = {
    "weibo_ads": (
        "900002",
        {
            "account_key": "weibo:brand",
            "ad_level": "campaign",
            "campaign_id": "900002",
            "spend_amount": 200.5,
            "impression_count": 20000,
            "click_count": 240,  # 导流, not ctr
            "engagement_count": 600,
            "share_count": 20,
            "comment_count": 10,
            "like_count": 140,
            "save_count": 6,
            "follower_gain_count": 4,
            "video_play_count": 5000,
            "lead_count": 2,
            "order_count": 3,
            "order_amount": 299.7,
            "conversion_count": 3.0,
            "conversion_amount": 299.7,
        },
    ),
    "kuaishou_ads": (
        "800002",
        {
            "account_key": "kuaishou:brand",
            "ad_level": "campaign",
            "campaign": "计划2",
            "spend_amount": 25.0,
            "impression_count": 2000,  # show, not aclick
            "click_count": 60,  # bclick, not aclick
            "like_count": 5,
            "comment_count": 2,
            "share_count": 1,
            "follower_gain_count": 3,
            "conversion_count": None,
        },
    ),
    "oceanengine": (
        "17000012",
        {
            "account_key": "oceanengine:brand",
            "ad_level": "campaign",
            "campaign": "项目2",
            "spend_amount": 2501.0,
            "impression_count": 40000,
            "click_count": 800,
            "conversion_count": 16.0,
            "conversion_amount": None,
        },
    ),
    "qianchuan": (
        "7300000000000002",
        {
            "account_key": "qianchuan:brand",
            "ad_level": "ad",
            "ad_entity_name": "计划2",
            "spend_amount": 640.8,
            "impression_count": 18000,
            "click_count": 540,
            "conversion_count": 10.0,
            "conversion_amount": 1491.0,
            "order_count": 10,
            "order_amount": 1491.0,
            "follower_gain_count": 2,
            "like_count": 30,
            "comment_count": 4,
            "share_count": 3,
        },
    ),
    "xiaohongshu_ads": (
        "600002",
        {
            "account_key": "xiaohongshu:brand",
            "ad_level": "campaign",
            "campaign": "计划2",
            "spend_amount": 177.6,
            "impression_count": 10000,
            "click_count": 500,
            "engagement_count": 79,
            "like_count": 40,
            "comment_count": 6,
            "save_count": 25,
            "share_count": 5,
            "follower_gain_count": 3,
            "lead_count": 1,
            "order_count": 2,
            "order_amount": 238.0,
            "conversion_count": 2.0,
            "conversion_amount": 238.0,
        },
    ),
}
each_system = pytest.mark.parametrize("scenario", [m.SCENARIO for m in MODULES], ids=lambda s: s.connector)
of_oceanengine = pytest.mark.parametrize("scenario", [oceanengine.SCENARIO], ids=["oceanengine"])


@each_system
def test_each_figure_lands_in_its_column(scenario: Scenario, site: Site) -> None:
    site.pull_and_load()
    entity, wanted = EXPECTED[scenario.connector]
    (row,) = site.rows("ad_days").filter(pl.col("ad_entity_id") == entity).to_dicts()
    wanted = {**NOTHING, "business_date": YESTERDAY, **wanted}
    assert {name: row[name] for name in wanted} == wanted


@each_system
def test_rates_and_false_friends_stay_in_the_extra_fields(scenario: Scenario, site: Site) -> None:
    site.pull_and_load()
    kept = " ".join(site.rows("ad_days")["extra"])
    assert ("aclick" if scenario.connector == "kuaishou_ads" else "ctr") in kept


@each_system
def test_the_days_whose_conversions_still_move_are_pulled_again(scenario: Scenario, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(replace(scenario, start="2026-11-01"), site.server, monkeypatch)
    assert {o.status for o in site.pull()} == {"pulled"}
    first = set(site.target_windows())
    assert _days(first) == {date(2026, 11, 1) + timedelta(days=n) for n in range(21)}
    site.now += timedelta(days=1)
    site.pull()
    again = [w for w in site.target_windows() if w not in first or site.target_windows().count(w) > 1]
    reach = 7 if scenario.connector in ("oceanengine", "qianchuan") else 8
    assert _days(again) == {date(2026, 11, 22) - timedelta(days=n) for n in range(reach)}


def _days(windows: Any) -> set[date]:
    return {w.start + timedelta(days=n) for w in windows for n in range((w.end - w.start).days + 1)}


@each_system
def test_days_of_one_call_each_keep_their_own_day(scenario: Scenario, site: Site) -> None:
    site.pull_and_load(Window(date(2026, 11, 17), date(2026, 11, 20)))
    per_day = site.rows("ad_days").group_by("business_date").len().sort("business_date")
    expected = scenario.rows["ad_days"]  # a day's rows
    assert per_day.rows() == [(date(2026, 11, n), expected) for n in range(17, 21)]


@of_oceanengine
def test_one_authorisation_can_cover_several_advertisers(scenario: Scenario, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(replace(scenario, options={"advertiser_id": "1700001, 1700002"}), site.server, monkeypatch)
    site.pull_and_load()
    ids = sorted(site.rows("ad_days")["ad_entity_id"])
    assert ids == ["17000011", "17000012", "17000013", "17000021", "17000022", "17000023"]


@pytest.mark.parametrize("scenario", [oceanengine.SCENARIO, qianchuan.SCENARIO], ids=["oceanengine", "qianchuan"])
def test_each_refresh_token_is_used_once(scenario: Scenario, site: Site) -> None:
    used: list[str] = []

    def refresh(asked: Asked) -> Any:
        used.append(asked.json["refresh_token"])
        return oceanengine.refresh(asked)

    site.server.play(replace(scenario, answers={**scenario.answers, oceanengine.LOGIN: refresh}))
    for _ in range(3):
        assert {o.status for o in site.pull()} == {"pulled"}
        site.now += timedelta(days=1)
    assert used == ["canary-refresh-token", "canary-refresh-token'", "canary-refresh-token''"]


@each_system
def test_a_code_nobody_documented_fails_the_day_and_is_named(scenario: Scenario, site: Site) -> None:
    from pipelines.connectors.verdicts import Transient

    status, body = scenario.says[Transient]
    site.server.break_with(_answers(status, body), 10**6)
    outcomes = site.pull()
    assert {o.status for o in outcomes} == {"failed"}
    assert site.target_windows() == []
    request = body.get("request_id") or body["trace_id"]
    assert all(f"code {body['code']}" in o.sentence and request in o.sentence for o in outcomes)


def _answers(status: int, body: Any) -> Callable[..., bool]:
    def fault(wire: Any, healthy: Any) -> bool:
        wire.send(body, status)
        return True

    return fault
