{{ config(tags=['after_analyses']) }}

select
    segments.person_key,
    segments.as_of_date,
    segments.segment_key,
    profiles.segment_name_zh,
    profiles.segment_name_en,
    segments.lifecycle_state,
    segments.distance,
    features.first_seen_date,
    features.last_seen_date,
    features.recency_days,
    features.tenure_days,
    features.median_gap_days,
    features.gap_p90_days,
    features.active_day_count,
    features.session_count,
    features.view_count,
    features.click_count,
    features.visit_count,
    features.like_count,
    features.comment_count,
    features.share_count,
    features.save_count,
    features.order_count,
    features.paid_amount,
    features.coupon_order_count,
    features.top_channel,
    features.top_platform
from {{ source('analyses', 'user_segments') }} as segments
left join {{ source('analyses', 'segment_profiles') }} as profiles on segments.segment_key = profiles.segment_key
left join {{ ref('int_person_features') }} as features on segments.person_key = features.person_key
