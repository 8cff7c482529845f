"""What Dagster sees: one name for asset, table and model; one job for the whole run; checks before publishing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.integration.conftest import rows


@pytest.fixture(scope="module")
def definitions(demo: Path):
    os.environ["PULSE_DATA_DIR"] = str(demo)
    try:
        from pipelines.run import prepare_dagster_home

        prepare_dagster_home()
        from pipelines.definitions import defs

        yield defs()
    finally:
        os.environ.pop("PULSE_DATA_DIR", None)
        os.environ.pop("DAGSTER_HOME", None)


def test_every_table_of_a_release_is_an_asset_of_the_same_name(definitions, demo: Path) -> None:
    assets = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    tables = rows(
        demo,
        """select schema_name || '/' || table_name from duckdb_tables()
           where schema_name in ('raw', 'core', 'intermediate', 'marts', 'analyses')
           union all select schema_name || '/' || view_name from duckdb_views() where schema_name in ('raw', 'staging')""",
    )
    assert {name for (name,) in tables} - assets == set()


def test_one_job_holds_every_asset_in_one_process(definitions) -> None:
    job = definitions.resolve_job_def("pulse")
    assert job.executor_def.name == "in_process"
    marts = {k for k in definitions.resolve_asset_graph().executable_asset_keys if k.path[0] == "marts"}
    assert job.asset_layer.executable_asset_keys >= marts


def test_it_runs_every_morning_and_when_files_land(definitions) -> None:
    assert definitions.resolve_schedule_def("every_morning").cron_schedule == "30 10 * * *"
    assert definitions.resolve_schedule_def("every_morning").execution_timezone == "Asia/Shanghai"
    assert definitions.resolve_sensor_def("landing_folder").job_name == "pulse"


def test_dbt_tests_and_expectations_are_asset_checks(definitions) -> None:
    graph = definitions.resolve_asset_graph()
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    assert ("raw/post_snapshots", "enters_the_lake") in checks
    assert ("quality/expectation_results", "fit_to_publish") in checks
    assert any(asset == "marts/mart_reach_daily" for asset, _ in checks)


def test_the_sensor_waits_until_files_are_complete(definitions, demo_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dagster as dg

    monkeypatch.setenv("PULSE_DATA_DIR", str(demo_copy))
    sensor = definitions.resolve_sensor_def("landing_folder")
    quiet = sensor.evaluate_tick(dg.build_sensor_context())
    assert "nothing new" in quiet.skip_message
    (demo_copy / "landing" / "new.csv").write_text("作品名称\n", encoding="utf-8")
    first = sensor.evaluate_tick(dg.build_sensor_context())
    assert "waiting until they are complete" in first.skip_message
    second = sensor.evaluate_tick(dg.build_sensor_context(cursor=first.cursor))
    assert len(second.run_requests) == 1
