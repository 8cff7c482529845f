with ad_days as (
    select * from {{ source('raw', 'ad_days') }}
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
    a.ad_level,
    a.ad_entity_id,
    a.ad_entity_name,
    a.campaign_id,
    {{ campaign_key('a.campaign') }} as campaign_key,
    nullif(trim(a.campaign), '') as campaign,
    a.ad_group_id,
    a.ad_group,
    a.creative_id,
    a.creative,
    a.platform_post_id,
    a.product_id,
    a.audience,
    a.placement,
    a.status_raw,
    a.attribution,
    -- A report over a single day is that day's.
    coalesce(a.business_date, case when a.window_start = a.window_end then a.window_start end) as business_date,
    a.business_hour,
    a.window_start,
    a.window_end,
    cast(a.spend_amount as decimal(18, 4)) as spend_amount,
    a.currency,
    a.impression_count,
    a.reach_count,
    a.click_count,
    a.engagement_count,
    a.like_count,
    a.comment_count,
    a.share_count,
    a.save_count,
    a.follower_gain_count,
    a.video_play_count,
    a.conversion_count,
    cast(a.conversion_amount as decimal(18, 4)) as conversion_amount,
    a.order_count,
    cast(a.order_amount as decimal(18, 4)) as order_amount,
    a.lead_count,
    a.average_watch_seconds,
    a.completion_rate,
    a.play_3s_rate,
    a.play_10s_rate,
    a.is_provisional,
    a.captured_at,
    a.approximate_columns,
    a.censored_columns,
    a.extra
from ad_days as a
left join loads on a.load_id = loads.load_id
