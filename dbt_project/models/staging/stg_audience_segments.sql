with audience_segments as (
    select * from {{ source('raw', 'audience_segments') }}
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
    a.segment_kind,
    a.segment_value,
    a.people_count,
    a.people_share_rate,
    a.view_count,
    a.view_share_rate,
    a.watch_seconds,
    a.watch_share_rate,
    a.average_watch_seconds,
    a.average_progress_rate,
    a.business_date,
    a.window_start,
    a.window_end,
    a.captured_at,
    a.extra
from audience_segments as a
left join loads on a.load_id = loads.load_id
