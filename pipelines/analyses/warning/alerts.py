"""Alerts: where negative mentions rise beyond what their usual share of the traffic brings, hourly and daily, within an alert budget.

A peak of traffic with an ordinary share of negatives (one's own sale, a hit) is a note, not an alert; so is the first day of a new source.
Method: seasonal negative-binomial tail with traffic offset, threshold by alert budget, see `detector`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Schema, Tables, empty
from pipelines.analyses.statistics import Array
from pipelines.analyses.warning.detector import (
    LEARNING_DAYS,
    budget_threshold,
    first_of_each,
    nanmedian,
    seasonal_scores,
    surges,
)
from pipelines.analyses.warning.tables import ALERT_SCORES, ALERTS

BUDGET = 1.0  # steps a week beyond the threshold over all streams of a frequency: they cluster, so about a third of an alert a week
EVERYWHERE_SHARE = 0.8  # of the budget for the stream of all platforms together; the platforms share the rest
SUSPICIOUS_SHARE_Z = 3.0
EXAMPLES = 5
QUIET_DAYS_OUTSIDE = 3  # an empty day among days with at least this many mentions was not collected
INCIDENT_HOURS = 72  # how long an incident lasts when nobody wrote down its end
STREAM_COLUMNS = {"stream": pl.String, "at": pl.Datetime("us", "UTC"), "total": pl.Float64, "negative": pl.Float64}


@dataclass(frozen=True)
class Frequency:
    """A step's name and length, steps a season, seasons of history, steps a week, and the refractory period in steps."""

    name: str
    step: timedelta
    season: int
    seasons: int
    per_week: int
    refractory: int


HOURLY = Frequency("hour", timedelta(hours=1), 24, 21, 168, 12)
DAILY = Frequency("day", timedelta(days=1), 7, 8, 7, 2)


def alert_tables(texts: pl.DataFrame, statements: pl.DataFrame) -> Tables:
    """`alerts` (one row per alert or note) and `alert_scores` (one row per frequency) from labelled texts and the log of incidents.

    `texts` needs text_key, platform, created_at, sentiment, categories; unlabelled texts count as traffic only.
    """
    incidents = confirmed_incidents(statements)
    known = texts.filter(pl.col("created_at").is_not_null())
    if known.is_empty():
        return {"alerts": empty(ALERTS), "alert_scores": empty(ALERT_SCORES)}
    found, scores = [], []
    for frequency in (HOURLY, DAILY):
        counts = streams(known, frequency)
        alerts = find_alerts(counts, frequency, incidents)
        found.append(alerts)
        scores.append(score_alerts(alerts, counts, frequency, incidents))
    # One crisis is one alert: the daily look adds only what no hourly alert of the days around has told.
    merged = without_repeats(found[0], found[1])
    return {"alerts": with_examples(merged, known), "alert_scores": pl.concat(scores)}


def confirmed_incidents(statements: pl.DataFrame) -> pl.DataFrame:
    """incident, starts_at, ends_at from the log of crises: first to last record, three days where no end is written."""
    closed = pl.col("occurred_at").filter(pl.col("timeline_type") == "closed").max()
    return (
        statements.group_by("incident")
        .agg(starts_at=pl.col("occurred_at").min(), ends_at=closed)
        .with_columns(ends_at=pl.coalesce("ends_at", pl.col("starts_at") + pl.duration(hours=INCIDENT_HOURS)))
        .with_columns(pl.col("starts_at", "ends_at").dt.convert_time_zone("UTC"))
        .sort("starts_at", "incident")
    )


def streams(texts: pl.DataFrame, frequency: Frequency) -> pl.DataFrame:
    """Mentions and negative mentions per stream ("all", each platform) and step without gaps; NULL where a day was not collected."""
    every = "1h" if frequency is HOURLY else "1d"
    counted = (
        texts.with_columns(at=pl.col("created_at").dt.convert_time_zone("UTC").dt.truncate(every))
        .group_by("platform", "at")
        .agg(total=pl.len().cast(pl.Float64), negative=(pl.col("sentiment") == "negative").sum().cast(pl.Float64))
        .rename({"platform": "stream"})
    )
    return fill_steps(counted, frequency)


