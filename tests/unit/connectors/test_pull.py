"""What a pull promises beside the fault matrix: patience, limits, killed processes, two at once, and what each login needs."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from pipelines.connectors.catalogue import connectors
from pipelines.connectors.client import Limits, World
from pipelines.connectors.model import Account, Request, Tokens, Window
from pipelines.connectors.pages import PageFile, newest_file
from pipelines.connectors.pull import pull
from pipelines.connectors.verdicts import Fatal, Refused
from pipelines.connectors.window import file_name
from pipelines.ingest.landing import take_in_landing
from pipelines.platforms.douyin import api as douyin
from pipelines.platforms.wechat import api as wechat
from tests.unit.connectors.conftest import Site
from tests.unit.connectors.faults import FOR_EVER, _says
from tests.unit.connectors.scenario import Asked, Scenario, scenarios

BY_NAME = {s.connector: s for s in scenarios()}
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return BY_NAME[getattr(request, "param", "wechat")]


def test_the_server_is_given_the_time_it_asks_for(site: Site, scenario: Scenario) -> None:
    site.server.break_with(_says(429, Retry_After="7")(scenario), 2)
    assert {o.status for o in site.pull()} == {"pulled"}
    assert site.slept == [7.0, 7.0]


def test_a_server_that_asks_for_an_hour_is_left_alone_for_an_hour(site: Site, scenario: Scenario) -> None:
    site.server.break_with(_says(503, Retry_After="3600")(scenario), 1)
    outcomes = site.pull()
    assert outcomes[-1].status == "quota"
    assert site.slept == []
    site.now += timedelta(minutes=59)
    assert [o.status for o in site.pull()] == ["quota"]
    site.now += timedelta(minutes=2)
    assert {o.status for o in site.pull()} == {"pulled"}


def test_waits_grow_and_stay_below_two_minutes(site: Site, scenario: Scenario) -> None:
    site.server.break_with(_says(500)(scenario), FOR_EVER)
    site.pull()
    assert len(site.slept) >= 4
    assert site.slept[:4] == sorted(site.slept[:4])
    assert all(2 <= s <= 122 for s in site.slept)


def test_a_redirect_within_the_same_host_is_followed_once(site: Site, scenario: Scenario) -> None:
    site.server.break_with(_says(307, Location="/datacube/getusersummary")(scenario), 1)
    assert {o.status for o in site.pull()} == {"pulled"}
    site.server.break_with(_says(307, Location="/datacube/getusersummary")(scenario), FOR_EVER)
    site.now += timedelta(days=1)
    assert any("again and again" in o.sentence for o in site.pull())


def test_an_answer_without_end_is_cut_off(site: Site, scenario: Scenario) -> None:
    site.limits = Limits(max_bytes=2000)
    site.server.break_with(_says(200, {"list": ["x" * 5000]})(scenario), FOR_EVER)
    assert any("larger than 2000 bytes" in o.sentence for o in site.pull())
    assert site.target_windows() == []


def test_a_pull_that_is_killed_leaves_nothing_and_the_next_one_cleans_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(self: PageFile) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(PageFile, "land", killed)
        with pytest.raises(KeyboardInterrupt):
            site.pull()
    assert not [p for p in (site.data / "landing").rglob("*") if p.is_file()]
    left = site.data / "landing" / "wechat" / "brand" / ".wechat.user_summary.2026-11-20.1.tmp"
    left.write_text("half a page")
    assert {o.status for o in site.pull()} == {"pulled"}
    assert not left.exists()


def test_two_pulls_at_once_pull_each_window_once(site: Site, scenario: Scenario) -> None:
    workers = [threading.Thread(target=lambda: pull("wechat", world=World(now=lambda: site.now))) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert max(site.server.calls.values()) == 1
    assert len(site.target_windows()) == len(set(site.target_windows()))


@pytest.mark.parametrize("scenario", ["douyin"], indirect=True)
def test_a_post_that_is_gone_does_not_stop_the_others(scenario: Scenario, site: Site) -> None:
    broken = replace(scenario, target="item_base", target_path="/data/external/item/base/")
    site.server.play(broken)
    site.server.break_with(_says(404)(broken), 1)
    outcomes = site.pull()
    (items,) = [o for o in outcomes if o.api == "douyin.item_base"]
    assert (items.status, items.page_count) == ("pulled", 2)
    assert "is gone" in items.warnings[0]


@pytest.mark.parametrize("scenario", ["youtube"], indirect=True)
def test_a_past_day_of_an_endpoint_that_needs_a_list_fetches_the_list_first(scenario: Scenario, site: Site) -> None:
    from datetime import date

    from pipelines.connectors.model import Window

    day = Window(date(2026, 11, 12), date(2026, 11, 12))
    apis = {o.api: o.status for o in site.pull(day)}
    assert apis == {
        "youtube.videos": "pulled",
        "youtube.channel_days": "pulled",
        "youtube.video_days": "pulled",
        "youtube.channel": "pulled",
    }


def test_wechat_asks_for_a_new_token_only_when_the_one_in_force_was_rejected() -> None:
    asked: list[bool] = []

    def ask(request: Request) -> Any:
        assert request.json is not None
        asked.append(request.json["force_refresh"])
        return {"access_token": "new" if request.json["force_refresh"] else "in-force", "expires_in": 7200}

    account = Account("brand", {"app_id": SecretStr("a"), "app_secret": SecretStr("b")}, {})
    assert wechat._renew(ask, account, Tokens(SecretStr("of-yesterday")), NOW).access.get_secret_value() == "in-force"
    assert wechat._renew(ask, account, Tokens(SecretStr("in-force")), NOW).access.get_secret_value() == "new"
    assert asked == [False, False, True]


def _douyin(days_left: int, renewals: int, refuses: bool = False) -> tuple[Tokens, list[str]]:
    paths: list[str] = []

    def ask(request: Request) -> Any:
        paths.append(request.path)
        assert request.form is not None
        if request.path == "/oauth/renew_refresh_token/":
            if refuses:
                raise Refused(Fatal("10004 no permission"))
            return {"data": {"refresh_token": "renewed", "expires_in": 2592000}}
        return {"data": {"access_token": "a", "expires_in": 1296000, "refresh_token": request.form["refresh_token"], "open_id": "o"}}

    account = Account("brand", {"client_key": SecretStr("k"), "refresh_token": SecretStr("seed")}, {})
    current = Tokens(SecretStr("old"), SecretStr("kept"), NOW, NOW + timedelta(days=days_left), {"renewals": renewals})
    return douyin._renew(ask, account, current, NOW), paths


def test_douyin_renews_a_refresh_token_that_would_not_last_until_the_next_time() -> None:
    tokens, paths = _douyin(days_left=15, renewals=0)
    assert paths == ["/oauth/renew_refresh_token/", "/oauth/refresh_token/"]
    assert tokens.refresh is not None and tokens.refresh.get_secret_value() == "renewed"
    assert tokens.extra["renewals"] == 1
    assert tokens.refresh_expires_at == NOW + timedelta(days=30)


@pytest.mark.parametrize(("days_left", "renewals"), [(29, 0), (15, 5)])
def test_douyin_renews_no_young_refresh_token_and_none_a_sixth_time(days_left: int, renewals: int) -> None:
    tokens, paths = _douyin(days_left, renewals)
    assert paths == ["/oauth/refresh_token/"]
    assert tokens.refresh is not None and tokens.refresh.get_secret_value() == "kept"


def test_douyin_goes_on_with_the_old_refresh_token_where_renewing_is_not_permitted() -> None:
    tokens, _ = _douyin(days_left=10, renewals=0, refuses=True)
    assert tokens.refresh is not None and tokens.refresh.get_secret_value() == "kept"


def test_what_the_server_was_asked_is_made_of_days_only(site: Site) -> None:
    seen: list[Asked] = []
    healthy = site.server.scenario.answers["/datacube/getusersummary"]
    answers = {**site.server.scenario.answers, "/datacube/getusersummary": lambda asked: seen.append(asked) or healthy(asked)}
    site.server.play(replace(site.server.scenario, answers=answers))
    site.pull()
    assert [a.json for a in seen] == [{"begin_date": d, "end_date": d} for d in ("2026-11-21", "2026-11-20")]


def test_lists_that_are_in_the_lake_are_read_from_the_archive(data_dir: Path) -> None:
    """Page files leave landing once they are loaded; what other endpoints need of them is still found."""
    connector, account = connectors()["douyin"], Account("brand", {}, {})
    endpoint = connector.endpoint("video_list")
    folder = data_dir / "landing" / "douyin" / account.name
    folder.mkdir(parents=True)
    line = {"api": "douyin.video_list", "account": account.name, "params": {}, "received_at": NOW.isoformat(), "body": {}}
    name = file_name(connector.api(endpoint), Window(NOW.date(), NOW.date()), NOW)
    (folder / name).write_text(json.dumps(line), encoding="utf-8")
    assert len(take_in_landing().loaded) == 1
    assert list(folder.iterdir()) == []
    found = newest_file(connector, endpoint, account, NOW)
    assert found is not None and found.is_relative_to(data_dir / "archive")
