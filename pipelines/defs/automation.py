"""When runs start by themselves: every morning, and when something new lies in the landing folder."""

import hashlib

import dagster as dg

from pipelines.ingest.landing import pending_files

# A retry starts over: a build belongs to one run and is not continued by another.
# It needs no network: what comes from the platforms' APIs is pulled by jobs of its own.
pulse = dg.define_asset_job(
    "pulse",
    selection=dg.AssetSelection.all() - dg.AssetSelection.key_prefixes("api"),
    tags={"dagster/retry_strategy": "ALL_STEPS", "dagster/max_runtime": 14400},
)

# Platforms have yesterday complete by about 10:00.
morning = dg.ScheduleDefinition(
    name="every_morning",
    job=pulse,
    cron_schedule="30 10 * * *",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


@dg.sensor(job=pulse, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def landing_folder(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One run per new state of the landing folder, started when it has not changed between two looks (copying has ended)."""
    files = pending_files()
    if not files:
        return dg.SkipReason("nothing new in the landing folder")
    state = "|".join(f"{p}:{p.stat().st_size}:{p.stat().st_mtime_ns}" for p in files)
    signature = hashlib.sha256(state.encode()).hexdigest()[:16]
    if context.cursor != signature:
        context.update_cursor(signature)
        return dg.SkipReason(f"{len(files)} new files; waiting until they are complete")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=signature)], cursor=signature)


@dg.definitions
def definitions() -> dg.Definitions:
    return dg.Definitions(jobs=[pulse], schedules=[morning], sensors=[landing_folder])
