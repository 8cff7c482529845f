"""Made-up effects, posts and decisions for the tests of suggestions."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl

from pipelines.analyses.effects_shape import EFFECT_CHECKS, EFFECTS
from pipelines.analyses.suggestions.tables import ANALYSES
from pipelines.suggestions.engine import suggestion_tables
from pipelines.suggestions.outcomes import outcome_tables
from pipelines.suggestions.shape import SUGGESTIONS

JUDGED = EFFECTS | {
    "family_id": pl.String,
    "family_count": pl.Int64,
    "q_value": pl.Float64,
    "confidence": pl.String,
    "is_actionable": pl.Boolean,
}
AS_OF = dt.date(2026, 3, 31)
POSTS = {
    "post_key": pl.String,
    "platform": pl.String,
    "account_key": pl.String,
    "content_type": pl.String,
    "topic": pl.String,
    "published_date": pl.Date,
    "local_hour": pl.Int64,
    "iso_weekday": pl.Int64,
    "is_holiday": pl.Boolean,
    "duration_seconds": pl.Float64,
    "has_question": pl.Boolean,
    "is_long_title": pl.Boolean,
    "emoji_count": pl.Int64,
    "first_reply_seconds": pl.Float64,
    "comment_count": pl.Float64,
}
DAYS = {"account_key": pl.String, "platform": pl.String, "business_date": pl.Date, "view_count": pl.Int64}
DECISIONS = {
    "entry_number": pl.Int64,
    "suggestion_id": pl.String,
    "decision": pl.String,
    "decided_by": pl.String,
    "decided_at": pl.Datetime("us", "Asia/Shanghai"),
    "adopters": pl.List(pl.String),
    "controls": pl.List(pl.String),
    "starts_on": pl.Date,
    "randomisation_seed": pl.String,
    "falsifier_json": pl.String,
    "falsifier_hash": pl.String,
    "suggestion_json": pl.String,
}
NAMES = {
    "accounts": {"account_key": pl.String, "account_name": pl.String},
    "platforms": {"platform": pl.String, "name_zh": pl.String, "name_en": pl.String},
    "segments": {"segment_key": pl.String, "segment_name_zh": pl.String, "segment_name_en": pl.String},
    "snapshot": {"as_of_date": pl.Date, "loads_text": pl.String},
}


def effect(lever: str = "has_question", **other: Any) -> dict[str, Any]:
    """One actionable effect of rung C; anything may be said otherwise."""
    row: dict[str, Any] = {
        "analysis": "content_effects",
        "suggestion_kind": "content",
        "lever": lever,
        "from_level": "false",
        "to_level": "true",
        "outcome": "comment_count",
        "outcome_unit": "per_post",
        "design_rung": "C",
        "estimand": "Ratio of means within account",
        "scale": "log",
        "effect": 0.27,
        "standard_error": 0.05,
        "ci_low": 0.17,
        "ci_high": 0.37,
        "ci_level": 0.95,
        "effect_shrunk": 0.25,
        "shrunk_low": 0.17,
        "shrunk_high": 0.33,
        "p_value": 0.0004,
        "n_count": 1234,
        "treated_count": 300,
        "account_count": 12,
        "window_starts_on": dt.date(2025, 12, 1),
        "window_ends_on": AS_OF,
        "baseline_number": 41.3,
        "eligible_monthly_count": 210.0,
        "expected_gain": 2463.456,
        "expected_gain_low": 1605.9,
        "expected_gain_high": 3391.2,
        "status": "estimated",
        "needed_count": 388.2,
        "evidence_rows_sql": "select * from marts.mart_content_features",
        "family_id": "content",
        "family_count": 48,
        "q_value": 0.011,
        "confidence": "medium",
        "is_actionable": True,
    } | other
    row.setdefault("effect_key", "/".join(str(row.get(p)) for p in ("analysis", "lever", "to_level", "outcome", "platform", "account_key")))
    return row


ZOO = [
    effect(),
    effect(outcome="engagement_count", effect_shrunk=0.05),
    effect(
        "publish_slot",
        from_level="current_mix",
        to_level="18-20",
        platform="douyin",
        expected_gain=0.01234,
        expected_gain_low=0.001,
        expected_gain_high=0.0456,
    ),
    effect("topic", from_level="other", to_level="24小时挑战", platform="weibo", account_key="weibo:店2号", confidence="high"),
    effect("is_fast_reply", suggestion_kind="interaction", expected_gain=98765.4, expected_gain_low=-12.34, expected_gain_high=150000.0),
    effect(
        "has_commented_7d",
        suggestion_kind="user",
        to_level="yes",
        platform=None,
        segment_key="s1",
        outcome="pay",
        outcome_unit="per_person_week",
    ),
    effect("has_number", status="refused", reason="placebo_failed", is_actionable=False, confidence="none"),
    effect("has_vote", status="not_enough_evidence", reason="too_few_accounts", is_actionable=False, confidence="none", expected_gain=None),
    effect(
        "funnel_step",
        suggestion_kind="marketing",
        from_level="channel=短信",
        to_level="platform=weibo",
        outcome="order",
        outcome_unit="per_person",
        design_rung="D",
        scale="difference",
        is_actionable=False,
        confidence="none",
    ),
    effect(
        "campaign", suggestion_kind="marketing", to_level="with", campaign_key="618 大促", outcome_unit="per_account_day", design_rung="B"
    ),
    effect(
        "budget_share",
        suggestion_kind="marketing",
        from_level="ad_group=a1",
        to_level="ad_group=b2",
        outcome="conversion_count",
        outcome_unit="per_month",
        scale="difference",
        effect_shrunk=3.5,
        p_value=0.3,
        q_value=0.6,
        is_actionable=False,
        confidence="none",
    ),
]


def frame(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    """Rows as a frame; what a row does not say is NULL."""
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema, orient="row")


def inputs(effects: list[dict[str, Any]], **other: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Everything the analysis `suggestions` reads."""
    checks = [{"effect_key": e["effect_key"], "check_name": "overlap", "state": "pass", "value": 0.8, "is_gate": True} for e in effects]
    nothing = outcome_tables(**outcome_inputs([]))
    return {
        "effects": frame(effects, JUDGED),
        "checks": frame(checks, EFFECT_CHECKS),
        "calibration": nothing["suggestion_calibration"],
        "decisions": frame([], DECISIONS),
        "outcomes": nothing["suggestion_outcomes"],
        "posts": posts(),
        "accounts": frame([{"account_key": "weibo:店2号", "account_name": "店2号"}], NAMES["accounts"]),
        "platforms": frame(
            [{"platform": "douyin", "name_zh": "抖音", "name_en": "Douyin"}, {"platform": "weibo", "name_zh": "微博", "name_en": "Weibo"}],
            NAMES["platforms"],
        ),
        "segments": frame([{"segment_key": "s1", "segment_name_zh": "常客", "segment_name_en": "regulars"}], NAMES["segments"]),
        "snapshot": frame([{"as_of_date": AS_OF, "loads_text": "a,b"}], NAMES["snapshot"]),
        "history": frame([], SUGGESTIONS),
    } | other


