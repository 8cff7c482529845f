"""From the platform's answer to the lake: fresh, again, later, redone; and answers whose fields changed."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from pipelines import lake
from pipelines.connectors.model import Window
from pipelines.connectors.paging import dig
from tests.unit.connectors.conftest import Site
from tests.unit.connectors.faults import FAULTS, FOR_EVER, _rows, is_paged
from tests.unit.connectors.scenario import Scenario, scenarios

SCENARIOS = scenarios()
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.connector)


@each_scenario
def test_a_fresh_pull_fills_the_lake_and_a_second_one_adds_nothing(scenario: Scenario, site: Site) -> None:
    outcomes, intake = site.pull_and_load()
    assert {o.status for o in outcomes} == {"pulled"}, [o.sentence for o in outcomes]
    assert site.counts() == dict(scenario.rows)
    assert all(m["rows_rejected"] == 0 for m in intake.loaded), intake.loaded
    assert {m["captured_at_basis"] for m in intake.loaded} == {"api"}
    assert not any(m["unknown_columns"] for m in intake.loaded), [(m["format_id"], m["unknown_columns"]) for m in intake.loaded]
    site.server.heal()
    again, intake = site.pull_and_load()
    assert [o.status for o in again] == ["nothing"]
    assert sum(site.server.calls.values()) == 0
    assert intake.loaded == []


@each_scenario
def test_what_has_been_loaded_counts_as_pulled_even_when_landing_is_emptied(scenario: Scenario, site: Site) -> None:
    site.pull_and_load()
    for path in (site.data / "landing").rglob("*.jsonl"):
        path.unlink()
    assert [o.status for o in site.pull()] == ["nothing"]


@each_scenario
def test_the_next_day_pulls_the_new_day_and_young_days_again(scenario: Scenario, site: Site) -> None:
    site.pull()
    first = site.target_windows()
    site.now += timedelta(days=1)
    outcomes = site.pull()
    assert {o.status for o in outcomes} == {"pulled"}, [o.sentence for o in outcomes]
    fresh = site.target_windows()
    assert max(w.end for w in fresh) == max(w.end for w in first) + timedelta(days=1)
    if scenario.endpoint.repull_days >= 2 and not scenario.endpoint.snapshot:
        assert len(fresh) > len(first) + 1


@each_scenario
def test_a_day_can_be_redone_and_the_last_delivery_is_kept_beside_the_first(scenario: Scenario, site: Site) -> None:
    site.pull()
    day = max(w.end for w in site.target_windows())
    before = len(site.target_windows())
    site.now += timedelta(minutes=1)
    site.pull(Window(day, day))
    assert len(site.target_windows()) == before + 1


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if is_paged(s)], ids=lambda s: s.connector)
def test_overlapping_pages_do_not_reach_the_lake_twice(scenario: Scenario, site: Site) -> None:
    fault = next(f for f in FAULTS if f.name == "overlapping_pages")
    site.server.break_with(fault.make(scenario), FOR_EVER)
    _, intake = site.pull_and_load()
    assert sum(m["rows_duplicate"] for m in intake.loaded) > 0
    assert site.counts() == dict(scenario.rows)


@each_scenario
def test_a_new_field_is_kept_and_reported(scenario: Scenario, site: Site) -> None:
    def change(rows: list[Any]) -> list[Any]:
        return [({**row, "brand_new_field": 7} if isinstance(row, dict) else row) for row in rows]

    site.server.break_with(_rows(change)(scenario), FOR_EVER)
    _, intake = site.pull_and_load(only_target=True)
    target = scenario.declared.api(scenario.endpoint)
    loads = [m for m in intake.loaded if m["source_name"].startswith(f"{target}.")]
    assert loads
    assert not any(m["rows_rejected"] for m in loads)


@each_scenario
@pytest.mark.parametrize("how", ["missing", "retyped"])
def test_a_field_that_is_missing_or_of_another_type_costs_no_other_row(scenario: Scenario, how: str, site: Site) -> None:
    """Everything is accounted for: loaded with NULL, or rejected with the reason. Pulling the day again mends it."""
    paging = scenario.endpoint.paging

    def change(rows: list[Any]) -> list[Any]:
        rows = deepcopy(rows)
        if rows and isinstance(rows[0], dict):
            keep = {paging.row_id, scenario.endpoint.row_date}
            name = next(k for k in reversed(rows[0]) if k not in keep)
            rows[0][name] = {"value": [1]}
            if how == "missing":
                del rows[0][name]
        elif rows:
            rows[0] = [*rows[0][:-1], None if how == "missing" else {"value": [1]}]
        return rows

    site.server.break_with(_rows(change)(scenario), FOR_EVER)
    _, intake = site.pull_and_load(only_target=True)
    for m in intake.loaded:
        assert m["rows_in"] == m["rows_loaded"] + m["rows_duplicate"] + m["rows_rejected"]
    site.server.heal()
    windows = site.target_windows()
    site.now += timedelta(minutes=1)
    site.pull_and_load(Window(min(w.start for w in windows), max(w.end for w in windows)), only_target=True)
    newest = [m for m in lake.manifests() if m["source_name"].startswith(f"{scenario.declared.api(scenario.endpoint)}.")][-len(windows) :]
    assert newest
    assert all(m["rows_rejected"] == 0 for m in newest)


@each_scenario
def test_an_empty_day_is_a_day_that_was_pulled(scenario: Scenario, site: Site) -> None:
    site.server.break_with(_rows(lambda rows: [])(scenario), FOR_EVER)
    outcomes, _ = site.pull_and_load(only_target=True)
    target = [o for o in outcomes if o.api == scenario.declared.api(scenario.endpoint)]
    assert target
    if scenario.endpoint.paging.total is None:  # a platform that says how many rows there are is held to it
        assert {o.status for o in target} == {"pulled"}, [o.sentence for o in target]


@each_scenario
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_off_is_told_and_changes_no_figure(scenario: Scenario, hours: int, site: Site) -> None:
    from email.utils import format_datetime

    def fault(wire: Any, healthy: Any) -> bool:
        wire.send(healthy, Date=format_datetime(scenario.moment + timedelta(hours=hours)))
        return True

    site.server.break_with(fault, FOR_EVER)
    outcomes = site.pull()
    assert {o.status for o in outcomes} == {"pulled"}
    assert any("clock" in w for o in outcomes for w in o.warnings)


@each_scenario
def test_a_page_file_from_the_future_hides_no_day(scenario: Scenario, site: Site) -> None:
    api = scenario.declared.api(scenario.endpoint)
    folder = site.data / "landing" / scenario.declared.platform / "brand"
    folder.mkdir(parents=True)
    (folder / f"{api}.2999-12-31_2999-12-31.9999999999999.jsonl").write_text('{"body": {}}')
    outcomes = site.pull()
    assert {o.status for o in outcomes} == {"pulled"}
    assert scenario.endpoint.snapshot or scenario.endpoint.trailing or any(str(w.start) == scenario.start for w in site.target_windows())


@each_scenario
def test_every_page_says_what_was_asked_and_holds_no_credential(scenario: Scenario, site: Site) -> None:
    site.pull()
    import json

    files = list((site.data / "landing").rglob("*.jsonl"))
    assert files
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            page = json.loads(line)
            assert {"api", "account", "params", "window_start", "window_end", "received_at", "body"} <= set(page)
            assert dig(page, "params.path")
            assert not {"access_token", "key", "sign", "secret"} & set(page["params"])
