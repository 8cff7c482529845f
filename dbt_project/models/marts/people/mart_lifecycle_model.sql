{{ config(tags=['after_analyses']) }}

select
    as_of_date,
    group_number,
    model_version,
    status,
    reason,
    people_count,
    repeat_people_count,
    history_starts_on,
    parameter_r,
    parameter_alpha,
    parameter_a,
    parameter_b,
    log_likelihood,
    holdout_starts_on,
    holdout_days,
    holdout_people_count,
    predicted_active_days,
    actual_active_days,
    actual_over_predicted,
    ci_low,
    ci_high,
    mean_absolute_error,
    own_pace_error,
    rank_correlation
from {{ source('analyses', 'lifecycle_model') }}
