select
    community_day_key,
    community,
    business_date,
    member_count,
    active_member_count,
    message_count,
    joined_count,
    left_count,
    note,
    loaded_at,
    load_id
from {{ ref('stg_community_days') }}
