{{ config(tags=['after_analyses']) }}

select
    segment_key,
    feature,
    segment_mean,
    population_mean,
    lift,
    log_ratio,
    q_value,
    cast(rank as integer) as rank
from {{ source('analyses', 'segment_features') }}
