select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['community', 'business_date']) }} as community_day_key,
    community,
    business_date,
    member_count,
    active_member_count,
    message_count,
    joined_count,
    left_count,
    note,
    extra
from ({{ current_register('community_days', ['community', 'business_date']) }}) as rows_of_now
