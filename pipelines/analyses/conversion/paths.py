"""The ways people take: what they do within a visit, and which channels they come by up to a payment."""

from __future__ import annotations

import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.conversion.rates import wilson
from pipelines.analyses.conversion.tables import PATHS

TOP = 25  # by people, and by people who paid
LONGEST = 6  # later stations are cut off
GOAL = "pay"


def path_tables(visits: pl.DataFrame, touches: pl.DataFrame) -> Tables:
    """The commonest paths of both kinds with their people and the share of them who paid. A person counts once per path."""
    parts = [_ranked(behaviour_paths(visits), "behaviour"), _ranked(channel_paths(touches), "channel")]
    return {"paths": pl.concat(parts)}


def behaviour_paths(visits: pl.DataFrame) -> pl.DataFrame:
    """One row per person and visit: what was done up to the first payment, repeats taken together, and whether it was paid."""
    visit = ["person_key", "visit_key"]
    before = visits.sort(*visit, "occurred_at", "event_key").with_columns(
        (pl.col("step") == GOAL).cast(pl.Int32).cum_sum().over(visit).alias("paid"),
        (pl.col("step") != pl.col("step").shift(1).over(visit)).fill_null(True).alias("is_new"),
    )
    return _joined(before, visit, (pl.col("paid") == 0) & pl.col("is_new"), "step", pl.col("paid").max() > 0)


def channel_paths(touches: pl.DataFrame) -> pl.DataFrame:
    """One row per person and path of touches whose attribution window has ended: the channels, repeats taken together, and whether paid."""
    way = ["person_key", "path_number"]
    whole = touches.filter(pl.col("is_window_complete").last().over(way, order_by="touched_at"))
    ordered = whole.sort(*way, "touched_at", "touch_key").with_columns(
        (pl.col("channel") != pl.col("channel").shift(1).over(way)).fill_null(True).alias("is_new")
    )
    return _joined(ordered, way, pl.col("is_new"), "channel", pl.col("converted_at").is_not_null().any())


def _joined(rows: pl.DataFrame, unit: list[str], kept: pl.Expr, station: str, converted: pl.Expr) -> pl.DataFrame:
    found = rows.group_by(unit, maintain_order=True).agg(pl.col(station).filter(kept).alias("stations"), converted.alias("has_converted"))
    long = pl.when(pl.col("stations").list.len() > LONGEST).then(pl.lit(" > …")).otherwise(pl.lit(""))
    path = pl.col("stations").list.head(LONGEST).list.join(" > ") + long
    return found.filter(pl.col("stations").list.len() > 0).select("person_key", path.alias("path"), "stations", "has_converted")


def _most(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    return rows.filter(pl.col(column) > 0).sort([column, "path"], descending=[True, False]).head(TOP)


def _ranked(found: pl.DataFrame, kind: str) -> pl.DataFrame:
    everybody = found["person_key"].n_unique()
    rows = (
        found.group_by("path", "person_key")
        .agg(pl.col("has_converted").any(), pl.col("stations").list.len().min().alias("length_count"))
        .group_by("path")
        .agg(
            pl.col("length_count").min().cast(pl.Int64),
            pl.len().cast(pl.Int64).alias("people_count"),
            pl.col("has_converted").sum().cast(pl.Int64).alias("converted_people_count"),
        )
    )
    rows = pl.concat([_most(rows, "people_count"), _most(rows, "converted_people_count")]).unique()
    rows = rows.sort(["people_count", "path"], descending=[True, False])
    low, high = wilson(rows["converted_people_count"].to_numpy(), rows["people_count"].to_numpy())
    rows = rows.with_columns(
        pl.lit(kind).alias("path_kind"),
        (pl.col("converted_people_count") / pl.col("people_count")).alias("conversion_rate"),
        pl.Series("conversion_low_rate", low, dtype=pl.Float64),
        pl.Series("conversion_high_rate", high, dtype=pl.Float64),
        (pl.col("people_count") / max(everybody, 1)).alias("share_rate"),
    )
    return rows.select([pl.col(c).cast(t) for c, t in PATHS.items()])
