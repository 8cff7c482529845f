with channel_days as (
    select * from {{ source('raw', 'account_channel_days') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    c.load_id,
    c.row_number,
    loads.loaded_at,
    c.platform,
    c.account_key,
    c.channel,
    c.business_date,
    c.captured_at,
    {{ metric_columns('c') }},
    c.approximate_columns,
    c.censored_columns,
    c.extra
from channel_days as c
left join loads on c.load_id = loads.load_id
