"""The models' own unit tests, on a build whose tables exist."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


def test_dbt_unit_tests_pass(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines import transform

    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path))
    build = tmp_path / "build.duckdb"
    shutil.copyfile((demo / "warehouse.duckdb").resolve(), build)
    result = transform.invoke(build, "test", "--select", "test_type:unit")
    outcomes = {r.node.name: str(r.status) for r in result.result.results}
    assert len(outcomes) >= 15
    assert {name for name, status in outcomes.items() if status != "pass"} == set()
