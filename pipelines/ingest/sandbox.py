"""Runs a function on an uploaded file in a process of its own, with limits: a file made to fill the memory stops only that."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.old_workbook import MAX_MEMORY_BYTES as OLD_WORKBOOK_BYTES

MAX_MEMORY_BYTES = 1536 * 1024**2
MAX_FILE_BYTES = 1024**3
MAX_OPEN_FILES = 256
MAX_SECONDS = 90  # on the wall
MAX_CPU_SECONDS = 120  # of all threads
CPUS = 2  # each thread of a reader reserves memory; on a large machine those alone would reach the limit


class Failed(RuntimeError):
    """The function itself went wrong, not the file: our mistake, with its traceback's last line."""


def run_limited(function: str, seconds: float = MAX_SECONDS, **arguments: Any) -> Any:
    """What `module:function` returns for these arguments, all JSON. FileProblem when it refuses the file or is stopped by a limit."""
    with tempfile.TemporaryDirectory(prefix="pulse-limited-") as scratch:
        answer, errors = Path(scratch) / "answer.json", Path(scratch) / "errors.txt"
        request = json.dumps({"function": function, "arguments": arguments, "answer": str(answer)}, default=str)
        # The function's own scratch files go with ours, also when it is killed.
        environment = os.environ | {"TMPDIR": scratch, "MALLOC_ARENA_MAX": "2", "PYTHONIOENCODING": "utf-8"}
        with errors.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.ingest.sandbox"],
                stdin=subprocess.PIPE,
                stdout=stream,
                stderr=stream,
                env=environment,
                start_new_session=True,
            )
            try:
                process.communicate(request.encode(), timeout=seconds)
            except subprocess.TimeoutExpired:
                _kill(process)
                raise _too_heavy(f"it took longer than {seconds:.0f} seconds") from None
            except BaseException:
                _kill(process)
                raise
        if process.returncode != 0 or not answer.exists():
            raise _too_heavy(_how_it_ended(process.returncode))
        return _unpacked(json.loads(answer.read_text(encoding="utf-8")))


def _kill(process: subprocess.Popen[bytes]) -> None:
    """The process with everything it has started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:  # Windows
        process.kill()
    process.wait()


def _how_it_ended(code: int) -> str:
    if code == -getattr(signal, "SIGXCPU", 0):
        return "it used too much processor time"
    if code == -getattr(signal, "SIGXFSZ", 0):
        return "it unpacks to more than 1 GB"
    return "it needs more memory than one file may take"


def _too_heavy(reason: str) -> FileProblem:
    return FileProblem(
        "too_heavy",
        f"This file cannot be read here: {reason}. If it is a real export, choose a shorter period, export it again as csv and try that.",
    )


def _unpacked(answer: dict[str, Any]) -> Any:
    if "problem" in answer:
        raise FileProblem(**answer["problem"])
    if "failure" in answer:
        raise Failed(answer["failure"])
    return answer["result"]


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit holds there too
        return
    # The hard limit leaves room for the reader of old workbooks, which sets a limit of its own.
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, max(MAX_MEMORY_BYTES, OLD_WORKBOOK_BYTES)))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_OPEN_FILES, MAX_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it and would go on with a file cut short
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CPUS])


def _main() -> None:
    request = json.loads(sys.stdin.buffer.read())
    _limit()
    module, name = request["function"].split(":")
    try:
        answer = {"result": getattr(importlib.import_module(module), name)(**request["arguments"])}
    except FileProblem as problem:
        answer = {"problem": asdict(problem)}
    except MemoryError:
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - raised again in the process that asked
        answer = {"failure": f"{type(error).__name__}: {error}"}
    Path(request["answer"]).write_text(json.dumps(answer, ensure_ascii=False, default=str), encoding="utf-8")


if __name__ == "__main__":
    _main()
