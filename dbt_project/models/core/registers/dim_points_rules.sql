select
    points_rule_key,
    rule,
    points_type,
    points_count,
    event_type,
    daily_limit_count,
    valid_days,
    hundred_points_amount,
    currency,
    starts_on,
    ends_on,
    note,
    loaded_at,
    load_id
from {{ ref('stg_points_rules') }}
