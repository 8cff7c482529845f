"""What a connector's test needs to know: made-up credentials, a healthy server, and how the platform words its errors."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.connectors.catalogue import connector
from pipelines.connectors.model import Connector, Endpoint
from pipelines.connectors.verdicts import Verdict


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    params: Mapping[str, str]
    json: Any
    form: Mapping[str, str]
    headers: Mapping[str, str]
    match: re.Match[str] | None = None


Answers = Callable[[Asked], Any]
Envelope = tuple[int, Any]


@dataclass(frozen=True)
class Scenario:
    """One connector against its healthy server. `rows` are counted by hand."""

    connector: str
    credentials: Mapping[str, str]
    now: str
    start: str
    answers: Mapping[str, Answers]
    target: str  # the endpoint that gets the faults …
    target_path: str  # … and its path on the server, as a regex
    expired: Envelope
    rows: Mapping[str, int]
    options: Mapping[str, str] = field(default_factory=dict)
    login_paths: Sequence[str] = ()
    canaries: Sequence[str] = ()
    says: Mapping[type[Verdict], Envelope] = field(default_factory=dict)
    is_target: Callable[[Asked], bool] = lambda asked: True  # where endpoints share a path

    @property
    def declared(self) -> Connector:
        return connector(self.connector)

    @property
    def endpoint(self) -> Endpoint:
        return self.declared.endpoint(self.target)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.now)

    @property
    def secrets(self) -> list[str]:
        return [*self.credentials.values(), *self.canaries]


def scenarios() -> list[Scenario]:
    """Every scenario in the folder beside this file."""
    names = sorted(p.stem for p in (Path(__file__).parent / "scenarios").glob("[a-z]*.py"))
    return [importlib.import_module(f"tests.unit.connectors.scenarios.{name}").SCENARIO for name in names]
