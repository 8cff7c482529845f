"""The stage is set once per session and worker: a folder before each phase, and one process that starts the others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.processes import Processes
from tests.faults.stage import Stage, set_stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """See `Stage`."""
    folder = tmp_path_factory.mktemp("stage")
    with Processes(folder / "scratch") as processes:
        yield set_stage(folder, processes)
