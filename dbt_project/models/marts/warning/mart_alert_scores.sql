{{ config(tags=['after_analyses']) }}

select
    frequency,
    window_starts_on,
    window_ends_on,
    weeks_number,
    alert_count,
    alerts_per_week,
    incident_count,
    found_count,
    recall_rate,
    median_delay_hours,
    false_alerts_per_week,
    status
from {{ source('analyses', 'alert_scores') }}
