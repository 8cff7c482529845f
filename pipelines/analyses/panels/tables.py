"""What the analyses of panels read and write."""

import polars as pl

from pipelines.analyses.analysis import Analysis
from pipelines.analyses.effects_shape import EFFECT_CHECKS, EFFECTS

CAMPAIGN_PATHS = {
    "campaign_key": pl.String,
    "outcome": pl.String,
    "business_date": pl.Date,
    "is_in_window": pl.Boolean,
    "actual": pl.Float64,
    "counterfactual": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "treated_count": pl.Int64,
    "control_count": pl.Int64,
}

CAMPAIGNS = """
select campaign_key, plan_campaign_key, coalesce(starts_on, first_seen_date) as starts_on, coalesce(ends_on, last_seen_date) as ends_on
from core.dim_campaigns
order by campaign_key
"""

# A post says its campaign itself, or the register of campaigns lists it.
CAMPAIGN_POSTS = """
select campaign_key, account_key from core.dim_posts where campaign_key is not null
union
select links.campaign_key, coalesce(posts.account_key, links.account_key) as account_key
from core.fct_campaign_posts as links
left join core.dim_posts as posts on links.post_key = posts.post_key
order by campaign_key, account_key
"""

ACCOUNT_DAYS = """
select days.account_key, days.business_date, days.view_count, days.engagement_count, days.follower_gain_count, days.coverage_rate
from intermediate.int_account_daily as days
join core.dim_accounts as accounts on days.account_key = accounts.account_key
where accounts.is_owned and not days.is_provisional
order by days.account_key, days.business_date
"""

PERSON_DAYS = """
select person_key, business_date, view_count, click_count, visit_count, like_count, comment_count, share_count, save_count, coupon_count,
    order_count, pay_count, session_count, top_channel
from intermediate.int_person_days
order by person_key, business_date
"""

REGISTERS = """
select person_key, min(business_date) as business_date from core.fct_events
where verb = 'register' and person_key is not null
group by person_key
order by person_key
"""

# The last word of each suggestion that accounts were drawn for.
EXPERIMENTS = """
select suggestion_id, adopters, controls, starts_on, suggestion_json, falsifier_json
from core.fct_suggestion_decisions
where is_latest and decision in ('adopted', 'trial') and starts_on is not null
    and randomisation_seed is not null and randomisation_seed not like 'days:%'
order by suggestion_id
"""

POSTS = """
select account_key, published_date, view_count, impression_count, like_count, comment_count, share_count, repost_count, save_count,
    engagement_count, first_day_view_count
from intermediate.int_post_features
order by account_key, post_key
"""

ANALYSES = [
    Analysis(
        "behaviour_effects",
        "pipelines.analyses.panels.behaviour_effects:behaviour_tables",
        reads={
            "days": PERSON_DAYS,
            "registers": REGISTERS,
            "segments": "select person_key, segment_key from analyses.user_segments order by person_key",
        },
        writes={"behaviour_effects": EFFECTS, "behaviour_effect_checks": EFFECT_CHECKS},
    ),
    Analysis(
        "experiment_effects",
        "pipelines.analyses.panels.decision_experiments:experiment_tables",
        reads={"decisions": EXPERIMENTS, "posts": POSTS, "days": ACCOUNT_DAYS},
        writes={"experiment_effects": EFFECTS, "experiment_effect_checks": EFFECT_CHECKS},
    ),
    Analysis(
        "campaign_effects",
        "pipelines.analyses.panels.campaign_effects:campaign_tables",
        reads={"campaigns": CAMPAIGNS, "posts": CAMPAIGN_POSTS, "days": ACCOUNT_DAYS},
        writes={"campaign_effects": EFFECTS, "campaign_effect_checks": EFFECT_CHECKS, "campaign_paths": CAMPAIGN_PATHS},
    ),
]
