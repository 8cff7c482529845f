"""One whole pipeline run, started from a command: the same Dagster job that the schedule and the sensor start."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines import lake, publish, state, warehouse
from pipelines.ingest.landing import pending_files
from pipelines.settings import PROJECT_DIR, settings


class RunFailed(Exception):
    """The run ended without a release; the last good one stays published."""


@dataclass
class Outcome:
    """What a run left: the published release and whether it is new."""

    release: Path
    is_new: bool


def run_pipeline(force: bool = False, from_scratch: bool = False) -> Outcome:
    """Take in what landed, build, audit, publish. Does nothing at all when nothing is new, unless forced."""
    state.deliver()
    if not (force or from_scratch) and not pending_files() and warehouse.is_up_to_date(lake.manifests()):
        release = warehouse.current_release()
        assert release is not None  # is_up_to_date() has just read it
        return Outcome(release, is_new=False)
    _check_disk()
    before = warehouse.current_release()
    _execute_job(from_scratch)
    release = warehouse.current_release()
    if release is None or release == before:
        raise RunFailed("The run ended without publishing; see the Dagster run for the reason.")
    return Outcome(release, is_new=True)


def prepare_dagster_home() -> Path:
    """The folder Dagster keeps its runs in, with our settings in it; sets DAGSTER_HOME."""
    home = settings().dagster_home
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists():
        shutil.copyfile(PROJECT_DIR / "pipelines" / "dagster.yaml", config)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["PULSE_DATA_DIR"] = str(settings().root)
    return home


def _check_disk() -> None:
    """A run needs room for a copy of the warehouse; better to say so now than to fail half-way."""
    settings().root.mkdir(parents=True, exist_ok=True)
    needed, free = publish.needed_bytes(), publish.free_bytes()
    if free < needed:
        raise RunFailed(
            f"Only {free / 1e9:.1f} GB are free in {settings().root}; a run needs {needed / 1e9:.1f} GB. Free some space first."
        )


def _execute_job(from_scratch: bool) -> None:
    home = prepare_dagster_home()
    import dagster as dg

    from pipelines.definitions import defs

    job = defs().resolve_job_def("pulse")
    config = {
        "ops": {"raw": {"config": {"from_scratch": from_scratch}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},  # the step that failed is reported in one sentence
    }
    with dg.DagsterInstance.from_config(str(home)) as instance:
        result = job.execute_in_process(instance=instance, run_config=config, raise_on_error=False)
        if not result.success:
            raise RunFailed(_first_failure(result))


def _first_failure(result: Any) -> str:
    """The innermost reason of the first failed step, in one sentence."""
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            reason = (error.message if error else "unknown").strip().splitlines()
            return f"Step {event.step_key} failed: {reason[-1] if reason else 'unknown'}"
        if event.event_type_value == "PIPELINE_FAILURE" and event.message:
            return event.message
    return "The run failed; see the Dagster run for the reason."
