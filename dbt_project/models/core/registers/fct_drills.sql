select
    drill_key,
    drill,
    held_on,
    crisis_type,
    participant_count,
    first_response_hours,
    score_number,
    findings,
    owner,
    note,
    loaded_at,
    load_id
from {{ ref('stg_drills') }}
