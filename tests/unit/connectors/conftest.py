"""A local server, a data folder and a clock for every test of connectors. Nobody sleeps."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import polars as pl
import pytest

from pipelines import lake
from pipelines.connectors.client import Limits, World
from pipelines.connectors.model import Window
from pipelines.connectors.paging import rows_of
from pipelines.connectors.pull import Outcome, pull
from pipelines.connectors.window import pulled_windows
from pipelines.ingest.landing import Intake, take_in_landing
from pipelines.ingest.spec import entity_names
from tests.unit.connectors.scenario import Scenario
from tests.unit.connectors.server import Server

PATIENT = Limits(connect=5, read=10, whole=20)  # a busy machine is no fault
QUICK = Limits(connect=5, read=0.1, whole=0.15)


@dataclass
class Site:
    """One installation that pulls a scenario."""

    data: Path
    server: Server
    now: datetime
    slept: list[float] = field(default_factory=list)
    transport: httpx.BaseTransport | None = None
    limits: Limits = PATIENT

    @property
    def scenario(self) -> Scenario:
        return self.server.scenario

    def pull(self, asked: Window | None = None) -> list[Outcome]:
        """Pull what is due, or the days asked for."""
        world = World(now=lambda: self.now, sleep=self._sleep, limits=self.limits, transport=self.transport)
        return pull(self.scenario.connector, asked=asked, world=world)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def pull_and_load(self, asked: Window | None = None, only_target: bool = False) -> tuple[list[Outcome], Intake]:
        """The whole road; of the target endpoint alone where the others have nothing to add."""
        outcomes = self.pull(asked)
        api = self.scenario.declared.api(self.scenario.endpoint)
        for path in self.data.glob("landing/*/*/*.jsonl") if only_target else []:
            if not path.name.startswith(f"{api}."):
                path.unlink()
        intake = take_in_landing()
        assert not intake.quarantined, intake.quarantined
        return outcomes, intake

    def target_windows(self) -> list[Window]:
        """The windows of the target endpoint that count as pulled."""
        api = self.scenario.declared.api(self.scenario.endpoint)
        return [p.window for p in pulled_windows(self.scenario.declared, "brand") if p.api == api]

    def landed(self) -> dict[str, list[str]]:
        """The rows of every page file by endpoint and window, each once; no window lands twice."""
        found = {}
        for endpoint in self.scenario.declared.endpoints:
            for path in sorted(self.data.glob(f"landing/**/{self.scenario.declared.api(endpoint)}.*.jsonl")):
                bodies = [json.loads(line)["body"] for line in path.read_text(encoding="utf-8").splitlines()]
                rows = {json.dumps(row, sort_keys=True) for body in bodies for row in rows_of(endpoint.paging, body)}
                window = path.name.rsplit(".", 2)[0]
                assert window not in found, f"{window} landed twice"
                found[window] = sorted(rows)
        return found

    def counts(self) -> dict[str, int]:
        """Rows in the lake, per entity that has any."""
        held = {entity for m in lake.manifests() for entity in m["files"] if entity in entity_names()}
        return {entity: self.rows(entity).height for entity in sorted(held)}

    def rows(self, entity: str) -> pl.DataFrame:
        """An entity's rows in the lake, in the order of their delivery."""
        loads = lake.manifests()
        order = {m["load_id"]: n for n, m in enumerate(loads)}
        frame = lake.rows(entity, loads, 10**6)
        return frame.sort(pl.col("load_id").replace_strict(order), "row_number")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The platforms' side."""
    running = Server()
    yield running
    running.close()


def configure(scenario: Scenario, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account `brand` of a scenario, in the environment."""
    given = {**scenario.credentials, **scenario.options, "start": scenario.start, "base_url": server.address}
    for name, value in given.items():
        monkeypatch.setenv(f"PULSE_{scenario.connector.upper()}_BRAND_{name.upper()}", value)


@pytest.fixture
def site(request: pytest.FixtureRequest, server: Server, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An installation for the scenario a test is parametrised with."""
    scenario: Scenario = request.getfixturevalue("scenario")
    server.play(scenario)
    configure(scenario, server, monkeypatch)
    logging.getLogger().setLevel(logging.DEBUG)  # the worst case: every library tells all it knows
    return Site(data_dir, server, scenario.moment)
