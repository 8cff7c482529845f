"""Kills at named points: which there are, and what must hold after each. `python -m tests.faults.kills --count 200` tries many."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from tests.faults.contents import published
from tests.faults.processes import Processes
from tests.faults.stage import Stage, done, set_stage

# Phase: function: how often an undisturbed pass of the stage calls it.
POINTS = {
    "ingest": {
        "pipelines.ingest.landing.place": 13,
        "pipelines.ingest.load.prepare": 13,
        "pipelines.ingest.load.archive": 12,
        "pipelines.ingest.landing.clear": 12,
        "pipelines.ingest.landing.quarantine": 1,
        "pipelines.ingest.landing._write_index": 1,
        "pipelines.lake.commit": 12,
        "pipelines.lake.write_parquet": 12,
        "pipelines.lake.write_atomically": 27,
        "polars.DataFrame.write_parquet": 12,
        "shutil.copyfile": 26,
        "shutil.copy2": 13,
        "os.replace": 64,
        "os.fsync": 39,
        "pathlib.Path.replace": 25,
        "pathlib.Path.unlink": 24,
    },
    "upkeep": {
        "pipelines.upkeep.compact": 1,
        "pipelines.upkeep._merge": 4,
        "pipelines.lake.write_compacted": 4,
        "polars.DataFrame.write_parquet": 4,
        "os.replace": 8,
        "pipelines.upkeep.delete_unread": 1,
        "pathlib.Path.unlink": 18,
    },
    "release": {
        "pipelines.warehouse.clear_builds": 1,
        "pipelines.warehouse.begin_build": 1,
        "shutil.copyfile": 1,
        "pipelines.lake.create_raw": 1,
        "pipelines.warehouse.append_results": 1,
        "pipelines.warehouse.stamp": 1,
        "pipelines.publish.audit": 1,
        "pipelines.publish._sync": 1,
        "os.replace": 2,
        "pathlib.Path.chmod": 1,
        "pipelines.publish._point_to": 1,
        "pathlib.Path.symlink_to": 1,
        "pipelines.publish._prune": 1,
    },
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


COPY_INTO_QUARANTINE = Kill("ingest", "shutil.copyfile", 25, "during")


def chosen(count: int) -> list[Kill]:
    """`count` kills, always the same ones: every point once, then every point in every other way and at later calls."""
    order = random.Random(7)
    each: list[list[Kill]] = []
    for phase, points in POINTS.items():
        for point, calls in points.items():
            ways = ["before", "after", *(["during"] if point in IN_HALF else [])]
            kills = [Kill(phase, point, call, when) for when in ways for call in range(1, calls + 1)]
            order.shuffle(kills)
            each.append([kill for kill in kills if kill != COPY_INTO_QUARANTINE])
    rounds = [kill for of_round in zip_longest(*each) for kill in of_round if kill is not None]
    return [COPY_INTO_QUARANTINE, *rounds][:count]


def consequences(stage: Stage, kill: Kill, data: Path) -> list[str]:
    """What is wrong after this kill and a plain re-run; nothing, it is hoped. The release must be readable at every moment."""
    stage.before(kill.phase, data)
    fault = {"kind": "kill", "point": kill.point, "call": kill.call, "when": kill.when}
    ended = stage.processes.run(data, *stage.command(kill.phase), fault=fault)
    if ended.code != -signal.SIGKILL:
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
