"""Schema `analyses`: read from the build, call a pure function, write the result."""

import dagster as dg

from pipelines import warehouse
from pipelines.defs.workspace import Workspace
from pipelines.progress import announce


def _specs(tables: list[str], reads: str) -> list[dg.AssetSpec]:
    return [dg.AssetSpec(["analyses", table], deps=[reads.split("/")], group_name="analyses", kinds={"python"}) for table in tables]


SEGMENT_TABLES = ["user_segments", "segment_profiles", "segment_features", "segment_candidates", "segment_centroids", "segment_cutpoints"]


@dg.multi_asset(specs=_specs(SEGMENT_TABLES, "intermediate/int_person_features"), can_subset=False)
def segments(workspace: Workspace):
    """User segments, their profiles and what the next run needs to keep their ids."""
    from pipelines.analyses.user_segments import SegmentMemory, segment_people

    announce("finding user segments")
    features = warehouse.read_frame(workspace.build, "select * from intermediate.int_person_features order by person_key")
    memory = SegmentMemory(
        warehouse.read_frame(workspace.build, "select * from analyses.segment_centroids"),
        warehouse.read_frame(workspace.build, "select * from analyses.segment_cutpoints"),
    )
    result = segment_people(features, memory)
    tables = {
        "user_segments": result.segments,
        "segment_profiles": result.profiles,
        "segment_features": result.features,
        "segment_candidates": result.candidates,
        "segment_centroids": result.memory.centroids,
        "segment_cutpoints": result.memory.cutpoints,
    }
    for table, frame in tables.items():
        warehouse.write_table(workspace.build, f"analyses.{table}", frame)
        yield dg.MaterializeResult(asset_key=["analyses", table], metadata={"rows": frame.height})


@dg.multi_asset(specs=_specs(["time_series", "forecasts", "forecast_scores"], "intermediate/int_daily_series"), can_subset=False)
def series(workspace: Workspace):
    """Trend, season, anomalies and forecasts of every daily series."""
    from pipelines.analyses.forecasts import forecasts
    from pipelines.analyses.time_series import decompose

    announce("decomposing and forecasting series")
    daily = warehouse.read_frame(workspace.build, "select * from intermediate.int_daily_series order by series_key, business_date")
    calendar = warehouse.read_frame(workspace.build, "select * from core.dim_dates order by date")
    ahead, scores = forecasts(daily, calendar)
    for table, frame in {"time_series": decompose(daily, calendar), "forecasts": ahead, "forecast_scores": scores}.items():
        warehouse.write_table(workspace.build, f"analyses.{table}", frame)
        yield dg.MaterializeResult(asset_key=["analyses", table], metadata={"rows": frame.height})


@dg.definitions
def definitions() -> dg.Definitions:
    return dg.Definitions(assets=[segments, series])
