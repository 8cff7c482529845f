{{ config(tags=['after_analyses']) }}

select
    alert_key,
    kind,
    level,
    is_alert,
    frequency,
    platforms,
    started_at,
    last_at,
    observed_count,
    expected_number,
    total_count,
    usual_share_rate,
    share_z,
    tail,
    threshold,
    baseline_count,
    top_category,
    text_keys,
    incident
from {{ source('analyses', 'alerts') }}
