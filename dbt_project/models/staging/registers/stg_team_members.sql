select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['member', 'role']) }} as team_member_key,
    member,
    role,
    joined_on,
    left_on,
    responsibilities,
    {{ items_of('platforms') }} as platforms,
    {{ items_of('alert_types') }} as alert_types,
    note,
    extra
from ({{ current_register('team_members', ['member', 'role']) }}) as rows_of_now
