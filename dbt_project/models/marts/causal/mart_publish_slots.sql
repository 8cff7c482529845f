{{ config(tags=['after_analyses']) }}

select
    platform,
    day_type,
    slot,
    outcome,
    post_count,
    account_count,
    share_rate,
    naive_mean_number,
    naive_index,
    effect,
    standard_error,
    ci_low,
    ci_high,
    effect_shrunk,
    shrunk_low,
    shrunk_high,
    is_best,
    slots_p_value,
    cast(round(needed_count, 0) as bigint) as needed_count,
    verdict
from {{ source('analyses', 'publish_slots') }}
