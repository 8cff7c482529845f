{%- set account_metrics = ['view_count', 'engagement_count', 'follower_total_count', 'follower_net_count'] %}

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
    {%- for metric in account_metrics %}
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

known_points as (
    select *
    from account_points
    where value is not null and business_date is not null
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

-- A platform's total exists on days when every account that had begun to report did; followers of two accounts overlap and are not added.
platform_points as (
    select
        points.platform,
        'all' as account_key,
        points.metric,
        points.business_date,
        sum(points.value) as value,
        bool_or(points.is_provisional) as is_provisional
    from known_points as points
    where points.metric <> 'follower_total_count'
    group by points.platform, points.metric, points.business_date
    having count(*) > 1 and count(*) = (
        select count(*)
        from reporting
        where
            reporting.platform = points.platform
            and reporting.metric = points.metric
            and reporting.first_date <= points.business_date
    )
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
