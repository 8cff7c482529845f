{{ config(tags=['after_analyses']) }}

select
    series_key,
    model,
    mase,
    smape,
    coverage,
    seasonal_naive_mase,
    cast(origins as integer) as origins,
    p_value,
    is_chosen,
    reason
from {{ source('analyses', 'forecast_scores') }}
