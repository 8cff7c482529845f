"""What the analyses of conversion read and write."""

import polars as pl

from pipelines.analyses.analysis import Analysis
from pipelines.analyses.effects_shape import EFFECT_CHECKS, EFFECTS

FUNNEL_PATHS = {
    "funnel": pl.String,
    "dimension": pl.String,  # all, segment, platform, content_type, channel
    "dimension_value": pl.String,  # empty: unknown
    "step_number": pl.Int64,
    "step_name": pl.String,
    "people_count": pl.Int64,
    "people_before_count": pl.Int64,
    "conversion_from_previous_rate": pl.Float64,
    "conversion_low_rate": pl.Float64,
    "conversion_high_rate": pl.Float64,
    "shrunk_rate": pl.Float64,
    "conversion_from_first_rate": pl.Float64,
    "median_seconds_from_previous": pl.Float64,
    "entry_people_count": pl.Int64,
    "period_starts_on": pl.Date,
    "period_ends_on": pl.Date,
    "window_days": pl.Int64,
    "is_window_complete": pl.Boolean,
}

PATHS = {
    "path_kind": pl.String,  # behaviour (steps and verbs of a visit), channel (touches up to a payment)
    "path": pl.String,
    "length_count": pl.Int64,
    "people_count": pl.Int64,
    "converted_people_count": pl.Int64,
    "conversion_rate": pl.Float64,
    "conversion_low_rate": pl.Float64,
    "conversion_high_rate": pl.Float64,
    "share_rate": pl.Float64,
}

ATTRIBUTION = {
    "model": pl.String,
    "channel": pl.String,
    "conversion_count": pl.Float64,
    "conversion_low_number": pl.Float64,
    "conversion_high_number": pl.Float64,
    "share_rate": pl.Float64,
    "share_low_rate": pl.Float64,
    "share_high_rate": pl.Float64,
    "path_count": pl.Int64,
    "converted_path_count": pl.Int64,
    "people_count": pl.Int64,
    "is_descriptive": pl.Boolean,
    "design_rung": pl.String,
    "status": pl.String,
    "reason": pl.String,
    "period_starts_on": pl.Date,
    "period_ends_on": pl.Date,
}

AD_PERFORMANCE = {
    "platform": pl.String,
    "currency": pl.String,
    "attribution": pl.String,
    "dimension": pl.String,
    "dimension_value": pl.String,
    "active_day_count": pl.Int64,
    "period_starts_on": pl.Date,
    "period_ends_on": pl.Date,
    "spend_amount": pl.Float64,
    "impression_count": pl.Int64,
    "click_count": pl.Int64,
    "conversion_count": pl.Float64,
    "conversion_amount": pl.Float64,
    "click_rate": pl.Float64,
    "click_low_rate": pl.Float64,
    "click_high_rate": pl.Float64,
    "click_shrunk_rate": pl.Float64,
    "conversion_rate": pl.Float64,
    "conversion_low_rate": pl.Float64,
    "conversion_high_rate": pl.Float64,
    "conversion_shrunk_rate": pl.Float64,
    "cpa_amount": pl.Float64,
    "cpa_low_amount": pl.Float64,
    "cpa_high_amount": pl.Float64,
    "cpa_shrunk_amount": pl.Float64,
    "roas_number": pl.Float64,
    "roas_low_number": pl.Float64,
    "roas_high_number": pl.Float64,
    "roas_shrunk_number": pl.Float64,
    "elasticity_number": pl.Float64,
    "elasticity_low_number": pl.Float64,
    "elasticity_high_number": pl.Float64,
    "elasticity_shrunk_number": pl.Float64,
    "marginal_cpa_amount": pl.Float64,
    "marginal_cpa_low_amount": pl.Float64,
    "marginal_cpa_high_amount": pl.Float64,
    "returns_status": pl.String,  # estimated or not_enough_evidence
    "returns_reason": pl.String,
}

AD_MOVES = {
    "effect_key": pl.String,
    "move_amount": pl.Float64,  # a month
    "currency": pl.String,
    "attribution": pl.String,
    "dimension": pl.String,
}

ENTRIES = "select * from intermediate.int_funnel_entries where is_window_complete order by funnel, person_key, cohort_date"
STEPS = """
    select funnel, person_key, cohort_date, step_number, seconds_from_previous from intermediate.int_funnel_steps
    where step_number > 1 order by funnel, person_key, cohort_date, step_number
"""
VISITS = """
    select person_key, coalesce(session_key, business_date::varchar) as visit_key, occurred_at, event_key,
        coalesce(funnel_step, verb) as step
    from core.fct_events where person_key is not null and coalesce(funnel_step, verb) is not null
    order by person_key, visit_key, occurred_at, event_key
"""
TOUCHES = """
    select person_key, path_number, touched_at, touch_key, channel, converted_at, is_window_complete
    from intermediate.int_touchpoints order by person_key, path_number, touched_at, touch_key
"""
ACTIVITY = """
    select person_key, business_date, count(*) as event_count, count(*) filter (where verb = 'view') as view_count,
        count(*) filter (where verb in ('like', 'comment', 'share', 'save')) as engagement_count,
        count(*) filter (where funnel_step in ('click', 'visit')) as visit_count, count(*) filter (where funnel_step = 'pay') as pay_count
    from core.fct_events where person_key is not null group by person_key, business_date order by person_key, business_date
"""
AD_DAYS = """
    select platform, currency, attribution, dimension, dimension_value, business_date, sum(spend_amount)::double as spend_amount,
        sum(impression_count)::bigint as impression_count, sum(click_count)::bigint as click_count,
        sum(conversion_count)::double as conversion_count, sum(conversion_amount)::double as conversion_amount
    from intermediate.int_ad_days where not is_provisional group by all order by all
"""

ANALYSES = [
    Analysis(
        "conversion_funnels",
        "pipelines.analyses.conversion.funnels:funnel_tables",
        reads={
            "entries": ENTRIES,
            "steps": STEPS,
            "segments": "select person_key, segment_key from analyses.user_segments order by person_key",
        },
        writes={"funnel_paths": FUNNEL_PATHS, "funnel_effects": EFFECTS, "funnel_effect_checks": EFFECT_CHECKS},
    ),
    Analysis(
        "conversion_paths",
        "pipelines.analyses.conversion.paths:path_tables",
        reads={"visits": VISITS, "touches": TOUCHES},
        writes={"paths": PATHS},
    ),
    Analysis(
        "attribution",
        "pipelines.analyses.conversion.attribution:attribution_tables",
        reads={"touches": TOUCHES, "activity": ACTIVITY},
        writes={"attribution": ATTRIBUTION},
    ),
    Analysis(
        "ad_returns",
        "pipelines.analyses.conversion.ads:ad_tables",
        reads={"days": AD_DAYS},
        writes={"ad_performance": AD_PERFORMANCE, "ad_moves": AD_MOVES, "ad_effects": EFFECTS, "ad_effect_checks": EFFECT_CHECKS},
    ),
]
