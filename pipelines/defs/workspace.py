"""The run's private build and the writer's lock: one writer at a time, whatever starts the run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from pipelines import lake, warehouse
from pipelines.ingest.spec import REGISTERS
from pipelines.lock import writer_lock
from pipelines.settings import settings


class Workspace(dg.ConfigurableResource):
    """Held for the whole run: the lock, the run's id and its build file."""

    _run_id: str = ""
    _are_registers_current: bool = False

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Workspace"]:
        self._run_id = context.run_id or "local"
        with writer_lock(f"run {self._run_id[:8]}"):
            yield self

    @property
    def run_id(self) -> str:
        return self._run_id

    @property
    def build(self) -> Path:
        """The build file; made from the last release when a run of only some assets starts in the middle."""
        path = settings().build / f"{self._run_id}.duckdb"
        if not path.exists():
            warehouse.begin_build(path, lake.manifests())
        return path

    def start(self, from_scratch: bool) -> None:
        """Begin the build with every load of the lake."""
        loads = lake.manifests()
        new_registers = [m for m in warehouse.unpublished(loads) if m["platform"] == REGISTERS]
        reused = warehouse.begin_build(settings().build / f"{self._run_id}.duckdb", loads, from_scratch)
        self._are_registers_current = reused and not new_registers

    @property
    def are_registers_current(self) -> bool:
        """Whether the build already holds all that the registers say: their models need no second look."""
        return self._are_registers_current


@dg.definitions
def resources() -> dg.Definitions:
    # In process: a step in a process of its own would import everything again and gain nothing with a single writer.
    return dg.Definitions(resources={"workspace": Workspace()}, executor=dg.in_process_executor)
