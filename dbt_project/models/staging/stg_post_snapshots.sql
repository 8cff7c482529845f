with snapshots as (
    select * from {{ source('raw', 'post_snapshots') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    s.load_id,
    s.row_number,
    loads.loaded_at,
    loads.load_order,
    s.platform,
    s.account_key,
    coalesce(aliases.post_key, s.post_key) as post_key,
    s.captured_at,
    coalesce(s.window_kind, 'lifetime') as window_kind,
    s.window_start,
    s.window_end,
    s.platform_post_id,
    s.title,
    s.body,
    s.permalink,
    coalesce(s.content_type, 'other') as content_type,
    s.content_type_raw,
    s.published_at,
    s.published_date,
    s.published_precision,
    s.duration_seconds,
    s.visibility_raw,
    s.is_original,
    s.is_owned,
    s.author_key,
    s.author_follower_count,
    {{ campaign_key('s.campaign_key') }} as campaign_key,
    s.currency,
    {{ metric_columns('s') }},
    s.approximate_columns,
    s.censored_columns,
    s.extra
from snapshots as s
left join loads on s.load_id = loads.load_id
left join {{ ref('stg_post_aliases') }} as aliases on s.post_key = aliases.alias_post_key
