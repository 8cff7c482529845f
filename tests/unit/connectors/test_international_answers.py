"""What LinkedIn, Meta, X and TikTok say when something is not right, and what follows from it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.connectors.catalogue import connector
from pipelines.connectors.model import Request
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
        *((_said(name, 502, body), Transient) for name in ("facebook", "x", "tiktok", "linkedin") for body in ({}, [], None)),
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


def _without(metric: str) -> Any:
    """A server on which a metric is no longer offered."""

    def fault(wire: Any, healthy: Any) -> bool:
        if metric in wire.asked.params.get("metric", "").split(","):
            wire.send(REMOVED, 400)
            return True
        return False

    return fault


@pytest.mark.parametrize("scenario", [BY_NAME["facebook"]], ids=["facebook"])
def test_a_removed_page_metric_leaves_the_others(scenario: Scenario, site: Site) -> None:
    site.server.break_with(_without("page_media_view"), FOR_EVER)
    outcomes, _ = site.pull_and_load()
    by_api = {o.api: o for o in outcomes}
    assert by_api["facebook.page_views"].status == "not_ready"
    assert "valid insights metric" in by_api["facebook.page_views"].sentence
    assert {o.status for o in outcomes if o.api != "facebook.page_views"} == {"pulled"}
    assert site.counts() == {"account_days": 4 * 2, "post_snapshots": 5 + 2 * 4}
