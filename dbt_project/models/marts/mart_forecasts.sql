{{ config(tags=['after_analyses']) }}

select
    series_key,
    business_date,
    cast(horizon_days as integer) as horizon_days,
    forecast,
    lower,
    upper,
    interval_level,
    model,
    made_on
from {{ source('analyses', 'forecasts') }}
