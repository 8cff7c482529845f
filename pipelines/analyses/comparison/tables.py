"""What the analyses that make figures comparable read and write."""

import polars as pl

from pipelines.analyses.analysis import Analysis, Schema

MATURITY_CURVES = {
    "platform": pl.String,
    "content_type": pl.String,
    "metric": pl.String,
    "age_days": pl.Int64,
    "share_rate": pl.Float64,
    "lower_rate": pl.Float64,
    "upper_rate": pl.Float64,
    "n_count": pl.Int64,
    "mature_age_days": pl.Float64,
    "basis": pl.String,
}

POST_PROJECTIONS = {
    "post_key": pl.String,
    "platform": pl.String,
    "account_key": pl.String,
    "content_type": pl.String,
    "published_date": pl.Date,
    "metric": pl.String,
    "age_days": pl.Float64,
    "observed": pl.Float64,
    "projected": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "is_mature": pl.Boolean,
    "n_count": pl.Int64,
    "basis": pl.String,
}

COMPARISONS: Schema = {
    "scope": pl.String,
    "platform": pl.String,
    "account_key": pl.String,
    "metric": pl.String,
    "measure": pl.String,
    "period_days": pl.Int64,
    "baseline_kind": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "baseline_starts_on": pl.Date,
    "baseline_ends_on": pl.Date,
    "value": pl.Float64,
    "baseline": pl.Float64,
    "difference": pl.Float64,
    "difference_lower": pl.Float64,
    "difference_upper": pl.Float64,
    "log_ratio": pl.Float64,
    "log_ratio_lower": pl.Float64,
    "log_ratio_upper": pl.Float64,
    "interval_method": pl.String,
    "day_count": pl.Int64,
    "account_count": pl.Int64,
    "post_count": pl.Int64,
    "baseline_post_count": pl.Int64,
    "coverage_rate": pl.Float64,
    "flags": pl.List(pl.String),
    "verdict": pl.String,
}

PLATFORM_STANDING = {
    "platform": pl.String,
    "metric": pl.String,
    "period_days": pl.Int64,
    "ends_on": pl.Date,
    "value": pl.Float64,
    "percentile": pl.Float64,
    "log_z": pl.Float64,
    "window_count": pl.Int64,
    "is_leader": pl.Boolean,
    "verdict": pl.String,
}

POST_SURVIVAL = {
    "platform": pl.String,
    "period_days": pl.Int64,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "post_count": pl.Int64,
    "known_post_count": pl.Int64,
    "deleted_post_count": pl.Int64,
    "deleted_rate": pl.Float64,
    "deleted_lower_rate": pl.Float64,
    "deleted_upper_rate": pl.Float64,
    "mean_view_count": pl.Float64,
    "remaining_mean_view_count": pl.Float64,
    "drift_rate": pl.Float64,
}

CONTRIBUTIONS = {
    "scope": pl.String,
    "platform": pl.String,
    "kpi": pl.String,
    "period_days": pl.Int64,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "stratum": pl.String,
    "part": pl.String,
    "contribution": pl.Float64,
    "stratum_value": pl.Float64,
    "stratum_baseline": pl.Float64,
    "stratum_rate": pl.Float64,
    "stratum_baseline_rate": pl.Float64,
    "total_value": pl.Float64,
    "total_baseline": pl.Float64,
    "post_count": pl.Int64,
    "baseline_post_count": pl.Int64,
    "coverage_rate": pl.Float64,
    "is_simpson_reversal": pl.Boolean,
}

_POSTS = """
    select p.post_key, p.platform, p.account_key, p.content_type, p.published_date, p.is_deleted, d.maturity_days,
        cast(l.view_count as double) as view_count, cast(l.exact_engagement_count as double) as engagement_count,
        l.view_age_days, l.engagement_age_days
    from core.dim_posts as p
    join core.dim_platforms as d on p.platform = d.platform
    left join core.dim_accounts as a on p.account_key = a.account_key
    left join (
        select n.post_key, n.exact_engagement_count,
            case when not coalesce(list_contains(n.censored_columns, 'view_count'), false) then n.view_count end as view_count,
            (epoch_us(c.view_at) - epoch_us(c.published_at)) / 86400e6 - c.unknown_days as view_age_days,
            (epoch_us(c.engagement_at) - epoch_us(c.published_at)) / 86400e6 - c.unknown_days as engagement_age_days
        from intermediate.int_post_latest as n
        join (
            select s.post_key, any_value(q.published_at) as published_at,
                max(s.captured_at) filter (where s.view_count is not null) as view_at,
                max(s.captured_at) filter (
                    where coalesce(s.like_count, s.comment_count, s.share_count, s.repost_count, s.save_count) is not null
                ) as engagement_at,
                any_value(case when q.published_precision = 'day' then 0.5 else 0 end) as unknown_days
            from core.fct_post_snapshots as s
            join core.dim_posts as q on s.post_key = q.post_key
            where s.window_kind = 'lifetime'
            group by s.post_key
        ) as c on n.post_key = c.post_key
        where n.window_kind = 'lifetime'
    ) as l on p.post_key = l.post_key
    where coalesce(p.is_owned, true) and coalesce(a.is_owned, true) and p.published_date is not null
    order by p.post_key
"""
_AGES = """
    select post_key, platform, content_type, age_days, view_count, engagement_count
    from intermediate.int_post_ages order by post_key, age_days
"""
_ACCOUNT_DAYS = """
    select d.platform, d.account_key, d.business_date, cast(d.view_count as double) as view_count,
        cast(d.impression_count as double) as impression_count, cast(d.engagement_count as double) as engagement_count,
        cast(d.follower_net_count as double) as follower_net_count, cast(d.posts_published_count as double) as posts_published_count,
        d.view_source, d.is_provisional
    from intermediate.int_account_daily as d
    join core.dim_accounts as a on d.account_key = a.account_key
    where coalesce(a.is_owned, true)
    order by d.account_key, d.business_date
"""
_DATES = "select date, festival_offset_days, shopping_festival, holiday_zh is not null as is_holiday from core.dim_dates order by date"
_CHANGES = "select platform, metric, changed_on from core.dim_definition_changes order by all"

ANALYSES = [
    Analysis(
        "maturity",
        "pipelines.analyses.comparison.maturity:maturity_tables",
        reads={"posts": _POSTS, "ages": _AGES},
        writes={"maturity_curves": MATURITY_CURVES, "post_projections": POST_PROJECTIONS},
    ),
    Analysis(
        "comparisons",
        "pipelines.analyses.comparison.comparisons:comparison_tables",
        reads={"account_days": _ACCOUNT_DAYS, "dates": _DATES, "posts": _POSTS, "ages": _AGES, "changes": _CHANGES},
        writes={"comparisons": COMPARISONS, "platform_standing": PLATFORM_STANDING, "post_survival": POST_SURVIVAL},
    ),
    Analysis(
        "contributions",
        "pipelines.analyses.comparison.contributions:contribution_tables",
        reads={"posts": _POSTS, "ages": _AGES},
        writes={"contributions": CONTRIBUTIONS},
    ),
]
