"""A local server, a data folder and a clock for every test of connectors. Nobody sleeps."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from pipelines import lake
from pipelines.connectors.client import Limits, World
from pipelines.connectors.model import Window
from pipelines.connectors.pull import Outcome, pull
from pipelines.connectors.window import pulled_windows
from pipelines.ingest.landing import Intake, take_in_landing
from pipelines.ingest.spec import entity_names
from tests.unit.connectors.scenario import Scenario
from tests.unit.connectors.server import Server

QUICK = Limits(connect=1, read=0.25, whole=0.4)
NO_CONTENT = ["load_id", "row_number", "captured_at", "extra"]  # differ between two deliveries of the same figures


@dataclass
class Site:
    """One installation that pulls a scenario."""

    data: Path
    server: Server
    now: datetime
    slept: list[float] = field(default_factory=list)
    transport: httpx.BaseTransport | None = None

    @property
    def scenario(self) -> Scenario:
        return self.server.scenario

    def pull(self, asked: Window | None = None) -> list[Outcome]:
        """Pull what is due, or the days asked for."""
        world = World(now=lambda: self.now, sleep=self._sleep, limits=QUICK, transport=self.transport)
        return pull(self.scenario.connector, asked=asked, world=world)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def pull_and_load(self, asked: Window | None = None) -> tuple[list[Outcome], Intake]:
        """The whole road."""
        outcomes = self.pull(asked)
        intake = take_in_landing()
        assert not intake.quarantined, intake.quarantined
        return outcomes, intake

    def target_windows(self) -> list[Window]:
        """The windows of the target endpoint that count as pulled."""
        api = self.scenario.declared.api(self.scenario.endpoint)
        return [p.window for p in pulled_windows(self.scenario.declared, "brand") if p.api == api]

    def counts(self) -> dict[str, int]:
        """Rows in the lake, per entity that has any."""
        return {entity: frame.height for entity in entity_names() if (frame := lake.rows(entity, lake.manifests(), 10**6)).height}

    def content(self) -> dict[str, list[dict[str, Any]]]:
        """What the lake says, whichever delivery said it last."""
        said = {}
        loads = {m["load_id"]: n for n, m in enumerate(lake.manifests())}
        for entity in self.counts():
            frame = lake.rows(entity, lake.manifests(), 10**6)
            delivered = frame.with_columns(pl.col("load_id").replace_strict(loads).alias("n"), pl.col("captured_at").alias("c"))
            key = [c for c in KEYS[entity] if c in frame.columns]
            source = pl.col("load_id").replace_strict({m["load_id"]: m["format_id"] for m in lake.manifests()}).alias("format")
            last = delivered.with_columns(source).sort("n").unique([*key, "format"], keep="last")
            said[entity] = last.drop([*NO_CONTENT, "n", "c"]).sort([*key, "format"]).to_dicts()
        return said


KEYS = {
    "post_snapshots": ["post_key", "window_kind", "window_start", "window_end", "view_count", "viewer_count"],
    "account_days": ["account_key", "business_date"],
    "account_channel_days": ["account_key", "channel", "business_date"],
    "post_channels": ["post_key", "channel"],
    "ad_days": ["account_key", "ad_level", "ad_entity_id", "business_date", "business_hour"],
    "comments": ["comment_key"],
    "audience_segments": ["account_key", "segment_kind", "segment_value", "business_date"],
}


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


def other_site(site: Site, data: Path) -> Site:
    """The same scenario with a data folder of its own."""
    return replace(site, data=data, slept=[])
