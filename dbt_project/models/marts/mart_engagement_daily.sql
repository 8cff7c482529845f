{%- set columns = ['view_count', 'impression_count', 'like_count', 'endorsement_count', 'comment_count', 'share_count', 'repost_count',
    'save_count', 'coin_count', 'danmaku_count', 'engagement_count'] %}
{%- set pairs = ['er_views_numerator_count', 'er_views_denominator_count', 'er_impressions_numerator_count',
    'er_impressions_denominator_count'] %}

with by_type as (
    select
        platform,
        account_key,
        content_type,
        business_date,
        {%- for column in columns + pairs %}
        {{ column }},
        {%- endfor %}
        engagement_rate_by_views,
        engagement_rate_by_impressions,
        'post_difference' as basis_source,
        has_correction
    from {{ ref('int_content_days') }}
),

reports as (
    select
        days.*,
        {{ engagement_count('days.', 'platforms.engagement_members') }} as engagement_count
    from {{ ref('fct_account_days') }} as days
    left join {{ ref('dim_platforms') }} as platforms on days.platform = platforms.platform
),

by_account as (
    select
        platform,
        account_key,
        'all' as content_type,
        business_date,
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        case when view_count is not null then engagement_count end as er_views_numerator_count,
        case when engagement_count is not null then view_count end as er_views_denominator_count,
        case when impression_count is not null then engagement_count end as er_impressions_numerator_count,
        case when engagement_count is not null then impression_count end as er_impressions_denominator_count,
        {{ metric_of_row('engagement_rate_by_views') }} as engagement_rate_by_views,
        {{ metric_of_row('engagement_rate_by_impressions') }} as engagement_rate_by_impressions,
        'account_report' as basis_source,
        false as has_correction
    from reports
),

engagement as (
    select * from by_type
    union all
    select * from by_account
),

with_followers as (
    select
        engagement.*,
        followers.follower_total_count
    from engagement
    left join {{ ref('int_follower_totals') }} as followers
        on engagement.account_key = followers.account_key
        and engagement.business_date >= followers.valid_from
        and (engagement.business_date < followers.valid_before or followers.valid_before is null)
)

select
    *,
    {{ metric_of_row('engagement_rate_by_followers') }} as engagement_rate_by_followers
from with_followers
