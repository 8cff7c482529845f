with post_channels as (
    select * from {{ source('raw', 'post_channels') }}
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
    coalesce(aliases.post_key, c.post_key) as post_key,
    c.title,
    c.published_date,
    c.channel,
    c.viewer_share_rate,
    c.window_start,
    c.window_end,
    c.captured_at,
    {{ metric_columns('c') }},
    c.approximate_columns,
    c.censored_columns,
    c.extra
from post_channels as c
left join loads on c.load_id = loads.load_id
left join {{ ref('stg_post_aliases') }} as aliases on c.post_key = aliases.alias_post_key
