select
    positioning_plan_key,
    platform,
    account_key,
    dimension_type,
    dimension_value,
    planned_share_rate,
    weekly_post_count,
    starts_on,
    ends_on,
    note,
    loaded_at,
    load_id
from {{ ref('stg_positioning_plans') }}
