"""Runs a function on an uploaded file in a process of its own, with limits: a file made to fill the memory stops only that."""

from __future__ import annotations

import importlib
import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.old_workbook import MAX_MEMORY_BYTES as OLD_WORKBOOK_BYTES

log = logging.getLogger(__name__)

MAX_MEMORY_BYTES = 1536 * 1024**2
MAX_FILE_BYTES = 1024**3
MAX_ANSWER_BYTES = 16 * 1024**2  # the caller holds it
MAX_OPEN_FILES = 256
MAX_SECONDS = 90  # on the wall
MAX_CPU_SECONDS = 120  # of all threads
CPUS = 2  # each thread of a reader reserves memory; on a large machine those alone would reach the limit
IDLE_SECONDS = 900  # how long a process that nobody needs is kept ready


class _Spare:
    """One process that has imported its modules and waits for a file: importing takes longer than most files."""

    def __init__(self) -> None:
        self.modules: tuple[str, ...] = ()
        self.process: subprocess.Popen[bytes] | None = None
        self.lock = threading.Lock()

    def take(self) -> subprocess.Popen[bytes]:
        with self.lock:
            ready, self.process = self.process, None
        return ready if ready is not None and ready.poll() is None else _start(self.modules)

    def refill(self) -> None:
        with self.lock:
            if self.modules and (self.process is None or self.process.poll() is not None):
                self.process = _start(self.modules)


_spare = _Spare()


def keep_ready(*modules: str) -> None:
    """From now on have a process wait with these modules imported. For programs that live on, as the app does."""
    _spare.modules = modules
    _spare.refill()


def run_limited(function: str, seconds: float = MAX_SECONDS, **arguments: Any) -> Any:
    """What `module:function` returns for these arguments, all JSON. FileProblem when it refuses the file or is stopped by a limit."""
    with tempfile.TemporaryDirectory(prefix="pulse-limited-") as scratch:
        answer = Path(scratch) / "answer.json"
        knobs = {name: value for name, value in os.environ.items() if name.startswith("PULSE_")}
        request = {"function": function, "arguments": arguments, "scratch": scratch, "answer": str(answer), "environment": knobs}
        process = _spare.take()
        try:
            process.communicate(json.dumps(request, default=str).encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise _too_heavy(f"it took longer than {seconds:.0f} seconds") from None
        except BaseException:
            _kill(process)
            raise
        finally:
            _spare.refill()
        if process.returncode != 0 or not answer.exists():
            raise _too_heavy(_how_it_ended(process.returncode))
        if answer.stat().st_size > MAX_ANSWER_BYTES:
            raise _too_heavy("it has far too many columns")
        return _unpacked(json.loads(answer.read_text(encoding="utf-8")))


def _start(modules: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.ingest.sandbox", *modules],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"MALLOC_ARENA_MAX": "2", "PYTHONIOENCODING": "utf-8"},
        start_new_session=True,
    )


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
        log.error("reading an uploaded file failed: %s", answer["failure"])
        raise FileProblem("unreadable", f"Reading this file failed ({answer['failure']}). Please report it; nothing was taken in.")
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


def _request() -> bytes:
    """What is to be done; nothing when nobody asks for long or the program that would ask has ended."""
    if os.name == "posix" and not select.select([sys.stdin.buffer], [], [], IDLE_SECONDS)[0]:
        return b""
    return sys.stdin.buffer.read()


def _main(modules: list[str]) -> None:
    _limit()
    for module in modules:
        importlib.import_module(module)
    asked = _request()
    if not asked:
        return
    request = json.loads(asked)
    os.environ.update(request["environment"])
    tempfile.tempdir = request["scratch"]  # goes with the caller's folder, also when this process is killed
    module, name = request["function"].split(":")
    try:
        answer = {"result": getattr(importlib.import_module(module), name)(**request["arguments"])}
    except FileProblem as problem:
        answer = {"problem": asdict(problem)}
    except (MemoryError, RecursionError):
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - whatever a made-up file brings about, the process that asked gets to know
        place = traceback.extract_tb(error.__traceback__)[-1]
        answer = {"failure": f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"}  # its text may quote the file
    Path(request["answer"]).write_text(json.dumps(answer, ensure_ascii=False, default=str), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])
