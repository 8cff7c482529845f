{{ config(tags=['after_analyses']) }}

select
    platform,
    content_type,
    metric,
    age_days,
    share_rate,
    lower_rate,
    upper_rate,
    n_count,
    mature_age_days,
    basis
from {{ source('analyses', 'maturity_curves') }}
