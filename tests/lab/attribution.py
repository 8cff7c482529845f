"""Credit by channel against planted increments: descriptive models and the incremental estimate."""

from __future__ import annotations

import polars as pl

from pipelines.analyses.analysis import empty
from pipelines.simulate import journeys
from pipelines.simulate.answers import answers
from pipelines.simulate.world import World
from tests.lab.measures import Measures

ACTIVITY_COUNTS = ("event_count", "view_count", "engagement_count", "visit_count", "pay_count")


def score_attribution(world: World, measures: Measures) -> None:
    """Sum of absolute differences between each model's shares and the planted ones, and the credit of the channel without any effect."""
    from pipelines.analyses.conversion.attribution import attribution_tables

    no_activity = empty({"person_key": pl.String, "business_date": pl.Date} | dict.fromkeys(ACTIVITY_COUNTS, pl.Int64))
    touches = (
        journeys.touchpoints(world)
        .with_row_index("touch_key")
        .with_columns(pl.col("touch_key").cast(pl.String), is_window_complete=pl.lit(value=True))
    )
    found = attribution_tables(touches, no_activity)["attribution"]
    truth = answers(world).channel_increments.select("channel", true="share")
    for (model,), rows in found.filter(pl.col("channel").is_not_null()).group_by("model", maintain_order=True):
        both = truth.join(rows.select("channel", "share_rate"), on="channel", how="left")
        if both["share_rate"].null_count() < both.height:
            distance = (both["share_rate"].fill_null(0.0) - both["true"]).abs().sum()
            measures.add(f"attribution: distance of {model} from the planted shares", distance)
            if model in ("last", "last_touch", "incremental"):
                measures.add(
                    f"attribution: {model} credit of search (true 0)", both.filter(pl.col("channel") == "search")["share_rate"][0] or 0.0
                )