def fill_steps(counted: pl.DataFrame, frequency: Frequency) -> pl.DataFrame:
    """The same counts (stream, at, total, negative) as a grid, with the stream "all". A stream begins with its first mention."""
    every = "1h" if frequency is HOURLY else "1d"
    whole = counted.group_by("at").agg(pl.col("total", "negative").sum()).with_columns(stream=pl.lit("all"))
    counted = pl.concat([counted.select(list(STREAM_COLUMNS)), whole.select(list(STREAM_COLUMNS))])
    last = counted["at"].max()
    grid = (
        counted.group_by("stream")
        .agg(at=pl.datetime_ranges(pl.col("at").min().dt.truncate("1d"), pl.lit(last), every).first())
        .explode("at", empty_as_null=True)
    )
    day = pl.col("at").dt.truncate("1d")
    filled = (
        grid.join(counted, on=["stream", "at"], how="left")
        .with_columns(pl.col("total", "negative").fill_null(0.0))
        .with_columns(of_day=pl.col("total").sum().over("stream", day))
    )
    usual = filled.group_by("stream", day.alias("day")).agg(pl.col("total").sum()).group_by("stream").agg(usual=pl.col("total").median())
    missing = (pl.col("of_day") == 0) & (pl.col("usual") >= QUIET_DAYS_OUTSIDE)
    return (
        filled.join(usual, on="stream")
        .with_columns(pl.when(~missing).then(pl.col("total", "negative")))
        .select(list(STREAM_COLUMNS))
        .sort("stream", "at")
    )


def find_alerts(counts: pl.DataFrame, frequency: Frequency, incidents: pl.DataFrame | None = None) -> pl.DataFrame:
    """Alerts and notes of every stream of `fill_steps`; what begins within one refractory period is one alert on several platforms."""
    names = counts["stream"].unique().sort().to_list()
    rows: list[dict[str, object]] = []
    begun: Any = counts["at"].min()
    for name in names:
        mine = counts.filter(pl.col("stream") == name)
        share = EVERYWHERE_SHARE if name == "all" else (1 - EVERYWHERE_SHARE) / max(len(names) - 1, 1)
        rows += _stream_alerts(name, mine, frequency, BUDGET * share, incidents)
        if name != "all" and mine["at"][0] > begun + timedelta(days=LEARNING_DAYS):
            rows.append(
                _row(
                    "collection_start", "note", frequency, name, mine["at"][0], total=float(mine["total"].head(frequency.season).sum() or 0)
                )
            )
    return _merged(pl.DataFrame(rows, schema=_RAW, orient="row"), frequency)


_RAW: Schema = {
    k: v for k, v in ALERTS.items() if k not in ("alert_key", "is_alert", "platforms", "top_category", "text_keys", "incident")
} | {"platform": pl.String}


def _row(kind: str, level: str, frequency: Frequency, stream: str, at: object, **figures: float | None) -> dict[str, object]:
    whole = {"observed", "total", "baseline"}
    named = {
        "observed": "observed_count",
        "expected": "expected_number",
        "total": "total_count",
        "baseline": "baseline_count",
        "share": "usual_share_rate",
    }
    told = {named.get(k, k): None if v is None else int(v) if k in whole else float(v) for k, v in figures.items()}
    return (
        dict.fromkeys(_RAW)
        | told
        | {
            "kind": kind,
            "level": level,
            "frequency": frequency.name,
            "platform": None if stream == "all" else stream,
            "started_at": at,
            "last_at": at,
        }
    )


