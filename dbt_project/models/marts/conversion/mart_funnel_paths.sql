{{ config(tags=['after_analyses']) }}

select
    funnel,
    dimension,
    dimension_value,
    step_number,
    step_name,
    people_count,
    people_before_count,
    conversion_from_previous_rate,
    conversion_low_rate,
    conversion_high_rate,
    shrunk_rate,
    conversion_from_first_rate,
    median_seconds_from_previous,
    entry_people_count,
    period_starts_on,
    period_ends_on,
    window_days,
    is_window_complete
from {{ source('analyses', 'funnel_paths') }}
