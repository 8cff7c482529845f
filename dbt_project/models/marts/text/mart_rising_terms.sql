{{ config(tags=['after_analyses']) }}

select
    term,
    week_start_date,
    text_count,
    before_count,
    log_odds_z as log_odds_number,
    q_value,
    is_rising
from {{ source('analyses', 'text_terms') }}
