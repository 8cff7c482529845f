{{ config(tags=['after_analyses']) }}

select
    potential.person_key,
    potential.as_of_date,
    potential.rank,
    potential.decile,
    potential.pay_rate,
    segments.segment_key,
    profiles.segment_name_zh,
    profiles.segment_name_en,
    segments.lifecycle_state,
    potential.recency_days,
    potential.active_day_count,
    potential.coupon_count,
    potential.top_channel
from {{ source('analyses', 'potential_users') }} as potential
left join {{ source('analyses', 'user_segments') }} as segments on potential.person_key = segments.person_key
left join {{ source('analyses', 'segment_profiles') }} as profiles on segments.segment_key = profiles.segment_key
