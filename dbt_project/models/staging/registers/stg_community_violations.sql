select
    load_id,
    row_number,
    loaded_at,
    source_name,
    violation_id,
    community,
    occurred_at,
    violation_type,
    person_key,
    handled_at,
    measure_type,
    owner,
    note,
    extra
from ({{ current_register('community_violations', ['violation_id']) }}) as rows_of_now
