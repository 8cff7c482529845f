"""Running the dbt project on a build, in this process, and what became of each node."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.settings import DBT_DIR, settings

# Models over `analyses.*` are built by a second call, when the analyses have run.
AFTER_ANALYSES = "tag:after_analyses"
REGISTERS = ["path:models/staging/registers", "path:models/core/registers"]  # they depend on registers and code only


class TransformFailed(Exception):
    """A model or blocking test failed; the message names each with its reason."""


@dataclass
class Node:
    """One dbt node's outcome. `schema.name` is also its Dagster asset key."""

    unique_id: str
    kind: str
    schema: str
    name: str
    status: str
    seconds: float
    failures: int | None
    message: str

    @property
    def test_name(self) -> str:
        """The name Dagster knows a test by."""
        return self.unique_id.split(".")[2]

    @property
    def ok(self) -> bool:
        return self.status in ("success", "pass", "warn")


def target_dir() -> Path:
    """Where dbt writes its artefacts: beside the data, so that a read-only checkout works."""
    return settings().root / "dbt"


def dbt_arguments(command: str, *arguments: str) -> list[str]:
    """Command-line words for dbt with the project's own folders; artefacts go beside the data."""
    target = target_dir()
    return [
        "--quiet",
        "--no-use-colors",
        "--no-send-anonymous-usage-stats",
        "--log-path",
        str(target / "logs"),
        command,
        "--project-dir",
        str(DBT_DIR),
        "--profiles-dir",
        str(DBT_DIR),
        "--target-path",
        str(target / "target"),
        *arguments,
    ]


def invoke(build: Path, command: str, *arguments: str) -> Any:
    """Run dbt in this process against `build`; its connection is closed afterwards, so that others may open the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["PULSE_BUILD_PATH"] = str(build)
    typed, sys.argv = sys.argv, ["pulse"]  # dbt logs the process's command line, which may name a person (`pulse forget`)
    try:
        return dbtRunner().invoke(dbt_arguments(command, *arguments))
    finally:
        sys.argv = typed
        DuckDBConnectionManager.close_all_connections()


def parse_manifest() -> Path:
    """Write dbt's manifest (needed to define the assets) and return its path."""
    result = invoke(Path(":memory:"), "parse")
    if not result.success:
        raise TransformFailed(f"The dbt project cannot be parsed: {result.exception}")
    return target_dir() / "target" / "manifest.json"


def build_models(build: Path, arguments: Iterable[str]) -> list[Node]:
    """`dbt build` without unit tests (those guard the code, not the data): the outcome of every node, failed ones included."""
    result = invoke(build, "build", "--exclude-resource-type", "unit_test", *arguments)
    if result.exception is not None:
        raise TransformFailed(f"dbt stopped: {result.exception}")
    return [_node(r) for r in result.result.results]


def require_success(nodes: list[Node]) -> None:
    """TransformFailed naming every failed node, if any."""
    failed = [n for n in nodes if n.status in ("error", "fail", "runtime error")]
    if failed:
        raise TransformFailed("; ".join(f"{n.schema}.{n.name}: {n.message}" for n in failed))


def _node(result: Any) -> Node:
    node = result.node
    return Node(
        unique_id=node.unique_id,
        kind=str(node.resource_type),
        schema=node.schema,
        name=getattr(node, "alias", None) or node.name,
        status=str(result.status),
        seconds=result.execution_time,
        failures=result.failures,
        message=(result.message or "").strip(),
    )
