select
    load_id,
    row_number,
    loaded_at,
    source_name,
    crisis_type,
    definition,
    default_severity_level,
    {{ items_of('keywords') }} as keywords,
    lead_role,
    note,
    extra
from ({{ current_register('crisis_types', ['crisis_type']) }}) as rows_of_now
