"""What must hold at the two doors: of every entity that enters the lake, and of every mart that is published.

An expectation is (Great Expectations class, its arguments, severity). `critical` stops the run before it is published;
`warning` is shown and does not stop it. Rules inside the warehouse (keys, relations, reconciliation) are dbt tests.
"""

from __future__ import annotations

from typing import Any

Expectation = tuple[str, dict[str, Any], str]


def _present(*columns: str) -> list[Expectation]:
    return [("ExpectColumnValuesToNotBeNull", {"column": c}, "critical") for c in columns]


def _unique(*columns: str) -> Expectation:
    if len(columns) == 1:
        return ("ExpectColumnValuesToBeUnique", {"column": columns[0]}, "critical")
    return ("ExpectCompoundColumnsToBeUnique", {"column_list": list(columns)}, "critical")


def _between(column: str, low: float | None, high: float | None, severity: str = "critical") -> Expectation:
    return ("ExpectColumnValuesToBeBetween", {"column": column, "min_value": low, "max_value": high}, severity)


def _one_of(column: str, *options: str) -> Expectation:
    return ("ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(options)}, "critical")


def _ordered(smaller: str, larger: str, severity: str = "critical") -> Expectation:
    arguments = {"column_A": larger, "column_B": smaller, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    return ("ExpectColumnPairValuesAToBeGreaterThanB", arguments, severity)


LAKE: dict[str, list[Expectation]] = {
    "post_snapshots": [
        *_present("post_key", "platform", "account_key", "captured_at", "window_kind"),
        _one_of("window_kind", "lifetime", "range"),
        _between("view_count", 0, None),
        _between("like_count", 0, None),
        _between("comment_count", 0, None),
        _between("completion_rate", 0, 1, "warning"),
        _between("cover_click_rate", 0, 1, "warning"),
        _ordered("published_at", "captured_at", "warning"),
    ],
    "account_days": [
        *_present("account_key", "business_date", "captured_at"),
        _between("view_count", 0, None),
        _between("follower_total_count", 0, None),
    ],
    "account_channel_days": [*_present("account_key", "business_date", "channel"), _between("viewer_count", 0, None)],
    "post_channels": [*_present("post_key", "channel"), _between("viewer_count", 0, None)],
    "comments": [*_present("comment_key", "platform"), _between("like_count", 0, None)],
    "events": [
        *_present("event_key", "event_type", "occurred_at"),
        ("ExpectColumnValuesToNotBeNull", {"column": "person_key", "mostly": 0.5}, "warning"),
    ],
    "orders": [
        *_present("order_id", "currency"),
        _between("payable_amount", 0, None, "warning"),
        _between("quantity", 0, None, "warning"),
        ("ExpectColumnValuesToMatchRegex", {"column": "currency", "regex": "^[A-Z]{3}$"}, "critical"),
        _ordered("ordered_at", "paid_at", "warning"),
    ],
    "audience_segments": [*_present("segment_kind", "segment_value"), _between("view_share_rate", 0, 1, "warning")],
}

RELEASE: dict[str, list[Expectation]] = {
    "mart_reach_daily": [
        *_present("platform", "account_key", "content_type", "business_date"),
        _unique("account_key", "content_type", "business_date"),
        _between("coverage_rate", 0, 1),
        _between("follower_total_count", 0, None),
    ],
    "mart_account_daily": [
        *_present("platform", "account_key", "business_date"),
        _unique("account_key", "business_date"),
        _between("coverage_rate", 0, 1),
    ],
    "mart_engagement_daily": [
        *_present("platform", "account_key", "content_type", "business_date"),
        _unique("account_key", "content_type", "business_date"),
    ],
    "mart_engagement_posts": [
        *_present("post_key", "platform", "account_key"),
        _unique("post_key"),
        _between("view_count", 0, None),
        _between("age_days", 0, None, "warning"),
    ],
    "mart_funnel_steps": [
        *_present("funnel", "cohort_date", "step_number", "people_count"),
        _unique("funnel", "cohort_date", "channel", "campaign_key", "step_number"),
        _between("conversion_from_previous_rate", 0, 1),
        _between("conversion_from_first_rate", 0, 1),
        _between("people_count", 0, None),
    ],
    "mart_user_segments": [*_present("person_key", "segment_key"), _unique("person_key")],
    "mart_segment_profiles": [*_present("segment_key", "people_count"), _unique("segment_key"), _between("people_count", 1, None)],
    "mart_time_series": [*_present("series_key", "business_date"), _unique("series_key", "business_date"), _ordered("lower", "upper")],
    "mart_forecasts": [
        *_present("series_key", "business_date", "forecast"),
        _unique("series_key", "business_date"),
        _ordered("lower", "forecast"),
        _ordered("forecast", "upper"),
    ],
    "mart_forecast_scores": [*_present("series_key", "model"), _unique("series_key", "model"), _between("coverage", 0, 1)],
}
