"""One small world for all simulator tests."""

from __future__ import annotations

import pytest

from pipelines.simulate import Simulation, simulate

SMALL = {"seed": 14, "days": 120, "accounts": 2, "scale": 0.5}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    return simulate(tmp_path_factory.mktemp("demo"), **SMALL)


@pytest.fixture(scope="session")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    return simulate(
        tmp_path_factory.mktemp("abroad"), days=100, accounts=1, scale=0.4,
        platforms=["x", "youtube", "facebook", "instagram"], event_style="sensors",
    )  # fmt: skip


def of_kind(simulation: Simulation, kind: str) -> list[dict]:
    return [entry for entry in simulation.truth["files"] if entry["kind"] == kind]
