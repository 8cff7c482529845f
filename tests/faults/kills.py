"""Kills at named points: which there are, and what must hold after each. `python -m tests.faults.kills --count 200` tries many."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.contents import published
from tests.faults.processes import Processes
from tests.faults.stage import Stage, done, set_stage

INGEST = ["landing.place", "load.prepare", "load.archive", "landing.clear", "landing.quarantine", "landing._write_index"]
POINTS = {
    "ingest": [
        *(f"pipelines.ingest.{name}" for name in INGEST),
        "pipelines.lake.commit",
        "pipelines.lake.write_parquet",
        "pipelines.lake.write_atomically",
        "polars.DataFrame.write_parquet",
        "shutil.copyfile",
        "shutil.copy2",
        "os.replace",
        "os.fsync",
        "pathlib.Path.replace",
        "pathlib.Path.unlink",
    ],
    "upkeep": [
        "pipelines.upkeep.compact",
        "pipelines.upkeep._merge",
        "pipelines.lake.write_compacted",
        "polars.DataFrame.write_parquet",
        "os.replace",
        "pipelines.upkeep.delete_unread",
        "pathlib.Path.unlink",
    ],
    "release": [
        "pipelines.warehouse.clear_builds",
        "pipelines.warehouse.begin_build",
        "shutil.copyfile",
        "pipelines.lake.create_raw",
        "pipelines.warehouse.append_results",
        "pipelines.warehouse.stamp",
        "pipelines.publish.audit",
        "pipelines.publish._sync",
        "os.replace",
        "pathlib.Path.chmod",
        "pipelines.publish._point_to",
        "pathlib.Path.symlink_to",
        "pipelines.publish._prune",
    ],
}
IN_HALF = ("shutil.copyfile", "shutil.copy2", "polars.DataFrame.write_parquet")  # calls that leave half a file when cut off


@dataclass(frozen=True)
class Kill:
    """kill -9 before, during or after the n-th call of a function while a phase runs."""

    phase: str
    point: str
    call: int
    when: str

    def __str__(self) -> str:
        return f"{self.phase}-{self.point.removeprefix('pipelines.')}-{self.call}-{self.when}"


def chosen(count: int) -> list[Kill]:
    """`count` kills: every point before and after its first call and in the middle of it, then later calls, always the same ones."""
    first: list[Kill] = []
    later: list[Kill] = []
    for phase, points in POINTS.items():
        for point in points:
            ways = ["before", "after", *(["during"] if point in IN_HALF else [])]
            first += [Kill(phase, point, 1, when) for when in ways]
            later += [Kill(phase, point, call, when) for when in ways for call in (2, 3, 4, 5)]
    order = random.Random(7)
    order.shuffle(first)
    order.shuffle(later)
    varied = sorted(first, key=lambda kill: sum(kill.point == k.point and kill.phase == k.phase for k in first[: first.index(kill)]))
    return (varied + later)[:count]


def consequences(stage: Stage, kill: Kill, data: Path) -> list[str]:
    """What is wrong after this kill and a plain re-run; nothing, it is hoped. The release must be readable at every moment."""
    stage.before(kill.phase, data)
    fault = {"kind": "kill", "point": kill.point, "call": kill.call, "when": kill.when}
    ended = stage.processes.run(data, *stage.command(kill.phase), fault=fault)
    if ended.code != -9 and kill.call == 1:
        return [f"the process was to be killed and ended with {ended.code}: {ended.stderr[-500:]}"]
    wrong = []
    if published(data) not in (stage.figures_before, stage.figures):
        wrong.append("after the kill the published release is neither the old nor the new one")
    done(stage.processes.run(data, *stage.command(kill.phase)))
    return wrong + stage.differences(data, kill.phase)


def main() -> int:
    """Try many kills; print what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    count = parser.parse_args().count
    failed = 0
    with tempfile.TemporaryDirectory(prefix="pulse-kills-") as scratch:
        folder = Path(scratch)
        with Processes(folder / "scratch") as processes:
            stage = set_stage(folder, processes)
            for number, kill in enumerate(chosen(count), start=1):
                wrong = consequences(stage, kill, folder / "disturbed")
                failed += bool(wrong)
                sys.stdout.write(f"{number:4d} {'FAILED' if wrong else 'ok'} {kill} {'; '.join(wrong)}\n")
    sys.stdout.write(f"{count} kills, {failed} with consequences\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
