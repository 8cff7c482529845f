"""Early warning over sixty days of hourly mentions: recall, delay, false alerts a week and alerts in one's own sale."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.warning.alerts import DAILY, HOURLY, LEARNING_DAYS, fill_steps, find_alerts, without_repeats
from pipelines.simulate import news
from pipelines.simulate.answers import answers
from pipelines.simulate.world import World
from tests.lab.measures import Measures

FOUND_WITHIN = timedelta(hours=24)
ECHO = timedelta(hours=36)  # an alert this long after a crisis' end still belongs to it


def score_crises(world: World, measures: Measures, name: str) -> None:
    """Alerts of the engine on a world's mentions against its planted crises."""
    counts = news.mention_hours(world).select(
        stream="platform", at="hour_at", total=pl.col("mention_count").cast(pl.Float64), negative=pl.col("negative_count").cast(pl.Float64)
    )
    counts = counts.with_columns(pl.col("at").dt.cast_time_unit("us"))
    daily = counts.group_by("stream", pl.col("at").dt.truncate("1d")).agg(pl.col("total", "negative").sum())
    found = [find_alerts(fill_steps(c, f), f) for c, f in ((counts, HOURLY), (daily.select(counts.columns), DAILY))]
    alerts = without_repeats(*found).filter("is_alert")
    step = pl.col("frequency").replace_strict({"hour": timedelta(hours=1), "day": timedelta(days=1)}, return_dtype=pl.Duration("us"))
    at = alerts.select(pl.col("started_at") + step).to_series().to_list()
    score_alerts(at, answers(world).crises, (counts["at"].min(), counts["at"].max()), measures, name)


def score_alerts(at: list[datetime], planted: pl.DataFrame, span: tuple[Any, Any], measures: Measures, name: str) -> None:
    """When alerts were told, against planted crises (`news.crises`); `span` is the first and last moment anybody looked at."""
    belongs = np.zeros(len(at), dtype=bool)
    crises, peaks = planted.filter(~pl.col("is_benign")), planted.filter("is_benign")
    for crisis in crises.to_dicts():
        starts, ends = crisis["starts_at"], crisis["ends_at"]
        mine = np.array([starts <= a < starts + FOUND_WITHIN for a in at], dtype=bool)
        belongs |= np.array([starts <= a <= ends + ECHO for a in at], dtype=bool)
        measures.add(f"{name}: crises found within a day", mine.any())
        if mine.any():
            measures.add(f"{name}: delay (hours)", (min(a for a, m in zip(at, mine, strict=True) if m) - starts) / timedelta(hours=1))
    benign = np.zeros(len(at), dtype=bool)
    for peak in peaks.to_dicts():
        benign |= np.array([peak["starts_at"] <= a <= peak["ends_at"] + timedelta(days=1) for a in at], dtype=bool)
    weeks = (span[1] - span[0] - timedelta(days=LEARNING_DAYS)) / timedelta(weeks=1)
    measures.add(f"{name}: false alerts a week", (~belongs & ~benign).sum() / weeks)
    measures.add(f"{name}: alerts in the benign peak, per run", (benign & ~belongs).sum())
