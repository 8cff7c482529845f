"""One writer at a time, whoever starts it; a writer that dies lets go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.lock import Busy, writer_lock

HOLD = (
    "import time; from pipelines.lock import writer_lock\nwith writer_lock('nightly run'):\n    print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def holder(data_dir: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], env={**os.environ, "PULSE_DATA_DIR": str(data_dir)}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_writer_is_told_who_works(holder: subprocess.Popen[str]) -> None:
    with pytest.raises(Busy, match=rf"nightly run \(process {holder.pid}\)"), writer_lock("me", wait_seconds=0.1):
        pass


def test_a_second_writer_waits_its_turn(holder: subprocess.Popen[str]) -> None:
    started = time.monotonic()
    holder.kill()
    with writer_lock("me", wait_seconds=20):
        assert time.monotonic() - started < 20


def test_a_killed_writer_lets_go(holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with writer_lock("me", wait_seconds=5):
        pass


def test_within_one_process_too(data_dir: Path) -> None:
    with writer_lock("first"), pytest.raises(Busy, match="first"), writer_lock("second", wait_seconds=0.1):
        pass
    with writer_lock("third", wait_seconds=1):
        pass


def test_an_error_lets_go(data_dir: Path) -> None:
    with pytest.raises(ZeroDivisionError), writer_lock("first"):
        raise ZeroDivisionError
    with writer_lock("second", wait_seconds=1):
        assert "second" in (data_dir / ".writer.txt").read_text(encoding="utf-8")
