{%- set rates = ['engagement_rate_by_views', 'engagement_rate_by_impressions', 'engagement_rate_by_reach', 'engagement_rate_by_followers',
    'view_to_follow_rate'] %}
{%- set grade_group = 'partition by platform, content_type, is_mature and engagement_rate is not null' %}

with latest as (
    select * from {{ ref('int_post_latest') }}
),

-- Followers as they were when the post was published; a crawler states them beside the post.
exact_figures as (
    select
        latest.post_key,
        {{ known('view_count', 'latest.') }} as view_count,
        {{ known('impression_count', 'latest.') }} as impression_count,
        {{ known('reach_count', 'latest.') }} as reach_count,
        {{ known('follower_gain_count', 'latest.') }} as follower_gain_count,
        latest.exact_engagement_count as engagement_count,
        coalesce(followers.follower_total_count, latest.author_follower_count) as follower_total_count
    from latest
    inner join {{ ref('dim_posts') }} as posts on latest.post_key = posts.post_key
    left join {{ ref('int_follower_totals') }} as followers
        on latest.account_key = followers.account_key
        and posts.published_date >= followers.valid_from
        and (posts.published_date < followers.valid_before or followers.valid_before is null)
),

rates as (
    select
        post_key,
        {%- for rate in rates %}
        {{ metric_of_row(rate) }} as {{ rate }},
        {%- endfor %}
        follower_total_count
    from exact_figures
),

figures as (
    select
        latest.post_key,
        latest.platform,
        latest.account_key,
        accounts.account_name,
        posts.content_type,
        posts.published_at,
        posts.published_date,
        posts.title,
        posts.permalink,
        posts.is_owned and coalesce(accounts.is_owned, true) as is_owned,
        posts.campaign_key,
        latest.captured_at,
        latest.window_kind,
        cast({{ days_between('posts.published_date', 'latest.captured_date') }} as bigint) as age_days,
        coalesce({{ days_between('posts.published_date', 'latest.captured_date') }} >= latest.maturity_days, false) as is_mature,
        latest.impression_count,
        latest.reach_count,
        latest.view_count,
        latest.like_count,
        latest.endorsement_count,
        latest.comment_count,
        latest.share_count,
        latest.repost_count,
        latest.save_count,
        latest.engagement_count,
        latest.follower_gain_count,
        rates.follower_total_count,
        {%- for rate in rates %}
        rates.{{ rate }},
        {%- endfor %}
        coalesce(rates.engagement_rate_by_views, rates.engagement_rate_by_impressions) as engagement_rate,
        {{ known('completion_rate', 'latest.') }} as completion_rate,
        {{ known('average_watch_seconds', 'latest.') }} as average_watch_seconds,
        latest.is_approximate,
        coalesce(len(latest.censored_columns) > 0, false) as is_censored
    from latest
    inner join {{ ref('dim_posts') }} as posts on latest.post_key = posts.post_key
    inner join rates on latest.post_key = rates.post_key
    left join {{ ref('dim_accounts') }} as accounts on latest.account_key = accounts.account_key
),

-- A post is compared with mature posts of its own kind only, and only where there are enough of them.
placed as (
    select
        *,
        percent_rank() over ({{ grade_group }} order by engagement_rate) as place,
        count(*) over ({{ grade_group }}) as group_size
    from figures
)

select
    * exclude (place, group_size),
    case
        when not is_mature or engagement_rate is null or group_size < {{ var('grade_min_posts') }} then null
        when place >= 0.75 then 'A'
        when place >= 0.5 then 'B'
        when place >= 0.25 then 'C'
        else 'D'
    end as grade
from placed
