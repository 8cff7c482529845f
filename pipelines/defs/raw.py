"""Schema `raw`: files of the landing folder into the lake, and the build's views over it."""

import dagster as dg

from pipelines import lake, state, upkeep, warehouse
from pipelines.defs.workspace import Workspace
from pipelines.ingest.landing import take_in_landing
from pipelines.ingest.spec import entity_names
from pipelines.progress import announce
from pipelines.quality.lake_door import guard
from pipelines.quality.run import failures, of_dataset
from pipelines.quality.suites import LAKE
from pipelines.settings import settings

TABLES = ["loads", "rejects", "platforms", "accounts", "quarantined_files", *entity_names()]


class RunConfig(dg.Config):
    """How a run builds: on the last release, or from the lake alone."""

    from_scratch: bool = False


@dg.multi_asset(
    specs=[dg.AssetSpec(["raw", table], group_name="raw", kinds={"parquet"}) for table in TABLES],
    check_specs=[dg.AssetCheckSpec("enters_the_lake", asset=["raw", entity], blocking=True) for entity in LAKE],
    can_subset=False,
)
def raw(context: dg.AssetExecutionContext, config: RunConfig, workspace: Workspace):
    """Landing into the lake, past the first door, and the build's view of it."""
    state.deliver()
    intake = take_in_landing()
    context.log.info(f"{len(intake.loaded)} files loaded, {intake.known} known, {len(intake.quarantined)} quarantined")
    announce("checking what enters the lake")
    door = guard(workspace.run_id, warehouse.unpublished(lake.manifests()), settings().quality)
    for name, reason in door.withdrawn.items():
        context.log.warning(f"{name} was taken out of the lake again: {reason}")
    upkeep.keep_house()
    workspace.start(config.from_scratch)
    warehouse.append_results(workspace.build, door.results)
    yield from (dg.MaterializeResult(asset_key=["raw", table]) for table in TABLES)
    for entity in LAKE:
        own = of_dataset(door.results, entity)
        failed = failures(own)
        metadata = {"expectations": own.height, "failed": "; ".join(failed) or "none"}
        yield dg.AssetCheckResult(asset_key=["raw", entity], check_name="enters_the_lake", passed=not failed, metadata=metadata)


@dg.definitions
def definitions() -> dg.Definitions:
    return dg.Definitions(assets=[raw])
