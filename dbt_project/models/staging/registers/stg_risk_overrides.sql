select
    load_id,
    row_number,
    loaded_at,
    source_name,
    entry_number,
    risk_key,
    level,
    reason,
    overridden_by,
    overridden_at,
    extra
from ({{ current_register('risk_overrides', ['entry_number']) }}) as rows_of_now
