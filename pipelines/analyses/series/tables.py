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

FORECAST_TOTALS = {
    "series_key": pl.String,
    "horizon_days": pl.Int64,
    "business_date": pl.Date,
    "total_forecast": pl.Float64,
    "total_lower": pl.Float64,
    "total_upper": pl.Float64,
    "interval_level": pl.Float64,
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

OUTLOOK = {
    "goal_key": pl.String,
    "goal": pl.String,
    "goal_type": pl.String,
    "metric": pl.String,
    "platform": pl.String,
    "account_key": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "as_of_date": pl.Date,
    "target_number": pl.Float64,
    "target_direction": pl.String,
    "baseline_number": pl.Float64,
    "elapsed_rate": pl.Float64,
    "actual_number": pl.Float64,
    "forecast_number": pl.Float64,
    "forecast_lower": pl.Float64,
    "forecast_upper": pl.Float64,
    "interval_level": pl.Float64,
    "attainment_rate": pl.Float64,
    "attainment_lower": pl.Float64,
    "attainment_upper": pl.Float64,
    "needed_per_day_number": pl.Float64,
    "coverage_rate": pl.Float64,
    "known_day_count": pl.Int64,
    "guessed_day_count": pl.Int64,
    "verdict": pl.String,  # achieved, missed, on_track, open, off_track, not_enough_evidence
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
        writes={"forecasts": FORECASTS, "forecast_scores": FORECAST_SCORES, "forecast_totals": FORECAST_TOTALS},
    ),
    Analysis(
        "outlook",
        "pipelines.analyses.series.outlook:outlook_tables",
        reads={
            "goals": "select * from core.dim_goals order by goal_key",
            "daily": DAILY,
            "forecasts": "select * from analyses.forecasts order by series_key, business_date",
            "totals": "select * from analyses.forecast_totals order by series_key, business_date",
            "metrics": "select * from core.dim_metrics order by metric",
        },
        writes={"outlook": OUTLOOK},
    ),
]
