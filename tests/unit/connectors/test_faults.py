"""Every connector under every fault: no duplicate, no gap, bounded calls, nothing kept on failure, no secret anywhere."""

from __future__ import annotations

import logging
from pathlib import Path

import httpx
import pytest

from pipelines.connectors.pull import Outcome
from pipelines.connectors.verdicts import Denied, Fatal, MetricRemoved, NotReady, QuotaUsed, Transient
from tests.unit.connectors.conftest import PATIENT, QUICK, Site
from tests.unit.connectors.faults import FAULTS, FOR_EVER, Fault, _says
from tests.unit.connectors.scenario import Scenario, scenarios

SCENARIOS = scenarios()
MOST_CALLS = 6
MATRIX = [pytest.param(s, f, id=f"{s.connector}-{f.name}") for s in SCENARIOS for f in FAULTS if f.applies(s)]
WORDS = {Transient: "failed", QuotaUsed: "quota", Fatal: "failed", NotReady: "not_ready", Denied: "authorise"}


def assert_whole(site: Site) -> None:
    """Every window landed once, with exactly the rows a healthy platform gives: no duplicate, no gap."""
    site.server.heal()
    assert site.landed() == healthy(site)


_healthy: dict[str, dict[str, list[str]]] = {}


def healthy(site: Site) -> dict[str, list[str]]:
    """What a pull without any fault lands, pulled once per scenario on another installation."""
    name = site.scenario.connector
    if name not in _healthy:
        with pytest.MonkeyPatch.context() as patch:
            data = site.data.with_name("healthy")
            patch.setenv("PULSE_DATA_DIR", str(data))
            other = Site(data, site.server, site.scenario.moment)
            assert {o.status for o in other.pull()} == {"pulled"}
            _healthy[name] = other.landed()
        site.server.heal()
    return _healthy[name]


def assert_bounded(site: Site) -> None:
    """No page cost more than its share of calls."""
    worst = site.server.calls.most_common(1)
    assert not worst or worst[0][1] <= MOST_CALLS, worst
    assert site.server.logins <= MOST_CALLS


def assert_no_secret(site: Site, caplog: pytest.LogCaptureFixture, outcomes: list[Outcome]) -> None:
    """Neither logs nor sentences nor any file but the token store and its locks holds a secret."""
    told = caplog.text + "".join(o.sentence for o in outcomes)
    tokens = site.data / "tokens"
    for secret in site.scenario.secrets:
        assert secret not in told
        leaks = [p for p in site.data.rglob("*") if p.is_file() and tokens not in p.parents and secret.encode() in p.read_bytes()]
        assert not leaks, leaks
    for path in tokens.glob("*.json"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("scenario", "fault"), MATRIX)
def test_a_fault_that_happens_once_is_got_over_or_mended_by_the_next_pull(
    scenario: Scenario, fault: Fault, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site.server.break_with(fault.make(scenario), _once(fault))
    site.limits = QUICK if fault.takes_time else PATIENT
    outcomes = site.pull()
    site.limits = PATIENT
    assert_bounded(site)
    needs_a_person = fault.name == "token_expired" and scenario.declared.login.renew is None  # a token that nothing can renew
    if needs_a_person:
        assert "authorise" in {o.status for o in outcomes}
    elif fault.passes:
        assert {o.status for o in outcomes} == {"pulled"}, [o.sentence for o in outcomes]
    site.server.heal()
    again = site.pull()
    assert {o.status for o in again} <= {"pulled", "nothing"}
    assert_whole(site)
    assert_no_secret(site, caplog, outcomes + again)


def _once(fault: Fault) -> int:
    """Faults of a later page let the first one through."""
    return 2 if fault.name in ("repeated_page", "empty_page", "cursor_circle", "total_changes") else 1


@pytest.mark.parametrize(("scenario", "fault"), [p for p in MATRIX if p.values[1].lasting])
def test_a_fault_that_stays_leaves_nothing_and_the_next_pull_completes(
    scenario: Scenario, fault: Fault, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site.server.break_with(fault.make(scenario), FOR_EVER)
    site.limits = QUICK if fault.takes_time else PATIENT
    outcomes = site.pull()
    site.limits = PATIENT
    assert_bounded(site)
    assert fault.lasting in {o.status for o in outcomes}, [o.sentence for o in outcomes]
    assert site.target_windows() == []
    assert not list(site.data.rglob("*.tmp"))
    site.server.heal()
    again = site.pull()
    assert {o.status for o in again} == {"pulled"}, [o.sentence for o in again]
    assert_whole(site)
    assert_no_secret(site, caplog, outcomes + again)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.connector)
@pytest.mark.parametrize("error", [httpx.ConnectTimeout, httpx.ConnectError], ids=lambda e: e.__name__)
def test_a_connection_that_fails_is_tried_again(scenario: Scenario, error: type[httpx.TransportError], site: Site) -> None:
    class Flaky(httpx.HTTPTransport):
        """Every third connection fails."""

        count = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            self.count += 1
            if self.count % 3 == 0:
                raise error("no route", request=request)
            return super().handle_request(request)

    site.transport = Flaky()
    outcomes = site.pull()
    assert {o.status for o in outcomes} == {"pulled"}, [o.sentence for o in outcomes]
    assert site.slept
    assert_bounded(site)
    assert_whole(site)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.connector)
