{%- set account_metrics = ['view_count', 'engagement_count', 'follower_total_count', 'follower_net_count'] %}
{#- Followed only where a goal is set on them: every series costs a forecast. -#}
{%- set goal_metrics = [
    'impression_count', 'like_count', 'comment_count', 'share_count', 'repost_count', 'save_count', 'follower_gain_count',
    'posts_published_count', 'profile_visit_count', 'link_click_count'
] %}

with account_days as (
    select days.*
    from {{ ref('int_account_daily') }} as days
    inner join {{ ref('dim_accounts') }} as accounts on days.account_key = accounts.account_key
    where coalesce(accounts.is_owned, true)
),

people as (
    select
        business_date,
        count(distinct person_key) as people_count
    from {{ ref('fct_events') }}
    group by business_date
),

-- Money of two currencies has no sum.
orders as (
    select
        business_date,
        count(*) as order_count,
        sum(net_amount) filter (where coalesce(currency, '{{ var("home_currency") }}') = '{{ var("home_currency") }}') as net_amount
    from {{ ref('fct_orders') }}
    where not is_cancelled
    group by business_date
),

account_points as (
    {%- for metric in account_metrics + goal_metrics %}
    select
        platform,
        account_key,
        '{{ metric }}' as metric,
        business_date,
        cast({{ metric }} as double) as value,
        is_provisional
    from account_days
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

wanted as (
    {%- for metric in account_metrics %}
    select '{{ metric }}' as metric
    union
    {%- endfor %}
    select metric
    from {{ ref('dim_goals') }}
),

known_points as (
    select account_points.*
    from account_points
    inner join wanted on account_points.metric = wanted.metric
    where account_points.value is not null and account_points.business_date is not null
),

reporting as (
    select
        platform,
        account_key,
        metric,
        min(business_date) as first_date
    from known_points
    group by platform, account_key, metric
),

-- Accounts that had begun to report by each day.
begun as (
    select
        points.platform,
        points.metric,
        points.business_date,
        count(distinct reporting.account_key) as account_count
    from known_points as points
    inner join reporting on points.platform = reporting.platform and points.metric = reporting.metric
    where points.business_date >= reporting.first_date
    group by points.platform, points.metric, points.business_date
),

-- A platform's total exists on days when all of them reported; followers of two accounts overlap and are not added.
platform_points as (
    select
        points.platform,
        'all' as account_key,
        points.metric,
        points.business_date,
        sum(points.value) as value,
        bool_or(points.is_provisional) as is_provisional
    from known_points as points
    inner join begun using (platform, metric, business_date)
    where points.metric <> 'follower_total_count' and begun.account_count > 1
    group by points.platform, points.metric, points.business_date, begun.account_count
    having count(*) = begun.account_count
),

points as (
    select *
    from known_points
    union all
    select *
    from platform_points
    union all
    select
        'all' as platform,
        'all' as account_key,
        'active_people_count' as metric,
        business_date,
        cast(people_count as double) as value,
        false as is_provisional
    from people
    union all
    select
        'all' as platform,
        'all' as account_key,
        'order_count' as metric,
        business_date,
        cast(order_count as double) as value,
        false as is_provisional
    from orders
    union all
    select
        'all' as platform,
        'all' as account_key,
        'net_amount' as metric,
        business_date,
        cast(net_amount as double) as value,
        false as is_provisional
    from orders
)

select
    platform || '|' || account_key || '|' || metric as series_key,
    metric,
    platform,
    account_key,
    business_date,
    value,
    is_provisional
from points
where value is not null and business_date is not null
