{{ config(tags=['after_analyses']) }}

select
    model,
    channel,
    conversion_count,
    conversion_low_number,
    conversion_high_number,
    share_rate,
    share_low_rate,
    share_high_rate,
    path_count,
    converted_path_count,
    people_count,
    is_descriptive,
    design_rung,
    status,
    reason,
    period_starts_on,
    period_ends_on
from {{ source('analyses', 'attribution') }}
