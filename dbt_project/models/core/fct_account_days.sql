-- Files with one metric each join into one row: per column, the last figure delivered for that day.
{%- set columns = ['follower_total_count', 'posts_published_count', 'message_count'] + var('increment_columns') + var('measure_columns') %}

with deliveries as (
    select
        *,
        row_number() over (
            partition by account_key, business_date order by captured_at, loaded_at, load_id, row_number
        ) as delivery
    from {{ ref('stg_account_days') }}
    where business_date is not null
),

-- New and lost followers may come by where they came from: each has one such source, so that these add up. (Readers do not.)
channel_followers as (
    select
        account_key,
        platform,
        business_date,
        channel,
        {{ latest_known('follower_gain_count', 'captured_at') }} as follower_gain_count,
        {{ latest_known('follower_loss_count', 'captured_at') }} as follower_loss_count,
        max(captured_at) as captured_at
    from {{ ref('stg_account_channel_days') }}
    where follower_gain_count is not null or follower_loss_count is not null
    group by account_key, platform, business_date, channel
),

figures as (
    select
        account_key,
        platform,
        business_date,
        delivery,
        captured_at,
        is_provisional,
        currency,
        {%- for column in columns %}
        {{ known(column) }} as {{ column }},
        {%- endfor %}
        coalesce(len(approximate_columns) > 0, false) as is_approximate
    from deliveries

    union all

    select
        account_key,
        platform,
        business_date,
        0 as delivery, -- what the account's own report says comes first
        max(captured_at) as captured_at,
        cast(null as boolean) as is_provisional,
        cast(null as varchar) as currency,
        {%- for column in columns %}
        {% if column in ('follower_gain_count', 'follower_loss_count') -%}
        {{ sum_count(column) }} as {{ column }},
        {%- else -%}
        null as {{ column }},
        {%- endif %}
        {%- endfor %}
        false as is_approximate
    from channel_followers
    group by account_key, platform, business_date
)

select
    account_key,
    max(platform) as platform,
    business_date,
    {%- for column in columns %}
    {{ latest_known(column, 'delivery') }} as {{ column }},
    {%- endfor %}
    {{ latest_known('currency', 'delivery') }} as currency,
    bool_or(is_approximate) as is_approximate,
    {{ latest_known('is_provisional', 'delivery') }} as is_provisional,
    max(captured_at) as captured_at
from figures
group by account_key, business_date
