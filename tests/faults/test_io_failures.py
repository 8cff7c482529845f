"""A disk that fails at the n-th write, or is full: one clear sentence, the old release stays, and running again mends everything."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.contents import lake_contents, published
from tests.faults.processes import Ended
from tests.faults.stage import Stage, done

# (phase, n-th write): fifty places, through all writes of taking in and all of the two short phases.
PLACES = (
    [("ingest", k) for k in (*range(1, 21), *range(25, 225, 14))]
    + [("upkeep", k) for k in range(1, 9)]
    + [("release", k) for k in range(1, 8)]
)
CODES = ["ENOSPC", "EIO", "EACCES"]


def _assert_told(ended: Ended) -> None:
    """One sentence for the person who can act, no traceback."""
    assert ended.code == 1, f"ended with {ended.code}: {ended.stdout[-300:]} {ended.stderr[-1500:]}"
    said = [line for line in ended.stderr.splitlines() if line.strip() and not line.startswith("·")]
    assert "Traceback" not in ended.stderr and "╭" not in ended.stderr, ended.stderr[-1500:]
    assert len(said) == 1 and len(said[0]) > 15, said


@pytest.mark.parametrize(("phase", "k"), PLACES)
def test_a_write_that_fails_is_told_and_mended_by_running_again(stage: Stage, tmp_path: Path, phase: str, k: int) -> None:
    data = stage.before(phase, tmp_path / "data")
    code = CODES[k % 3]
    fault = {"kind": "disk", "root": str(data), "call": k, "errno": code, "lasts": code == "ENOSPC"}
    ended = stage.processes.run(data, *stage.command(phase), fault=fault)
    if ended.code == 1:
        _assert_told(ended)
        assert published(data) in (stage.figures_before, stage.figures)
    else:  # what failed was of no consequence
        assert stage.differences(data, phase) == []
    done(stage.processes.run(data, *stage.command(phase)))
    assert stage.differences(data, phase) == []


def test_there_are_fifty_places_and_most_failures_are_told(stage: Stage, tmp_path: Path) -> None:
    assert len(PLACES) >= 50
    data = stage.before("ingest", tmp_path / "data")
    fault = {"kind": "disk", "root": str(data), "call": 225, "errno": "EIO", "lasts": False}
    assert stage.processes.run(data, *stage.command("ingest"), fault=fault).code == 1, "taking in writes more often than the places reach"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own of 64 MB. Skipped where this process may not mount one; the limit on file sizes is tested everywhere."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("mounting needs rights that this process lacks")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("left", [0, 3_000, 30_000, 200_000])
@pytest.mark.parametrize("phase", ["ingest", "release"])
def test_a_disk_that_is_really_full(stage: Stage, small_disk: Path, phase: str, left: int) -> None:
    data = stage.before(phase, small_disk / "data")
    filler = small_disk / "filler"
    _fill(filler, left)
    ended = stage.processes.run(data, *stage.command(phase))
    _assert_told(ended)
    assert published(data) == stage.figures_before
    filler.unlink()
    done(stage.processes.run(data, *stage.command(phase)))
    assert stage.differences(data, phase) == []


def _fill(filler: Path, left: int) -> None:
    """Use up the disk but for `left` bytes."""
    state = os.statvfs(filler.parent)
    with filler.open("wb") as stream:
        stream.write(bytes(max(0, state.f_bavail * state.f_frsize - left)))


def test_a_limit_on_the_size_of_files_is_as_bad_as_a_full_disk(stage: Stage, tmp_path: Path) -> None:
    data = stage.before("ingest", tmp_path / "data")
    ended = stage.processes.run(data, *stage.command("ingest"), fault={"kind": "file-size", "bytes": 2_000})
    _assert_told(ended)
    before = lake_contents(data)
    done(stage.processes.run(data, *stage.command("ingest")))
    assert stage.differences(data, "ingest") == []
    assert before != stage.lake