def _stream_alerts(
    name: str, mine: pl.DataFrame, frequency: Frequency, budget: float, incidents: pl.DataFrame | None
) -> list[dict[str, object]]:
    total, negative = (mine[c].fill_null(np.nan).to_numpy().astype(float) for c in ("total", "negative"))
    at = mine["at"]
    found = surges(
        negative,
        total,
        season=frequency.season,
        seasons=frequency.seasons,
        per_week=frequency.per_week,
        budget=budget,
        known=inside(at, incidents),
    )
    exceeds = found.tail > found.threshold
    rows = []
    for begin in first_of_each(exceeds, frequency.refractory):
        share_too = found.share_z[begin] >= SUSPICIOUS_SHARE_Z
        figures = {
            "observed": found.came[begin],
            "expected": found.expected[begin],
            "total": found.total[begin],
            "share": found.usual_share[begin],
            "share_z": found.share_z[begin],
            "tail": found.tail[begin],
            "threshold": found.threshold[begin],
            "baseline": found.baseline_count[begin],
        }
        rows.append(_row("negative_surge", "red" if share_too else "amber", frequency, name, at[int(begin)], **figures))
    return rows + _traffic_notes(name, at, total, exceeds, frequency)


def _traffic_notes(name: str, at: pl.Series, total: Array, exceeds: Array, frequency: Frequency) -> list[dict[str, object]]:
    """Peaks of traffic whose negatives stay within their usual share: worth a line in the log, not an alert."""
    if name != "all" or len(total) < (LEARNING_DAYS + 1) * (frequency.season if frequency is HOURLY else 1):
        return []
    values = np.where(np.isnan(total), 0.0, total)
    scores = seasonal_scores(values, frequency.season, smooth=1)
    day = 24 if frequency is HOURLY else 1
    threshold = budget_threshold(scores, frequency.per_week, BUDGET, learning=LEARNING_DAYS * day, step=day)
    near = np.convolve(exceeds, np.ones(2 * frequency.refractory + 1), mode="same") > 0
    expected = nanmedian(_lags(values, frequency.season))
    return [
        _row("traffic_peak", "note", frequency, name, at[int(b)], total=total[b], expected=expected[b], threshold=threshold[b])
        for b in first_of_each((scores > threshold) & ~near, 2 * frequency.refractory)
    ]


def _lags(values: Array, season: int) -> Array:
    from pipelines.analyses.warning.detector import lagged

    return lagged(values, season, 8, np.array([0]))


def inside(at: pl.Series, incidents: pl.DataFrame | None) -> Array:
    """Which of the times lie inside an incident."""
    out = np.zeros(len(at), dtype=bool)
    if incidents is not None:
        for starts, ends in zip(incidents["starts_at"], incidents["ends_at"], strict=True):
            out |= ((at >= starts) & (at <= ends)).to_numpy()
    return out


def _merged(rows: pl.DataFrame, frequency: Frequency) -> pl.DataFrame:
    """Rows of one kind that begin within the refractory period of the row before are one: the worst level and strongest figures of them."""
    rank = pl.col("level").replace_strict({"red": 2, "amber": 1, "note": 0}, return_dtype=pl.Int8)
    gap = pl.col("started_at").diff().over("kind") > frequency.step * frequency.refractory
    strongest = pl.struct(rank, pl.col("tail").fill_null(0.0), pl.col("observed_count").fill_null(0))
    figures = [c for c in _RAW if c not in ("kind", "frequency", "platform", "started_at", "last_at", "level")]
    return (
        rows.sort("kind", "started_at", "platform")
        .with_columns(group=gap.fill_null(value=True).cum_sum().over("kind"), strength=strongest.rank("ordinal"))
        .group_by("kind", "group", maintain_order=True)
        .agg(
            pl.col("frequency").first(),
            pl.col("started_at").min(),
            pl.col("last_at").max(),
            pl.col("level").sort_by(rank).last(),
            pl.col("platform").drop_nulls().unique().sort().alias("platforms"),
            pl.col(figures).sort_by("strength").last(),
        )
        .with_columns(is_alert=pl.col("level") != "note")
        .drop("group")
        .sort("started_at", "kind")
    )


def without_repeats(hourly: pl.DataFrame, daily: pl.DataFrame) -> pl.DataFrame:
    """Hourly rows, and those daily rows of the same kind that no hourly one began within a day of."""
    near = daily.join(hourly.select("kind", hour_at="started_at"), on="kind").filter(
        (pl.col("hour_at") >= pl.col("started_at") - timedelta(days=1)) & (pl.col("hour_at") < pl.col("started_at") + timedelta(days=2))
    )
    return pl.concat([hourly, daily.join(near, on=["kind", "started_at"], how="anti")]).sort("started_at", "kind", "frequency")


