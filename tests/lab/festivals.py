"""Forecasts across 双11 and the Spring Festival against repeating last week, on series of three years."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipelines.analyses.series.forecasts import HORIZON_DAYS, forecasts
from pipelines.analyses.statistics import mase
from tests.lab.measures import Measures
from tests.unit.analyses.worlds import calendar, long_frame, planted_series

YEARS_DAYS = 3 * 365
ENDS = {"双11": dt.date(2025, 11, 18), "Spring Festival": dt.date(2026, 3, 3), "quiet weeks": dt.date(2025, 8, 31)}


def score_forecasts(seed: int, measures: Measures) -> None:
    """Errors of the published forecast and of the seasonal naive over the 28 days before each end, and coverage of the interval."""
    for season, last in ENDS.items():
        values = planted_series(YEARS_DAYS, seed, last=last)
        whole = long_frame(values, last=last)
        known = whole.filter(pl.col("business_date") <= last - dt.timedelta(HORIZON_DAYS))
        made, _, _ = forecasts(known, calendar())
        truth = whole.filter(pl.col("business_date") > last - dt.timedelta(HORIZON_DAYS)).sort("business_date")["value"].to_numpy()
        history = known.sort("business_date")["value"].to_numpy()
        path = made.sort("business_date").tail(HORIZON_DAYS)
        ours = mase(truth, path["forecast"].to_numpy(), history, 7)
        naive = mase(truth, history[-7:][[k % 7 for k in range(HORIZON_DAYS)]], history, 7)
        measures.add(f"forecasts, {season}: error", ours)
        measures.add(f"forecasts, {season}: error of repeating last week", naive)
        measures.share(
            f"forecasts, {season}: 90 % interval holds the day", (path["lower"].to_numpy() <= truth) & (truth <= path["upper"].to_numpy())
        )
