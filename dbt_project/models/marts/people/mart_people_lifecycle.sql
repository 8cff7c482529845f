{{ config(tags=['after_analyses']) }}

select
    lifecycle.person_key,
    lifecycle.as_of_date,
    segments.segment_key,
    profiles.segment_name_zh,
    profiles.segment_name_en,
    lifecycle.lifecycle_state,
    lifecycle.recency_score,
    lifecycle.frequency_score,
    lifecycle.monetary_score,
    lifecycle.rfm_group,
    lifecycle.alive_rate,
    lifecycle.expected_active_days,
    features.first_seen_date,
    features.last_seen_date,
    features.recency_days,
    features.active_day_count,
    features.order_count,
    features.paid_amount
from {{ source('analyses', 'people_lifecycle') }} as lifecycle
left join {{ source('analyses', 'user_segments') }} as segments on lifecycle.person_key = segments.person_key
left join {{ source('analyses', 'segment_profiles') }} as profiles on segments.segment_key = profiles.segment_key
left join {{ ref('int_person_features') }} as features on lifecycle.person_key = features.person_key
