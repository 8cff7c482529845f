"""kill -9 at named points of taking in, keeping house and publishing: running again gives what an undisturbed run gives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.kills import POINTS, Kill, chosen, consequences
from tests.faults.stage import Stage

COUNT = int(os.environ.get("PULSE_TEST_KILLS", "40"))


def test_every_named_point_is_among_the_kills() -> None:
    kills = chosen(COUNT)
    assert len(set(kills)) == COUNT
    assert {(k.phase, k.point) for k in kills} == {(phase, point) for phase, points in POINTS.items() for point in points}


@pytest.mark.parametrize("kill", chosen(COUNT), ids=str)
def test_a_killed_process_leaves_nothing_that_running_again_does_not_mend(stage: Stage, kill: Kill, tmp_path: Path) -> None:
    assert consequences(stage, kill, tmp_path / "data") == []
