"""What the analyses of people read and write."""

import polars as pl

from pipelines.analyses.analysis import Analysis

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

ANALYSES = [
    Analysis(
        "segments",
        "pipelines.analyses.people.user_segments:segment_tables",
        reads={
            "features": "select * from intermediate.int_person_features order by person_key",
            "centroids": "select * from analyses.segment_centroids",
            "cutpoints": "select * from analyses.segment_cutpoints",
        },
        writes={
            "user_segments": USER_SEGMENTS,
            "segment_profiles": SEGMENT_PROFILES,
            "segment_features": SEGMENT_FEATURES,
            "segment_candidates": SEGMENT_CANDIDATES,
            "segment_centroids": SEGMENT_CENTROIDS,
            "segment_cutpoints": SEGMENT_CUTPOINTS,
        },
        remembers=("segment_centroids", "segment_cutpoints"),
    ),
]
