with account_days as (
    select * from {{ source('raw', 'account_days') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    a.load_id,
    a.row_number,
    loads.loaded_at,
    a.platform,
    a.account_key,
    a.business_date,
    a.captured_at,
    a.is_owned,
    a.is_provisional,
    a.currency,
    a.follower_total_count,
    a.posts_published_count,
    a.message_count,
    {{ metric_columns('a') }},
    a.approximate_columns,
    a.censored_columns,
    a.extra
from account_days as a
left join loads on a.load_id = loads.load_id
