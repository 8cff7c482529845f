"""What the analyses of daily series read and write."""

import polars as pl

from pipelines.analyses.analysis import Analysis

TIME_SERIES = {
    "series_key": pl.String,
    "business_date": pl.Date,
    "actual": pl.Float64,
    "trend": pl.Float64,
    "seasonal": pl.Float64,
    "calendar_effect": pl.Float64,
    "expected": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "is_anomaly": pl.Boolean,
    "is_change_point": pl.Boolean,
    "note": pl.String,
}

FORECASTS = {
    "series_key": pl.String,
    "business_date": pl.Date,
    "horizon_days": pl.Int64,
    "forecast": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "interval_level": pl.Float64,
    "model": pl.String,
    "made_on": pl.Date,
}

FORECAST_SCORES = {
    "series_key": pl.String,
    "model": pl.String,
    "mase": pl.Float64,
    "smape": pl.Float64,
    "coverage": pl.Float64,
    "seasonal_naive_mase": pl.Float64,
    "origins": pl.Int64,
    "p_value": pl.Float64,
    "is_chosen": pl.Boolean,
    "reason": pl.String,
}

DAILY = "select * from intermediate.int_daily_series order by series_key, business_date"
CALENDAR = "select * from core.dim_dates order by date"

ANALYSES = [
    Analysis(
        "time_series",
        "pipelines.analyses.series.time_series:time_series_tables",
        reads={"daily": DAILY, "calendar": CALENDAR},
        writes={"time_series": TIME_SERIES},
    ),
    Analysis(
        "forecasts",
        "pipelines.analyses.series.forecasts:forecast_tables",
        reads={"daily": DAILY, "calendar": CALENDAR},
        writes={"forecasts": FORECASTS, "forecast_scores": FORECAST_SCORES},
    ),
]
