"""Days of the APIs are partitions: redoing one, filling in a span, and nothing without credentials."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest

from pipelines.connectors.client import World
from pipelines.defs import connectors as defs
from tests.unit.connectors.conftest import Site
from tests.unit.connectors.faults import FOR_EVER, _says
from tests.unit.connectors.scenario import Scenario, scenarios

WECHAT = next(s for s in scenarios() if s.connector == "wechat")
KEY = dg.AssetKey(["api", "wechat"])


@pytest.fixture
def scenario() -> Scenario:
    return WECHAT


@pytest.fixture
def quiet_world(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Dagster calls `pull` without a world: give it this test's clock and patience."""
    world = World(now=lambda: site.now, sleep=site.slept.append)
    real = defs.pull
    monkeypatch.setattr(defs, "pull", lambda name, asked=None: real(name, asked=asked, world=world))
    yield site


def _run(first: str, last: str, only_due: bool = False) -> dg.ExecuteInProcessResult:
    asset = next(a for a in defs.ASSETS if a.key == KEY)
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            [asset],
            instance=instance,
            tags={"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last},
            run_config=dg.RunConfig(ops={"api__wechat": defs.PullConfig(only_due=only_due)}),
            raise_on_error=False,
        )


def test_a_past_span_is_one_run_and_marks_each_of_its_days(quiet_world: Site) -> None:
    result = _run("2026-11-16", "2026-11-19")
    assert result.success
    assert {e.partition for e in result.asset_materializations_for_node("api__wechat")} == {f"2026-11-{d}" for d in (16, 17, 18, 19)}
    assert sorted((str(w.start), str(w.end)) for w in quiet_world.target_windows()) == [("2026-11-16", "2026-11-19")]


def test_one_day_can_be_redone(quiet_world: Site) -> None:
    assert _run("2026-11-17", "2026-11-17").success
    quiet_world.now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert _run("2026-11-17", "2026-11-17").success
    assert len(quiet_world.target_windows()) == 2


def test_the_schedules_run_pulls_only_what_is_due(quiet_world: Site) -> None:
    assert _run("2026-11-01", "2026-11-22", only_due=True).success
    quiet_world.server.heal()
    assert _run("2026-11-01", "2026-11-22", only_due=True).success
    assert sum(quiet_world.server.calls.values()) == 0


def test_a_failed_day_is_a_failed_run_without_secrets_in_its_events(quiet_world: Site) -> None:
    status, body = 200, {"errcode": 48001, "errmsg": "api unauthorized canary-app-secret"}
    quiet_world.server.break_with(_says(status, body)(WECHAT), FOR_EVER)
    result = _run("2026-11-17", "2026-11-17")
    assert not result.success
    told = "".join(str(event) for event in result.all_events)
    assert "48001" in told
    assert not [secret for secret in WECHAT.secrets if secret in told]
    assert result.asset_materializations_for_node("api__wechat") == []


def test_without_credentials_a_day_is_skipped_with_a_sentence(quiet_world: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("APP_ID", "APP_SECRET", "START", "BASE_URL"):
        monkeypatch.delenv(f"PULSE_WECHAT_BRAND_{name}")
    result = _run("2026-11-17", "2026-11-17")
    assert result.success
    assert result.asset_materializations_for_node("api__wechat") == []
    context = dg.build_schedule_context(scheduled_execution_time=quiet_world.now)
    assert isinstance(defs.every_morning_before(context), dg.SkipReason)


def test_the_schedule_asks_for_the_days_that_are_due(quiet_world: Site) -> None:
    context = dg.build_schedule_context(scheduled_execution_time=quiet_world.now)
    (request,) = defs.every_morning_before(context)
    assert request.tags["dagster/asset_partition_range_end"] == "2026-11-22"
    assert request.asset_selection == [KEY]


def test_the_main_job_needs_no_network() -> None:
    from pipelines.defs.automation import pulse
    from pipelines.defs.raw import raw

    selected = pulse.selection.resolve([*defs.ASSETS, raw])
    assert dg.AssetKey(["raw", "loads"]) in selected
    assert not [key for key in selected if key.path[0] == "api"]
