"""What suggestions and their outcomes read and write."""

from pipelines.analyses.analysis import Analysis
from pipelines.suggestions.shape import CALIBRATION, OUTCOMES, SUGGESTIONS

DECISIONS = """
select entry_number, suggestion_id, decision, decided_by, decided_at, adopters, controls, starts_on, randomisation_seed,
    falsifier_json, falsifier_hash, suggestion_json
from core.fct_suggestion_decisions order by entry_number
"""
# The last quarter shows how much of what is published follows an action already.
RECENT_POSTS = """
select * from intermediate.int_post_features
where published_date > (select max(published_date) - 90 from intermediate.int_post_features) order by post_key
"""
SNAPSHOT = """
select max(business_date) as as_of_date,
    (select string_agg(distinct load_id, ',' order by load_id) from core.load_ledger) as loads_text
from intermediate.int_account_daily where not coalesce(is_provisional, false)
"""

ANALYSES = [
    Analysis(
        "suggestion_outcomes",
        "pipelines.suggestions.outcomes:outcome_tables",
        reads={
            "decisions": DECISIONS,
            "posts": "select * from intermediate.int_post_features order by post_key",
            "days": "select * from intermediate.int_account_daily order by account_key, business_date",
            "accounts": "select account_key, platform, is_owned from core.dim_accounts order by account_key",
        },
        writes={"suggestion_outcomes": OUTCOMES, "suggestion_calibration": CALIBRATION},
    ),
    Analysis(
        "suggestions",
        "pipelines.suggestions.engine:suggestion_tables",
        reads={
            "effects": "select * from analyses.effects order by effect_key",
            "checks": "select * from analyses.effect_checks order by effect_key, check_name",
            "calibration": "select * from analyses.suggestion_calibration order by suggestion_kind",
            "decisions": DECISIONS,
            "outcomes": "select * from analyses.suggestion_outcomes order by entry_number",
            "posts": RECENT_POSTS,
            "accounts": "select account_key, account_name from core.dim_accounts order by account_key",
            "platforms": "select platform, name_zh, name_en from core.dim_platforms order by platform",
            "segments": "select segment_key, segment_name_zh, segment_name_en from analyses.segment_profiles order by segment_key",
            "snapshot": SNAPSHOT,
            "history": "select * from analyses.suggestions order by suggestion_id",
        },
        writes={"suggestions": SUGGESTIONS},
        remembers=("suggestions",),
    ),
]
