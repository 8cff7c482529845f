"""Schema `quality`: the audit at the second door, and the release it lets through."""

from datetime import UTC, datetime

import dagster as dg

from pipelines import publish, warehouse
from pipelines.defs.workspace import Workspace
from pipelines.progress import announce
from pipelines.quality import run as quality
from pipelines.quality.suites import RELEASE
from pipelines.settings import settings

MARTS = [dg.AssetKey(["marts", mart]) for mart in RELEASE]


@dg.multi_asset(
    specs=[dg.AssetSpec(["quality", "expectation_results"], deps=MARTS, group_name="quality")],
    check_specs=[dg.AssetCheckSpec("fit_to_publish", asset=["quality", "expectation_results"], blocking=True)],
)
def expectation_results(workspace: Workspace):
    """The second door: what every mart must fulfil before it is published."""
    announce("auditing the marts")
    frames = {mart: warehouse.read_frame(workspace.build, f"select * from marts.{mart} limit {quality.MAX_ROWS}") for mart in RELEASE}
    results = quality.check(workspace.run_id, "release", frames, RELEASE, settings().quality)
    warehouse.append_results(workspace.build, results)
    failed = quality.failures(results)
    key = ["quality", "expectation_results"]
    yield dg.MaterializeResult(asset_key=key, metadata={"expectations": results.height})
    yield dg.AssetCheckResult(
        asset_key=key, check_name="fit_to_publish", passed=not failed, metadata={"failed": "; ".join(failed) or "none"}
    )


@dg.asset(key=["quality", "release"], deps=[["quality", "expectation_results"]], group_name="quality")
def release(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:
    """The published release: the build under its own name, with the link pointing at it."""
    announce("publishing")
    build = workspace.build
    release_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    warehouse.stamp(build, release_id, workspace.run_id)
    path = publish.publish(build, release_id)
    context.log.info(f"published {path.name}")
    return dg.MaterializeResult(metadata={"release": release_id, "path": str(path)})


@dg.definitions
def definitions() -> dg.Definitions:
    return dg.Definitions(assets=[expectation_results, release])