def outcome_inputs(decisions: list[dict[str, Any]], **other: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Everything the analysis `suggestion_outcomes` reads."""
    accounts = [{"account_key": f"douyin:{i}", "platform": "douyin", "is_owned": True} for i in range(8)]
    return {
        "decisions": frame(decisions, DECISIONS),
        "posts": posts(),
        "days": frame([{"account_key": "douyin:0", "business_date": AS_OF + dt.timedelta(60), "view_count": 1}], DAYS),
        "accounts": frame(accounts, {"account_key": pl.String, "platform": pl.String, "is_owned": pl.Boolean}),
    } | other


def suggestions(effects: list[dict[str, Any]], **other: pl.DataFrame) -> pl.DataFrame:
    """Table `suggestions` made from effects."""
    return suggestion_tables(**inputs(effects, **other))["suggestions"]


def posts(lift: float = 0.0, follow: float = 1.0, accounts: int = 8, adopters: int = 4, days: int = 84) -> pl.DataFrame:
    """Three posts a day and account, 56 days up to AS_OF, the rest after it; the first accounts adopt and gain `lift` by following."""
    rows = []
    for account in range(accounts):
        for day in range(-55, days - 55):
            for number in range(3):
                turn = (day * 7 + number * 3 + account) % 20
                adopts = day > 0 and account < adopters
                asks = turn < round(follow * 20) if adopts else turn < 5
                noise = ((day * 31 + number * 17 + account * 7) % 11 - 5) * 2
                gained = (40 + account * 5) * (1 + (lift if adopts and asks else 0.0)) + noise
                rows.append(
                    {
                        "post_key": f"{account}-{day}-{number}",
                        "platform": "douyin",
                        "account_key": f"douyin:{account}",
                        "published_date": AS_OF + dt.timedelta(day),
                        "local_hour": 8 + turn % 12,
                        "iso_weekday": (AS_OF + dt.timedelta(day)).isoweekday(),
                        "has_question": asks,
                        "is_long_title": False,
                        "emoji_count": turn % 3,
                        "comment_count": float(round(gained)),
                    }
                )
    return frame(rows, POSTS)


def decision(row: dict[str, Any], **other: Any) -> dict[str, Any]:
    """The decision to adopt a suggestion on the day after AS_OF, by coin, as the app stores it."""
    start = AS_OF + dt.timedelta(1)
    return {
        "entry_number": 1,
        "suggestion_id": row["suggestion_id"],
        "decision": "trial",
        "decided_by": "小林",
        "decided_at": dt.datetime.combine(start, dt.time(9), dt.UTC),
        "adopters": [f"douyin:{i}" for i in range(4)],
        "controls": [f"douyin:{i}" for i in range(4, 8)],
        "starts_on": start,
        "randomisation_seed": "accounts:1",
        "falsifier_json": row["falsifier_json"],
        "falsifier_hash": row["falsifier_hash"],
        "suggestion_json": json.dumps(row, ensure_ascii=False, default=str),
    } | other


def reads_of(name: str) -> dict[str, str]:
    """What an analysis says it reads."""
    return dict(next(a for a in ANALYSES if a.name == name).reads)
