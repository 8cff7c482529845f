{{ config(tags=['after_analyses']) }}

select
    platform,
    metric,
    period_days,
    ends_on,
    value,
    percentile as percentile_rate,
    window_count,
    is_leader,
    verdict
from {{ source('analyses', 'platform_standing') }}
