{{ config(tags=['after_analyses']) }}

select
    suggestion_kind,
    measured_count,
    slope_number,
    slope_low_number,
    slope_high_number,
    calibration_number,
    refuted_count,
    is_downgraded
from {{ source('analyses', 'suggestion_calibration') }}
