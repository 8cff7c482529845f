"""The one shape of a suggestion, of what came of it, and of how far a kind's promises hold; and the hashes that freeze them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import polars as pl

KINDS = ("content", "user", "interaction", "channel", "marketing")
# A row that is no suggestion says what is missing and which experiment would settle it.
NO_EVIDENCE = "not_enough_evidence"
STATUSES = ("open", "adopted", "trial", "rejected", "expired", NO_EVIDENCE)
VERDICTS = ("confirmed", "compatible", "refuted", "underpowered", "not_followed", "too_early")
CONFIDENCES = ("high", "medium", "low")

WINDOW_DAYS = 28  # of the measurement after adoption
EXPIRES_DAYS = 28  # after the day of the data a suggestion was made from
KEPT_DAYS = 28  # an expired one stays on the list for so long
COMPLIANCE_RATE = 0.7  # of eligible posts that must follow the action, else nothing can be said of it
MINIMUM_COUNT = 30  # rows below which no verdict is given
MODEL_VERSION = "1"

SUGGESTIONS: dict[str, Any] = {
    "suggestion_id": pl.String,  # hash of kind, action, scope, metric and of how it is judged
    "data_snapshot_id": pl.String,  # hash of the loads it was made from
    "created_on": pl.Date,  # last day of the data it was first made from
    "expires_on": pl.Date,
    "status": pl.String,  # one of STATUSES
    "reason": pl.String,  # why there is no suggestion, or why it expired; NULL otherwise
    "suggestion_kind": pl.String,  # one of KINDS
    "topic": pl.String,  # the question of the kind that it answers
    "lever": pl.String,
    "from_level": pl.String,
    "to_level": pl.String,
    "platform": pl.String,  # scope; NULL: all
    "account_key": pl.String,
    "segment_key": pl.String,
    "campaign_key": pl.String,
    "action_zh": pl.String,
    "action_en": pl.String,
    "sentence_zh": pl.String,
    "sentence_en": pl.String,
    "outcome": pl.String,  # the KPI
    "outcome_unit": pl.String,
    "design_rung": pl.String,
    "estimand": pl.String,
    "model_version": pl.String,
    "effect_key": pl.String,
    "evidence_sql": pl.String,  # returns the one row that every number of the sentences is in
    "evidence_rows_sql": pl.String,  # returns the rows the effect was estimated on
    "evidence_json": pl.String,  # that one row as it was
    "evidence_hash": pl.String,
    "evidence_count": pl.Int64,
    "evidence_account_count": pl.Int64,
    "scale": pl.String,
    "effect": pl.Float64,
    "standard_error": pl.Float64,
    "effect_shrunk": pl.Float64,
    "shrunk_low": pl.Float64,
    "shrunk_high": pl.Float64,
    "ci_low": pl.Float64,
    "ci_high": pl.Float64,
    "ci_level": pl.Float64,
    "expected_gain": pl.Float64,  # a month, calibrated, rounded as shown
    "expected_gain_low": pl.Float64,
    "expected_gain_high": pl.Float64,
    "calibration_number": pl.Float64,  # what the estimate was multiplied with
    "eligible_rate": pl.Float64,  # share of posts that do not follow the action yet; 1 where posts do not tell
    "predicted_number": pl.Float64,  # effect on the average of the scope, on the scale
    "p_value": pl.Float64,
    "family_id": pl.String,
    "family_count": pl.Int64,
    "q_value": pl.Float64,
    "checks_json": pl.String,
    "confidence": pl.String,  # one of CONFIDENCES; NULL without a suggestion
    "is_downgraded": pl.Boolean,  # the kind's last suggestions were refuted too often
    "score_number": pl.Float64,
    "rank": pl.Int64,  # within its kind, best first; NULL for what is not open
    "falsifier_json": pl.String,
    "falsifier_hash": pl.String,
    "overlapping_ids": pl.List(pl.String),  # adopted suggestions that still run in the same scope
    "needed_count": pl.Int64,  # rows per arm of the experiment that would settle it
}

OUTCOMES: dict[str, Any] = {
    "entry_number": pl.Int64,  # of the decision
    "suggestion_id": pl.String,
    "suggestion_kind": pl.String,
    "decision": pl.String,
    "decided_by": pl.String,
    "decided_on": pl.Date,
    "sentence_zh": pl.String,
    "sentence_en": pl.String,
    "lever": pl.String,
    "to_level": pl.String,
    "platform": pl.String,
    "account_key": pl.String,
    "outcome": pl.String,
    "outcome_unit": pl.String,
    "scale": pl.String,
    "window_starts_on": pl.Date,
    "window_ends_on": pl.Date,
    "is_window_complete": pl.Boolean,
    "design_rung": pl.String,
    "estimator": pl.String,
    "effect": pl.Float64,  # intent to treat
    "standard_error": pl.Float64,
    "ci_low": pl.Float64,
    "ci_high": pl.Float64,
    "ci_level": pl.Float64,
    "p_value": pl.Float64,
    "pre_trend_p_value": pl.Float64,
    "placebo_rank": pl.Int64,
    "n_count": pl.Int64,
    "treated_count": pl.Int64,
    "control_count": pl.Int64,
    "predicted_number": pl.Float64,
    "threshold_number": pl.Float64,
    "expected_gain": pl.Float64,
    "realised_gain": pl.Float64,  # a month, of the adopters: realised effect times what they had before
    "eligible_count": pl.Int64,  # posts of adopters within the window
    "compliance_rate": pl.Float64,  # of them those that followed; NULL where posts do not tell
    "verdict": pl.String,  # one of VERDICTS
    "reason": pl.String,
    "is_falsifier_intact": pl.Boolean,
    "overlapping_ids": pl.List(pl.String),  # other adopted ones of overlapping scope and window
}

CALIBRATION: dict[str, Any] = {
    "suggestion_kind": pl.String,
    "measured_count": pl.Int64,
    "slope_number": pl.Float64,  # of realised on predicted, through the origin; NULL without any
    "slope_low_number": pl.Float64,  # 90 %
    "slope_high_number": pl.Float64,
    "calibration_number": pl.Float64,  # the slope shrunk towards 1: what later promises are multiplied with
    "refuted_count": pl.Int64,  # of the last ten
    "is_downgraded": pl.Boolean,
}


def canonical(value: Any) -> str:
    """JSON of one spelling: keys sorted, numbers to nine digits, texts as they are."""
    return json.dumps(_rounded(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def fingerprint(value: Any) -> str:
    """Hash of a value's canonical JSON (of a text as it is), 32 hexadecimal digits."""
    text = value if isinstance(value, str) else canonical(value)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value


def frame(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    """Rows as a frame of a schema; what a row does not say is NULL."""
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema, orient="row")


def scopes_overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two scopes share an account, segment or campaign: a part that is not limited meets every value."""
    parts = ("platform", "account_key", "segment_key", "campaign_key")
    return all(one.get(p) is None or other.get(p) is None or one.get(p) == other.get(p) for p in parts)
