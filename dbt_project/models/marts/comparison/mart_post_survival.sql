{{ config(tags=['after_analyses']) }}

select
    platform,
    period_days,
    starts_on,
    ends_on,
    post_count,
    known_post_count,
    deleted_post_count,
    deleted_rate,
    deleted_lower_rate,
    deleted_upper_rate,
    cast(round(mean_view_count) as bigint) as mean_view_count,
    cast(round(remaining_mean_view_count) as bigint) as remaining_mean_view_count,
    drift_rate
from {{ source('analyses', 'post_survival') }}
