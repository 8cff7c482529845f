"""`pulse pull`: what a person sees, what a program reads, and exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.defs import connectors as defs
from tests.unit.connectors.conftest import Site
from tests.unit.connectors.faults import FOR_EVER, _says
from tests.unit.connectors.scenario import Scenario, scenarios

RUN = CliRunner()


@pytest.fixture
def scenario() -> Scenario:
    return next(s for s in scenarios() if s.connector == "wechat")


@pytest.fixture(autouse=True)
def _since_yesterday(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command works by the real clock; two days of history will do."""
    monkeypatch.setenv("PULSE_WECHAT_BRAND_START", str((datetime.now(UTC) - timedelta(days=3)).date()))


def test_a_pull_takes_in_what_it_fetched(site: Site) -> None:
    result = RUN.invoke(app, ["pull", "wechat", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert {o["status"] for o in told["outcomes"]} == {"pulled"}
    assert told["quarantined"] == []
    assert site.counts()["account_days"] > 0
    again = RUN.invoke(app, ["pull", "wechat"])
    assert "nothing is due" in again.output


def test_a_failure_is_told_in_one_sentence_and_by_the_exit_code(site: Site, scenario: Scenario) -> None:
    site.server.break_with(_says(200, {"errcode": 40164, "errmsg": "invalid ip 203.0.113.9 not in whitelist"})(scenario), FOR_EVER)
    result = RUN.invoke(app, ["pull", "wechat", "--account", "brand"])
    assert result.exit_code == 2
    assert "IP whitelist" in result.output
    assert "Traceback" not in result.output


def test_nonsense_is_refused_before_anything_is_called(site: Site) -> None:
    for arguments in (["wechet"], ["wechat", "--from", "2026-11-20", "--to", "2026-11-19"], ["wechat", "--from", "yesterday"]):
        assert RUN.invoke(app, ["pull", *arguments]).exit_code in (1, 2)
    assert sum(site.server.calls.values()) == 0


def test_days_that_lie_ahead_bring_nothing_and_say_so(site: Site) -> None:
    result = RUN.invoke(app, ["pull", "wechat", "--from", "2999-12-30", "--to", "2999-12-31"])
    assert result.exit_code == 0
    assert "no figures for these days" in result.output
    assert sum(site.server.calls.values()) == 0


def test_every_connector_is_an_asset_with_days() -> None:
    assert {asset.key.path[0] for asset in defs.ASSETS} == {"api"}
    assert all(asset.partitions_def == defs.DAYS for asset in defs.ASSETS)
