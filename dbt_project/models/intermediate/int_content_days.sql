-- Daily sums over posts by content type, beside what was published that day. Counts of people (reach, viewers) are not summed.
{%- set columns = ['view_count', 'impression_count', 'like_count', 'endorsement_count', 'comment_count', 'share_count', 'repost_count',
    'save_count', 'coin_count', 'danmaku_count', 'engagement_count'] %}

with post_days as (
    select
        days.*,
        posts.content_type,
        posts.published_date,
        {{ engagement_count('days.', 'platforms.engagement_members') }} as engagement_count
    from {{ ref('fct_post_days') }} as days
    inner join {{ ref('dim_posts') }} as posts on days.post_key = posts.post_key
    left join {{ ref('dim_platforms') }} as platforms on days.platform = platforms.platform
),

happened as (
    select
        platform,
        account_key,
        content_type,
        business_date,
        {%- for column in columns %}
        {{ sum_count(column) }} as {{ column }},
        {%- endfor %}
        {{ metric('engagement_rate_by_views') }} as engagement_rate_by_views,
        {{ metric('engagement_rate_by_impressions') }} as engagement_rate_by_impressions,
        cast({{ paired_sum('engagement_count', 'view_count') }} as bigint) as er_views_numerator_count,
        cast({{ paired_sum('view_count', 'engagement_count') }} as bigint) as er_views_denominator_count,
        cast({{ paired_sum('engagement_count', 'impression_count') }} as bigint) as er_impressions_numerator_count,
        cast({{ paired_sum('impression_count', 'engagement_count') }} as bigint) as er_impressions_denominator_count,
        {{ safe_divide('sum(case when is_estimated then abs(view_count) else 0 end)', 'sum(abs(view_count))') }} as estimated_rate,
        bool_or(is_correction) as has_correction,
        count(*) as counted_post_count,
        count(published_date) as counted_dated_post_count
    from post_days
    group by platform, account_key, content_type, business_date
),

published as (
    select
        posts.platform,
        posts.account_key,
        posts.content_type,
        posts.published_date as business_date,
        count(*) as posts_published_count,
        {{ sum_count(known('view_count', 'latest.')) }} as lifetime_view_count,
        {{ sum_count(known('impression_count', 'latest.')) }} as lifetime_impression_count
    from {{ ref('dim_posts') }} as posts
    inner join {{ ref('int_post_latest') }} as latest on posts.post_key = latest.post_key
    where posts.published_date is not null
    group by posts.platform, posts.account_key, posts.content_type, posts.published_date
),

content_days as (
    select
        platform,
        account_key,
        content_type,
        business_date,
        {%- for column in columns %}
        happened.{{ column }},
        {%- endfor %}
        happened.engagement_rate_by_views,
        happened.engagement_rate_by_impressions,
        happened.er_views_numerator_count,
        happened.er_views_denominator_count,
        happened.er_impressions_numerator_count,
        happened.er_impressions_denominator_count,
        happened.estimated_rate,
        coalesce(happened.has_correction, false) as has_correction,
        coalesce(happened.counted_post_count, 0) as counted_post_count,
        coalesce(happened.counted_dated_post_count, 0) as counted_dated_post_count,
        coalesce(published.posts_published_count, 0) as posts_published_count,
        published.lifetime_view_count,
        published.lifetime_impression_count
    from happened
    full outer join published using (platform, account_key, content_type, business_date)
)

select
    *,
    cast(sum(posts_published_count) over (
        partition by platform, account_key, content_type order by business_date rows between unbounded preceding and current row
    ) as bigint) as known_post_count
from content_days
