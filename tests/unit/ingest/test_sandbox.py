"""The limits around reading an uploaded file, tried one by one."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pipelines.ingest import sandbox
from pipelines.ingest.errors import FileProblem

HERE = "tests.unit.ingest.test_sandbox"


def give_back(value: object) -> object:
    return value


def refuse() -> None:
    raise FileProblem("empty_file", "The file is empty.", missing_headers=["标题"])


def go_wrong() -> None:
    raise ZeroDivisionError("a cell says 13800000000")


def take_memory() -> int:
    return len(bytearray(4 * 1024**3))


def work_for_ever(note: str) -> None:
    import subprocess
    import sys

    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(note).write_text(str(child.pid), encoding="utf-8")
    time.sleep(60)


def write_too_much(folder: str) -> None:
    with (Path(folder) / "large").open("wb") as stream:
        stream.truncate(sandbox.MAX_FILE_BYTES)
        stream.seek(0, 2)
        stream.write(b"x" * 4096)


def answer_too_much() -> str:
    return "x" * (sandbox.MAX_ANSWER_BYTES + 1)


def end_at_once() -> None:
    os.abort()


def test_what_a_function_returns_comes_back():
    assert sandbox.run_limited(f"{HERE}:give_back", value={"列": [1, None, 0.5]}) == {"列": [1, None, 0.5]}


def test_a_refusal_comes_back_whole():
    with pytest.raises(FileProblem) as caught:
        sandbox.run_limited(f"{HERE}:refuse")
    assert (caught.value.code, caught.value.missing_headers) == ("empty_file", ["标题"])


def test_a_mistake_of_ours_is_told_without_what_the_file_says(caplog):
    with pytest.raises(FileProblem, match=r"ZeroDivisionError in test_sandbox\.py") as caught:
        sandbox.run_limited(f"{HERE}:go_wrong")
    assert "138" not in str(caught.value) + caplog.text


@pytest.mark.parametrize("function", ["take_memory", "answer_too_much", "end_at_once"])
def test_a_limit_that_is_reached_is_a_sentence(function):
    with pytest.raises(FileProblem) as caught:
        sandbox.run_limited(f"{HERE}:{function}")
    assert caught.value.code == "too_heavy"


def test_no_file_grows_beyond_its_limit(tmp_path):
    with pytest.raises(FileProblem, match="1 GB"):
        sandbox.run_limited(f"{HERE}:write_too_much", folder=str(tmp_path))


def test_a_file_that_takes_too_long_is_left_with_all_that_it_started(tmp_path):
    note = tmp_path / "child"
    with pytest.raises(FileProblem, match="took longer"):
        sandbox.run_limited(f"{HERE}:work_for_ever", seconds=10, note=str(note))
    time.sleep(0.2)
    state = Path(f"/proc/{note.read_text()}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_a_process_that_waits_gives_the_same_answers(monkeypatch):
    monkeypatch.setattr(sandbox, "_spare", sandbox._Spare())
    sandbox.keep_ready("json")
    waiting = sandbox._spare.process
    assert waiting is not None
    assert sandbox.run_limited(f"{HERE}:give_back", value=1) == 1
    assert waiting.returncode == 0
    waiting.wait()
    second = sandbox._spare.process
    assert second is not None and second.pid != waiting.pid
    second.kill()
    second.wait()
    assert sandbox.run_limited(f"{HERE}:give_back", value=2) == 2  # one that died is not asked
    third = sandbox._spare.process
    assert third is not None
    third.communicate(b"")
    assert third.returncode == 0  # nobody asks: it ends by itself


def test_the_settings_of_the_caller_hold(monkeypatch, tmp_path):
    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path))
    assert sandbox.run_limited("os:getenv", key="PULSE_DATA_DIR") == str(tmp_path)
