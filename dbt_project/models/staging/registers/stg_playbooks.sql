select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['crisis_type', 'version_number', 'step_number']) }} as playbook_step_key,
    crisis_type,
    version_number,
    step_number,
    action,
    role,
    effective_on,
    within_hours,
    statement_text,
    note,
    extra
from ({{ current_register('playbooks', ['crisis_type', 'version_number', 'step_number']) }}) as rows_of_now
