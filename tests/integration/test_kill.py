"""`kill -9` in the middle of a run: the last release stays readable, and running again gives the undisturbed warehouse."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.integration.conftest import PROJECT, figures, rows, run_pulse

# What the run has done when it is killed: a line it prints, and a little while after it.
MOMENTS = [("taking in files", 0.2), ("building core and marts", 1.0), ("publishing", 0.0)]


def _start(data: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PULSE_DATA_DIR": str(data), "PULSE_SETTLE_SECONDS": "0"}
    command = [sys.executable, "-m", "pipelines.cli", "run"]
    return subprocess.Popen(
        command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )


def _kill_at(data: Path, step: str, later: float) -> None:
    process = _start(data)
    assert process.stderr is not None
    for line in process.stderr:
        if step in line:
            break
    else:
        raise AssertionError(f"the run ended before it said '{step}'")
    time.sleep(later)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# Topics are frozen once found: here on the first half of the texts, there on all of them.
FROZEN = {"marts.mart_topics", "marts.mart_negative_items"}


def test_killed_runs_leave_the_last_release_and_no_trace(demo: Path, tmp_path: Path) -> None:
    undisturbed = figures(demo)
    data = tmp_path / "data"
    landing = [path for path in sorted((demo / "simulated").rglob("*.*")) if path.name != "truth.json"]
    half = landing[: len(landing) // 2]
    for path in half:
        target = data / "landing" / path.relative_to(demo / "simulated")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    shutil.copy2(demo / "pseudonym.key", data / "pseudonym.key")
    run_pulse(data, "run")
    before = rows(data, "select release_id from quality.release")
    shutil.copytree(demo / "simulated", data / "landing", dirs_exist_ok=True)
    for step, later in MOMENTS:
        _kill_at(data, step, later)
        assert rows(data, "select release_id from quality.release") == before, f"a run killed at '{step}' changed the release"
    run_pulse(data, "run")
    after = figures(data)
    assert {t for t in undisturbed if undisturbed[t] != after[t]} <= FROZEN
    assert not any((data / "build").glob("*")), "a finished run leaves no build behind"


def test_half_written_load_packages_are_invisible(demo_copy: Path) -> None:
    for name in ("lake/loads/.half.json.123.tmp", "lake/post_snapshots/0123456789abcdef.parquet"):
        (demo_copy / name).write_bytes(b"half")
    before = figures(demo_copy)
    run_pulse(demo_copy, "run", "--force")
    assert figures(demo_copy) == before
