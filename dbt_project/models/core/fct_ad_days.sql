-- Totals over a window have no day and stay in staging. Rows with an hour are parts of a day, and levels are parts of each other.
with deliveries as (
    select
        *,
        md5(concat_ws(
            '|', account_key, ad_level, coalesce(ad_entity_id, ''), business_date, coalesce(cast(business_hour as varchar), '')
        )) as ad_day_key
    from {{ ref('stg_ad_days') }}
    where business_date is not null
),

delivered as (
    {{ last_delivery('deliveries', 'ad_day_key', order_by='captured_at') }}
)

select
    ad_day_key,
    platform,
    account_key,
    ad_level,
    ad_entity_id,
    ad_entity_name,
    business_date,
    business_hour,
    campaign_id,
    campaign_key,
    campaign,
    ad_group_id,
    ad_group,
    creative_id,
    creative,
    platform_post_id,
    product_id,
    audience,
    placement,
    status_raw,
    attribution,
    spend_amount,
    currency,
    impression_count,
    reach_count,
    click_count,
    engagement_count,
    like_count,
    comment_count,
    share_count,
    save_count,
    follower_gain_count,
    video_play_count,
    conversion_count,
    conversion_amount,
    order_count,
    order_amount,
    lead_count,
    average_watch_seconds,
    completion_rate,
    play_3s_rate,
    play_10s_rate,
    coalesce(is_provisional, false) as is_provisional,
    coalesce(len(approximate_columns) > 0, false) as is_approximate,
    censored_columns,
    captured_at,
    load_id
from delivered
