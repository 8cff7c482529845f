{{ config(tags=['after_analyses']) }}

select
    effect_key,
    check_name,
    state,
    value,
    threshold,
    is_gate
from {{ source('analyses', 'effect_checks') }}
