"""The folders that kills and failing disks are let loose on: half a month taken in and published, the other half on its way."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.contents import lake_contents, leftovers, published, unaccounted
from tests.faults.deliveries import describe_platform, write_month
from tests.faults.processes import Ended, Processes

PHASES = ("ingest", "upkeep", "release")


@dataclass
class Stage:
    """A data folder before each phase, and what an undisturbed pass through all of them gives."""

    folder: Path
    processes: Processes
    lake: dict[str, Any]
    figures: dict[str, Any]
    figures_before: dict[str, Any]
    landing: list[str]

    def before(self, phase: str, target: Path) -> Path:
        """A copy of the data folder as it is when this phase begins."""
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder / f"before-{phase}", target, symlinks=True)
        return target

    def command(self, phase: str) -> list[str]:
        return command(self.folder, phase)

    def differences(self, data: Path, phase: str) -> list[str]:
        """What is not as after an undisturbed pass up to and including this phase."""
        wrong = unaccounted(data)
        lake = lake_contents(data)
        wrong += [f"lake: {key}" for key in sorted({*lake, *self.lake}) if lake.get(key) != self.lake.get(key)]
        wrong += [f"in landing: {name}" for name in sorted(set(leftovers(data)) ^ set(self.landing))]
        if phase == "release":
            now = published(data)
            wrong += [f"release: {table}" for table in sorted({*now, *self.figures}) if now.get(table) != self.figures.get(table)]
            wrong += [f"left behind: {p.name}" for p in (data / "build").glob("*")]
        return wrong


def command(folder: Path, phase: str) -> list[str]:
    """The command that does a phase."""
    return ["ingest", str(folder / "late"), "--platform", "drill", "--account", "青禾"] if phase == "ingest" else [phase]


def set_stage(folder: Path, processes: Processes) -> Stage:
    """Build the folders before each phase once; every test copies them."""
    files = write_month(folder / "month")
    early, late = files[:6], files[6:]
    (folder / "late").mkdir()
    (folder / "early").mkdir()
    for part, name in ((early, "early"), (late, "late")):
        for path in part:
            shutil.copy2(path, folder / name / path.name)
    data = folder / "data"
    data.mkdir()
    describe_platform(data)
    done(processes.run(data, "ingest", str(folder / "early"), "--platform", "drill", "--account", "青禾"))
    done(processes.run(data, "release"))
    before = published(data)
    for phase in PHASES:
        shutil.copytree(data, folder / f"before-{phase}", symlinks=True)
        done(processes.run(data, *command(folder, phase)))
    stage = Stage(folder, processes, lake_contents(data), published(data), before, leftovers(data))
    assert stage.figures != before and len(stage.lake) > 8, "the second half of the month must change the figures"
    return stage


def done(ended: Ended) -> Ended:
    """The process, which must have done its work: 2 says that files lie in quarantine."""
    assert ended.code in (0, 2), ended.stderr
    return ended
