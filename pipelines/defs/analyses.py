"""Schema `analyses`: read from the build, call a pure function, write the result."""

from collections.abc import Iterator

import dagster as dg

from pipelines import warehouse
from pipelines.analyses.analysis import Analysis, analyses
from pipelines.defs.workspace import Workspace
from pipelines.progress import announce


def _asset(analysis: Analysis) -> dg.AssetsDefinition:
    deps = [table.split(".") for table in analysis.tables_read]
    specs = [dg.AssetSpec(["analyses", table], deps=deps, group_name="analyses", kinds={"python"}) for table in analysis.writes]

    @dg.multi_asset(specs=specs, name=analysis.name, can_subset=False)
    def run(workspace: Workspace) -> Iterator[dg.MaterializeResult]:
        announce(f"analysis: {analysis.name.replace('_', ' ')}")
        frames = {argument: warehouse.read_frame(workspace.build, query) for argument, query in analysis.reads.items()}
        for table, frame in analysis.run(frames).items():
            warehouse.write_table(workspace.build, f"analyses.{table}", frame)
            yield dg.MaterializeResult(asset_key=["analyses", table], metadata={"rows": frame.height})

    return run


@dg.definitions
def definitions() -> dg.Definitions:
    return dg.Definitions(assets=[_asset(analysis) for analysis in analyses()])
