select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['drill', 'held_on']) }} as drill_key,
    drill,
    held_on,
    crisis_type,
    participant_count,
    first_response_hours,
    score_number,
    findings,
    owner,
    note,
    extra
from ({{ current_register('drills', ['drill', 'held_on']) }}) as rows_of_now
