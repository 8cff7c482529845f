"""Runs `pulse …` many times over, each time in a fresh process: one process imports the project and forks for every request.

A fork costs a tenth of starting Python anew. `python -m tests.faults.processes` is that process; tests talk to it through `Processes`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class Ended:
    """How a process ended: its exit code (negative: the signal), what it printed, its largest memory in bytes."""

    code: int
    stdout: str
    stderr: str
    memory: int


class Processes:
    """Starts processes by request. Use as a context manager."""

    def __init__(self, scratch: Path, environment: dict[str, str] | None = None, whole_runs: bool = False) -> None:
        self.scratch = scratch
        self.scratch.mkdir(parents=True, exist_ok=True)
        own = {**os.environ, "PULSE_SETTLE_SECONDS": "0", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", **(environment or {})}
        own.pop("DAGSTER_HOME", None)
        self._log = (scratch / "processes.log").open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.processes", *(["whole-runs"] if whole_runs else [])],
            cwd=PROJECT,
            env=own,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def run(self, data: Path, *arguments: str, fault: dict[str, Any] | None = None, seconds: int = 300) -> Ended:
        """`pulse ARGUMENTS` on a data folder, with a fault. `release` publishes what is in the lake without dbt."""
        request = {"data": str(data), "arguments": arguments, "fault": fault, "scratch": str(self.scratch), "seconds": seconds}
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the process that starts the others has ended; see {self._log.name}"
        ended = json.loads(answer)
        printed = {name: (self.scratch / f"{name}.txt").read_text(encoding="utf-8", errors="replace") for name in ("stdout", "stderr")}
        return Ended(ended["code"], printed["stdout"], printed["stderr"], ended["memory"])

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *reason: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()
        self._log.close()


def release_without_models() -> None:
    """Everything a run does with a build but dbt and the analyses: copy or begin it, stamp it, audit it, publish it."""
    from datetime import UTC, datetime

    from pipelines import lake, publish, upkeep, warehouse
    from pipelines.lock import writer_lock
    from pipelines.quality.run import RESULT_SCHEMA
    from pipelines.settings import settings

    with writer_lock("test"):
        upkeep.keep_house()
        build = settings().build / "test.duckdb"
        warehouse.begin_build(build, lake.manifests())
        warehouse.append_results(build, pl_frame(RESULT_SCHEMA))
        with warehouse.connect(build) as connection:
            connection.execute("create schema if not exists core; create schema if not exists marts")
            connection.execute(
                "create or replace table core.fct_posts as select * exclude (load_id, extra) from raw.post_snapshots order by all"
            )
            connection.execute(
                "create or replace table marts.mart_days as select business_date, view_count from raw.account_days order by all"
            )
        release_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        warehouse.stamp(build, release_id, "test")
        publish.publish(build, release_id)


def pl_frame(schema: Any) -> Any:
    """An empty frame."""
    import polars as pl

    return pl.DataFrame(schema=schema)


def _child(request: dict[str, Any]) -> None:
    """In the fork: never returns."""
    import signal

    from tests.faults import interference

    signal.alarm(request["seconds"])
    for number, name in ((1, "stdout"), (2, "stderr")):
        target = os.open(Path(request["scratch"]) / f"{name}.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(target, number)
    os.environ["PULSE_DATA_DIR"] = request["data"]
    if request["arguments"][0] == "run":
        interference.without_data_tests()
    interference.install(request["fault"])
    from pipelines.cli import app, plain_errors

    code: Any = 0
    try:
        if request["arguments"] == ["release"]:
            with plain_errors():
                release_without_models()
        else:
            app(request["arguments"], standalone_mode=True)
    except SystemExit as ended:
        code = ended.code
    except BaseException as error:  # noqa: BLE001 - the end of this process: as Python itself would end
        if type(error).__name__ == "Exit":
            code = error.exit_code  # type: ignore[attr-defined]
        else:
            sys.excepthook(type(error), error, error.__traceback__)
            code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def _serve(whole_runs: bool) -> None:
    """Answer requests until nobody asks any more. Whatever takes threads is imported, not used: a fork keeps only one of them."""
    import fastexcel  # noqa: F401
    import lxml.html  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.dataset  # noqa: F401

    import pipelines.cli
    import pipelines.forget
    import pipelines.ingest.landing
    import pipelines.publish
    import pipelines.quality.run
    import pipelines.run
    import pipelines.upkeep
    import pipelines.warehouse
    from tests.faults import interference  # noqa: F401

    if whole_runs:
        import dagster_dbt  # noqa: F401
        import dbt.adapters.duckdb.impl
        import dbt.cli.main  # noqa: F401
        import great_expectations  # noqa: F401

        import pipelines.transform  # noqa: F401

    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _child(request)
        _, status, usage = os.wait4(child, 0)
        code = os.waitstatus_to_exitcode(status)
        sys.stdout.write(json.dumps({"code": code, "memory": usage.ru_maxrss * 1024}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve(whole_runs="whole-runs" in sys.argv)