def test_a_redirect_to_another_host_is_not_followed(scenario: Scenario, site: Site) -> None:
    from tests.unit.connectors.server import Server

    stranger = Server()
    stranger.play(scenario)
    site.server.break_with(_says(302, Location=stranger.address + "/elsewhere")(scenario), FOR_EVER)
    outcomes = site.pull()
    stranger.close()
    assert sum(stranger.calls.values()) == stranger.logins == 0
    assert site.target_windows() == []
    assert any("another host" in o.sentence for o in outcomes)
    site.server.heal()
    site.pull()
    assert_whole(site)


SAID = [pytest.param(s, kind, id=f"{s.connector}-{kind.__name__}") for s in SCENARIOS for kind in s.says if kind in WORDS]


@pytest.mark.parametrize(("scenario", "kind"), SAID)
def test_the_platforms_own_errors_are_understood(scenario: Scenario, kind: type, site: Site, caplog: pytest.LogCaptureFixture) -> None:
    status, body = scenario.says[kind]
    site.server.break_with(_says(status, body)(scenario), FOR_EVER)
    outcomes = site.pull()
    assert WORDS[kind] in {o.status for o in outcomes}, [o.sentence for o in outcomes]
    assert_bounded(site)
    assert site.target_windows() == []
    if kind in (Fatal, NotReady, Denied):
        assert not site.slept, "what waiting does not mend is not tried again"
    assert_no_secret(site, caplog, outcomes)


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if QuotaUsed in s.says], ids=lambda s: s.connector)
def test_a_used_up_quota_stops_the_source_until_it_resets(scenario: Scenario, site: Site) -> None:
    status, body = scenario.says[QuotaUsed]
    site.server.break_with(_says(status, body)(scenario), FOR_EVER)
    outcomes = site.pull()
    assert outcomes[-1].status == "quota"
    site.server.heal()
    (told,) = site.pull()
    assert told.status == "quota"
    assert sum(site.server.calls.values()) == site.server.logins == 0
    from pipelines.connectors.credentials import accounts
    from pipelines.connectors.tokens import TokenStore

    until = TokenStore(scenario.declared, accounts(scenario.declared)[0]).quota_until()
    assert until is not None and until > site.now
    site.now = until
    outcomes = site.pull()
    assert {o.status for o in outcomes} == {"pulled"}
    assert site.target_windows()


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if MetricRemoved in s.says], ids=lambda s: s.connector)
def test_a_removed_metric_costs_that_metric_only(scenario: Scenario, site: Site) -> None:
    status, body = scenario.says[MetricRemoved]
    site.server.break_with(_says(status, body)(scenario), 1)
    outcomes = site.pull()
    assert {o.status for o in outcomes} == {"pulled"}, [o.sentence for o in outcomes]
    assert sum("no longer offers" in w for o in outcomes for w in o.warnings) == 1
    assert_bounded(site)
    assert site.landed().keys() == healthy(site).keys()


def test_every_connector_has_a_scenario() -> None:
    from pipelines.connectors.catalogue import connectors

    missing = set(connectors()) - {s.connector for s in SCENARIOS}
    assert not missing, f"Describe them in {Path(__file__).parent / 'scenarios'}: {missing}"
