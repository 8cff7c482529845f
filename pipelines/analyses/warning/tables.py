"""What early warning and risk levels read and write."""

import polars as pl

from pipelines.analyses.analysis import Analysis

ALERTS = {
    "alert_key": pl.String,
    "kind": pl.String,  # negative_surge, traffic_peak, collection_start
    "level": pl.String,  # red, amber, note
    "is_alert": pl.Boolean,  # whether somebody should look now; notes only explain a peak
    "frequency": pl.String,  # hour, day
    "platforms": pl.List(pl.String),
    "started_at": pl.Datetime("us", "UTC"),
    "last_at": pl.Datetime("us", "UTC"),
    "observed_count": pl.Int64,
    "expected_number": pl.Float64,
    "total_count": pl.Int64,
    "usual_share_rate": pl.Float64,
    "share_z": pl.Float64,
    "tail": pl.Float64,
    "threshold": pl.Float64,
    "baseline_count": pl.Int64,
    "top_category": pl.String,
    "text_keys": pl.List(pl.String),
    "incident": pl.String,
}

ALERT_SCORES = {
    "frequency": pl.String,
    "window_starts_on": pl.Date,
    "window_ends_on": pl.Date,
    "weeks_number": pl.Float64,
    "alert_count": pl.Int64,
    "alerts_per_week": pl.Float64,
    "incident_count": pl.Int64,
    "found_count": pl.Int64,
    "recall_rate": pl.Float64,
    "median_delay_hours": pl.Float64,
    "false_alerts_per_week": pl.Float64,
    "status": pl.String,  # measured, unconfirmed, not_enough_history
}

RISKS = {
    "risk_key": pl.String,
    "risk_name": pl.String,
    "risk_type": pl.String,  # category (of negative information) or registered
    "business_date": pl.Date,
    "is_latest": pl.Boolean,
    "level": pl.String,  # low, medium, high, critical; NULL where neither side is known
    "computed_level": pl.String,
    "matrix_level": pl.String,
    "index_level": pl.String,
    "index_number": pl.Float64,
    "severity_level": pl.Int64,
    "likelihood_level": pl.Int64,
    "volume_z": pl.Float64,
    "share_z": pl.Float64,
    "growth_z": pl.Float64,
    "reach_z": pl.Float64,
    "spread_z": pl.Float64,
    "component_count": pl.Int64,
    "item_count": pl.Int64,
    "weights_version": pl.String,
    "overridden_by": pl.String,
    "override_reason": pl.String,
}

TEXTS = """
    select t.text_key, t.platform, t.source, t.created_at, t.reach_count, l.sentiment, l.categories
    from intermediate.int_texts as t
    left join analyses.text_labels as l on l.text_key = t.text_key
    where t.created_at is not null
    order by t.created_at, t.text_key
"""

ANALYSES = [
    Analysis(
        "alerts",
        "pipelines.analyses.warning.alerts:alert_tables",
        reads={"texts": TEXTS, "statements": "select * from core.fct_crisis_statements order by occurred_at, crisis_statement_key"},
        writes={"alerts": ALERTS, "alert_scores": ALERT_SCORES},
    ),
    Analysis(
        "risks",
        "pipelines.analyses.warning.risks:risk_tables",
        reads={
            "texts": TEXTS,
            "assessments": "select * from core.fct_risks order by risk_id, assessed_on, risk_assessment_key",
            "overrides": "select * from core.fct_risk_overrides order by risk_key, overridden_at",
        },
        writes={"risks": RISKS},
    ),
]
