"""Column names and types of every table that the analyses return; empty results have them too."""

import polars as pl

USER_SEGMENTS = {
    "person_key": pl.String,
    "as_of_date": pl.Date,
    "segment_key": pl.String,
    "lifecycle_state": pl.String,
    "distance": pl.Float64,
}

SEGMENT_PROFILES = {
    "segment_key": pl.String,
    "segment_name_zh": pl.String,
    "segment_name_en": pl.String,
    "people_count": pl.Int64,
    "share_rate": pl.Float64,
    "stability": pl.Float64,
    "jaccard": pl.Float64,
    "k": pl.Int64,
    "has_structure": pl.Boolean,
    "method": pl.String,
}

SEGMENT_FEATURES = {
    "segment_key": pl.String,
    "feature": pl.String,
    "segment_mean": pl.Float64,
    "population_mean": pl.Float64,
    "lift": pl.Float64,
    "log_ratio": pl.Float64,
    "q_value": pl.Float64,
    "rank": pl.Int64,
}

# Kept from run to run: where every segment ever found lies, on the log1p scale.
SEGMENT_CENTROIDS = {
    "segment_key": pl.String,
    "feature": pl.String,
    "log_mean": pl.Float64,
    "is_current": pl.Boolean,
}

# Kept from run to run: population figures that are cut once, so that states don't move when the crowd does.
SEGMENT_CUTPOINTS = {"cutpoint": pl.String, "value": pl.Float64}

# What each number of groups would have meant; the app may show it.
SEGMENT_CANDIDATES = {
    "k": pl.Int64,
    "stability": pl.Float64,
    "smallest_share": pl.Float64,
    "lowest_jaccard": pl.Float64,
    "is_chosen": pl.Boolean,
}

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

# Table of schema `analyses` to its columns: they exist, maybe empty, before the analyses have run.
ANALYSES_TABLES = {
    "user_segments": USER_SEGMENTS,
    "segment_profiles": SEGMENT_PROFILES,
    "segment_features": SEGMENT_FEATURES,
    "segment_centroids": SEGMENT_CENTROIDS,
    "segment_cutpoints": SEGMENT_CUTPOINTS,
    "segment_candidates": SEGMENT_CANDIDATES,
    "time_series": TIME_SERIES,
    "forecasts": FORECASTS,
    "forecast_scores": FORECAST_SCORES,
}
