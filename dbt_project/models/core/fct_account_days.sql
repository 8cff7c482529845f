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
