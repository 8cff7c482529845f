-- The account's own report where there is one, else the sum over its posts, metric by metric. The two are never added.
{%- set columns = ['view_count', 'impression_count', 'like_count', 'endorsement_count', 'comment_count', 'share_count', 'repost_count',
    'save_count', 'coin_count', 'danmaku_count', 'posts_published_count'] %}

with content as (
    select
        platform,
        account_key,
        business_date,
        {%- for column in columns %}
        {{ sum_count(column) }} as {{ column }},
        {%- endfor %}
        least({{ metric('coverage_rate') }}, 1) as coverage_rate
    from {{ ref('int_content_days') }}
    group by platform, account_key, business_date
),

reports as (
    select * from {{ ref('fct_account_days') }}
),

account_days as (
    select
        platform,
        account_key,
        business_date,
        {%- for column in columns %}
        coalesce(reports.{{ column }}, content.{{ column }}) as {{ column }},
        {%- endfor %}
        reports.follower_total_count,
        {{ follower_net_count('reports.') }} as follower_net_count,
        reports.follower_gain_count,
        reports.follower_loss_count,
        reports.profile_visit_count,
        reports.link_click_count,
        case
            when reports.view_count is not null then 'account_report'
            when content.view_count is not null then 'post_difference'
        end as view_source,
        coalesce(reports.is_provisional, false) as is_provisional,
        case when reports.view_count is not null then 1.0 else content.coverage_rate end as coverage_rate
    from reports
    full outer join content using (platform, account_key, business_date)
)

select
    account_days.*,
    {{ engagement_count('account_days.', 'platforms.engagement_members') }} as engagement_count
from account_days
left join {{ ref('dim_platforms') }} as platforms on account_days.platform = platforms.platform
