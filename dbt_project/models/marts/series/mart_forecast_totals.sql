{{ config(tags=['after_analyses']) }}

select
    series_key,
    horizon_days,
    business_date,
    total_forecast,
    total_lower,
    total_upper,
    interval_level,
    made_on
from {{ source('analyses', 'forecast_totals') }}
