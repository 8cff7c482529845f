"""Assets `api/<connector>`: a platform's API by day. Redoing a day and filling in a past span are runs of their partitions."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from pipelines.connectors.catalogue import connectors
from pipelines.connectors.model import Connector, Window
from pipelines.connectors.pull import Outcome, first_due_day, pull

FIRST_DAY = "2022-01-01"  # partitions begin here; `pulse pull --from` reaches further back
DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, timezone="Asia/Shanghai", end_offset=1)


class PullConfig(dg.Config):
    """What a run of a partition means."""

    only_due: bool = False  # the schedule's runs; a person's run pulls its days whether they were pulled before or not


def _asset(connector: Connector) -> dg.AssetsDefinition:
    @dg.asset(
        key=["api", connector.name],
        group_name="api",
        kinds={"api"},
        partitions_def=DAYS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        output_required=False,
        description=f"Pages of {connector.name} as received, one file per endpoint, account and window, put into landing.",
        metadata={"endpoints": ", ".join(e.name for e in connector.endpoints)},
    )
    def pages(context: dg.AssetExecutionContext, config: PullConfig) -> Iterator[dg.MaterializeResult]:
        first, last = context.partition_key_range
        asked = None if config.only_due else Window(date.fromisoformat(first), date.fromisoformat(last))
        outcomes = pull(connector.name, asked=asked)
        for outcome in outcomes:
            told = context.log.error if outcome.status in ("failed", "authorise") else context.log.info
            told(outcome.sentence)
        bad = [o.sentence for o in outcomes if o.status in ("failed", "authorise")]
        if bad:
            raise dg.Failure("; ".join(bad[:3]) + (f" … and {len(bad) - 3} more" if len(bad) > 3 else ""), allow_retries=False)
        if _is_complete(outcomes):
            files, calls = sum(o.file is not None for o in outcomes), sum(o.call_count for o in outcomes)
            yield dg.MaterializeResult(metadata={"files": files, "calls": calls})

    return pages


def _is_complete(outcomes: list[Outcome]) -> bool:
    """A day counts as done only when all of it came: not when the quota ran out, figures are late or nothing is configured."""
    return bool(outcomes) and all(o.status in ("pulled", "nothing") for o in outcomes)


ASSETS = [_asset(connector) for connector in connectors().values()]
api_pages = dg.define_asset_job(
    "api_pages", selection=dg.AssetSelection.key_prefixes("api"), partitions_def=DAYS, tags={"dagster/max_runtime": 7200}
)


# Before the morning run, and after the platforms have yesterday complete (公众号 08:00, 抖音 10:00).
@dg.schedule(job=api_pages, cron_schedule="5 10 * * *", execution_timezone="Asia/Shanghai", default_status=dg.DefaultScheduleStatus.RUNNING)
def every_morning_before(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
    """One run per connector that has credentials, over the days that are due."""
    today = context.scheduled_execution_time.date()
    requests = []
    for connector in connectors().values():
        start = first_due_day(connector)
        if start is not None:
            begin = max(min(start, today), date.fromisoformat(FIRST_DAY))
            requests.append(
                dg.RunRequest(
                    run_key=f"{connector.name}.{today}",
                    asset_selection=[dg.AssetKey(["api", connector.name])],
                    run_config=dg.RunConfig(ops={f"api__{connector.name}": PullConfig(only_due=True)}),
                    tags={"dagster/asset_partition_range_start": str(begin), "dagster/asset_partition_range_end": str(today)},
                )
            )
    return requests or dg.SkipReason("No connector has credentials and something left to pull; see docs/connectors.md.")


@dg.definitions
def definitions() -> dg.Definitions:
    return dg.Definitions(assets=ASSETS, jobs=[api_pages], schedules=[every_morning_before])