def score_alerts(alerts: pl.DataFrame, counts: pl.DataFrame, frequency: Frequency, incidents: pl.DataFrame) -> pl.DataFrame:
    """How many alerts a week, and against the written incidents: recall, delay and false alerts a week (NULL where none is written)."""
    first: Any = counts["at"].min()
    last: Any = counts["at"].max()
    judged_from = first + timedelta(days=LEARNING_DAYS)
    weeks = max((last - judged_from) / timedelta(weeks=1), 0.0)
    mine = alerts.filter("is_alert")
    told = incidents.filter((pl.col("starts_at") >= judged_from) & (pl.col("starts_at") <= last))
    hits = mine.join(told, how="cross").filter(
        (pl.col("started_at") >= pl.col("starts_at") - timedelta(hours=24)) & (pl.col("started_at") <= pl.col("ends_at"))
    )
    delay = hits.group_by("incident").agg(
        hours=(pl.col("started_at").min() + frequency.step - pl.col("starts_at").first()).dt.total_minutes() / 60
    )
    false = mine.join(hits.select("started_at", "kind").unique(), on=["started_at", "kind"], how="anti").height
    confirmed = told.height > 0
    row = {
        "frequency": frequency.name,
        "window_starts_on": judged_from.date(),
        "window_ends_on": last.date(),
        "weeks_number": weeks,
        "alert_count": mine.height,
        "alerts_per_week": mine.height / weeks if weeks else None,
        "incident_count": told.height,
        "found_count": delay.height if confirmed else None,
        "recall_rate": delay.height / told.height if confirmed else None,
        "median_delay_hours": delay["hours"].median() if delay.height else None,
        "false_alerts_per_week": false / weeks if confirmed and weeks else None,
        "status": "not_enough_history" if not weeks else "measured" if confirmed else "unconfirmed",
    }
    return pl.DataFrame([row], schema=ALERT_SCORES)


def with_examples(alerts: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Each negative surge with its most frequent category and the most seen texts of its first day; keys made."""
    if alerts.is_empty():
        return empty(ALERTS)
    bad = texts.filter(pl.col("sentiment") == "negative").select(
        "text_key", "platform", "categories", "reach_count", at=pl.col("created_at").dt.convert_time_zone("UTC")
    )
    indexed = alerts.with_columns(
        alert_key=pl.concat_str(["kind", "frequency", pl.col("started_at").dt.strftime("%Y-%m-%dT%H")], separator="/").map_batches(
            lambda keys: pl.Series([hashlib.sha256(k.encode()).hexdigest()[:16] for k in keys]), return_dtype=pl.String
        )
    )
    near = (
        indexed.filter(pl.col("kind") == "negative_surge")
        .join_where(bad, pl.col("at") >= pl.col("started_at"), pl.col("at") < pl.col("started_at") + timedelta(days=1))
        .filter((pl.col("platforms").list.len() == 0) | pl.col("platforms").list.contains(pl.col("platform")))
    )
    examples = (
        near.sort(pl.col("reach_count").fill_null(-1), "text_key", descending=[True, False])
        .group_by("alert_key")
        .agg(text_keys=pl.col("text_key").head(EXAMPLES))
    )
    top = (
        near.explode("categories", empty_as_null=True)
        .drop_nulls("categories")
        .group_by("alert_key", "categories")
        .len()
        .sort("len", "categories", descending=[True, False])
        .group_by("alert_key")
        .agg(top_category=pl.col("categories").first())
    )
    return (
        indexed.join(examples, on="alert_key", how="left")
        .join(top, on="alert_key", how="left")
        .with_columns(pl.col("text_keys").fill_null([]), incident=pl.lit(None, pl.String))
        .select(list(ALERTS))
        .cast(ALERTS)  # type: ignore[arg-type]
        .sort("started_at", "alert_key")
    )
