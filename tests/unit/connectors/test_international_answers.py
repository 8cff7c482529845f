"""What LinkedIn, Meta, X and TikTok say when something is not right, and what follows from it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from pydantic import SecretStr

from pipelines.connectors.catalogue import connector
from pipelines.connectors.model import Account, Call, Request, Window
from pipelines.connectors.verdicts import (
    Answer,
    Denied,
    Fatal,
    Gone,
    MetricRemoved,
    Ok,
    QuotaUsed,
    TokenExpired,
    Transient,
    Verdict,
)
from pipelines.platforms.facebook.api import _later_days
from pipelines.platforms.linkedin.api import _next_posts
from tests.unit.connectors.conftest import Site
from tests.unit.connectors.faults import FOR_EVER
from tests.unit.connectors.scenario import Scenario, scenarios

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BY_NAME = {s.connector: s for s in scenarios()}
NO_OBJECTS: list[Any] = [{}, [], None]
REMOVED = {"error": {"code": 100, "message": "(#100) The value must be a valid insights metric", "type": "OAuthException"}}


def _said(name: str, status: int, body: Any, **headers: str) -> Verdict:
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    return connector(name).classify(Answer(status, named, body, NOW))


def _meta(code: int, message: str = "", subcode: int = 0, **headers: str) -> Verdict:
    return _said("facebook", 400, {"error": {"code": code, "message": message, "error_subcode": subcode, "fbtrace_id": "AbC"}}, **headers)


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (_meta(190), TokenExpired),
        (_meta(10, "Application does not have permission for this action"), Fatal),
        (_meta(10, "(#10) Not enough viewers for the media to show insights"), Gone),
        (_meta(200, "Requires read_insights permission"), Fatal),
        (_meta(1), Transient),
        (_meta(100, "Invalid parameter"), Fatal),
        (_meta(100, "Unsupported get request. Object with ID '1' does not exist", 33), Gone),
        (_meta(100, "Invalid parameter", 2108006), Gone),
        (_meta(100, "(#100) The Media Insights API does not support the saved metric for this media product type."), Gone),
        (_meta(100, "(#100) Tried accessing nonexisting summary field (reach)"), MetricRemoved),
        (_said("facebook", 404, {}), Fatal),
        (_said("facebook", 200, {"data": []}), Ok),
        (_said("x", 200, {"errors": [{"title": "Not Found Error", "detail": "Could not find user"}]}), Fatal),
        (_said("x", 200, {"data": [], "errors": [{"title": "Field Authorization Error"}]}), Ok),
        (_said("x", 403, {"title": "Client Forbidden"}), Fatal),
        (_said("tiktok", 200, {"data": {}, "error": {"code": "ok"}}), Ok),
        (_said("tiktok", 401, {"error": {"code": "access_token_invalid"}}), TokenExpired),
        (_said("tiktok", 200, {"error": {"code": "scope_not_authorized"}}), Fatal),
        (_said("tiktok", 400, {"error": "invalid_grant"}), Denied),
        (_said("linkedin", 401, {"status": 401}), TokenExpired),
        (_said("linkedin", 403, {"status": 403}), Fatal),
        (_said("linkedin", 426, {"status": 426}), Fatal),
        (_said("linkedin", 429, {"note": "from a gateway"}), Transient),
        *((_said(name, 502, body), Transient) for name in ("facebook", "x", "tiktok", "linkedin") for body in NO_OBJECTS),
    ],
)
def test_answers_are_understood(verdict: Verdict, kind: type[Verdict]) -> None:
    assert type(verdict) is kind, verdict


def test_a_daily_limit_ends_at_midnight_utc() -> None:
    verdict = _said("linkedin", 429, {"status": 429, "message": "throttle DAY limit"})
    assert isinstance(verdict, QuotaUsed)
    assert verdict.until == datetime(2026, 11, 23, tzinfo=UTC)


def test_a_retired_version_names_the_setting() -> None:
    assert "`version`" in _said("linkedin", 426, {"message": "Requested version is not active"}).message


def test_x_names_the_moment_its_limit_resets() -> None:
    reset = str(int((NOW + timedelta(seconds=70)).timestamp()))
    verdict = _said("x", 429, {"title": "Too Many Requests"}, x_rate_limit_reset=reset)
    assert isinstance(verdict, Transient)
    assert verdict.wait == 70


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001, 80004, 80014])
def test_the_usage_headers_say_when_meta_lets_calls_in_again(code: int) -> None:
    usage = {"call_count": 100, "total_cputime": 20, "total_time": 20}
    business = json.dumps({"77": [{**usage, "type": "pages", "estimated_time_to_regain_access": 19}]})
    stated = _meta(code, x_business_use_case_usage=business)
    full = _meta(code, x_app_usage=json.dumps(usage))
    half = _meta(code, x_app_usage=json.dumps({**usage, "call_count": 50}))
    unsaid = _meta(code, x_app_usage="no JSON")
    assert isinstance(stated, QuotaUsed) and stated.until == NOW + timedelta(minutes=19)
    assert isinstance(full, QuotaUsed) and full.until == NOW + timedelta(hours=1)
    assert isinstance(half, Transient)
    assert isinstance(unsaid, QuotaUsed)


def test_a_page_insights_next_page_is_followed_to_the_end_of_the_window_only() -> None:
    asked = Request("/v25.0/1/insights", {"metric": "page_follows", "since": "2026-03-01", "until": "2026-03-10"})

    def following(since: str) -> Request | None:
        return _later_days(asked, {"paging": {"next": f"https://graph.facebook.com/x?access_token=t&since={since}&until=1"}})

    epoch = str(int(datetime(2026, 3, 5, 8, tzinfo=UTC).timestamp()))  # midnight in Pacific time
    later = following(epoch)
    assert later is not None
    assert dict(later.params) == {"metric": "page_follows", "since": "2026-03-05", "until": "2026-03-10"}
    assert following("2026-03-09") is not None
    assert following("2026-03-10") is None
    assert _later_days(asked, {"paging": {}}) is None
    assert _later_days(asked, []) is None


def test_linkedin_pages_go_on_while_there_is_a_link_or_a_full_page() -> None:
    asked = Request("/rest/posts", {"start": 0, "count": 100})
    linked = _next_posts(asked, {"paging": {"links": [{"rel": "next", "href": "/rest/posts?start=40&count=40"}]}, "elements": [1] * 40})
    full = _next_posts(asked, {"paging": {"links": []}, "elements": [1] * 100})
    assert linked is not None and linked.params["start"] == 40
    assert full is not None and full.params["start"] == 100
    assert _next_posts(asked, {"paging": {"links": []}, "elements": [1] * 99}) is None


def _removed(wire: Any, healthy: Any) -> bool:
    wire.send(REMOVED, 400)
    return True


# The same site, with another endpoint broken than the one that gets the faults.
PAGE_VIEWS = replace(
    BY_NAME["facebook"], target_path="/v25.0/77001/insights", is_target=lambda asked: asked.params["metric"] == "page_media_view"
)
MEDIA_VIEWS = replace(
    BY_NAME["instagram"], target_path=r"/v25.0/179\d+/insights", is_target=lambda asked: "views" in asked.params["metric"]
)


@pytest.mark.parametrize("scenario", [PAGE_VIEWS], ids=["facebook"])
def test_a_removed_page_metric_leaves_the_others(scenario: Scenario, site: Site) -> None:
    site.server.break_with(_removed, FOR_EVER)
    outcomes, _ = site.pull_and_load()
    told = [o for o in outcomes if o.api == "facebook.page_views"]
    assert {o.status for o in told} == {"not_ready"}
    assert all("valid insights metric" in o.sentence for o in told)
    assert {o.status for o in outcomes if o.api != "facebook.page_views"} == {"pulled"}
    assert site.counts() == {"account_days": 4 * 2, "post_snapshots": 5 + 2 * 4}


@pytest.mark.parametrize("scenario", [MEDIA_VIEWS], ids=["instagram"])
def test_a_media_that_too_few_have_seen_is_left_out(scenario: Scenario, site: Site) -> None:
    def unseen(wire: Any, healthy: Any) -> bool:
        if "17900000000000001" not in wire.asked.path:
            return False
        wire.send({"error": {"code": 10, "message": "(#10) Not enough viewers for the media to show insights"}}, 400)
        return True

    site.server.break_with(unseen, FOR_EVER)
    outcomes, _ = site.pull_and_load()
    assert {o.status for o in outcomes} == {"pulled"}
    assert [w for o in outcomes for w in o.warnings if "Not enough viewers" in w]
    views = site.rows("post_snapshots").filter(pl.col("reach_count").is_not_null())
    assert views["platform_post_id"].to_list() == ["17900000000000002"]


def test_linkedin_is_not_asked_for_days_older_than_twelve_months() -> None:
    endpoint = connector("linkedin").endpoint("share_days")
    account = Account("brand", {}, {"organization_id": "1"})

    def starts(first: date, last: date) -> list[int]:
        call = Call(account, Window(first, last), date(2026, 11, 22), lambda *_: [], lambda *_: [])
        return [r.params["timeIntervals.timeRange.start"] for r in endpoint.requests(call)]

    assert starts(date(2025, 1, 1), date(2025, 3, 1)) == []
    assert starts(date(2025, 11, 1), date(2026, 1, 1)) == [int(datetime(2025, 11, 23, tzinfo=UTC).timestamp() * 1000)]


@pytest.mark.parametrize("name", ["x", "tiktok", "linkedin"])
def test_a_renewal_uses_the_newest_refresh_token(name: str) -> None:
    declared = connector(name)
    assert declared.login.renew is not None
    account = Account("brand", {c: SecretStr(f"configured-{c}") for c in declared.credentials}, {})
    asked: list[Request] = []

    def ask(request: Request) -> Any:
        asked.append(request)
        return {"access_token": "new", "expires_in": 7200} | ({"refresh_token": "rotated"} if len(asked) == 1 else {})

    first = declared.login.renew(ask, account, None, NOW)
    second = declared.login.renew(ask, account, first, NOW)
    assert [dict(r.form or {})["refresh_token"] for r in asked] == ["configured-refresh_token", "rotated"]
    assert second.refresh is not None and second.refresh.get_secret_value() == "rotated"
    assert second.expires_at == NOW + timedelta(hours=2)
