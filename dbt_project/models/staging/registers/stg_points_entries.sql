select
    load_id,
    row_number,
    loaded_at,
    source_name,
    entry_id,
    platform,
    occurred_at,
    person_key,
    points_type,
    points_count,
    balance_reported_count,
    rule,
    reward,
    order_id,
    note,
    extra
from ({{ current_register('points_entries', ['entry_id']) }}) as rows_of_now
