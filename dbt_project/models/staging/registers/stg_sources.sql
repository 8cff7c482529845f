select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['platform', 'source_format_id']) }} as source_key,
    platform,
    source_label,
    source_format_id,
    channel_type,
    terms_reference,
    personal_data_class,
    retention_days,
    coalesce(is_allowed, true) as is_allowed,
    owner,
    reviewed_on,
    note,
    extra
from ({{ current_register('sources', ['platform', 'source_format_id']) }}) as rows_of_now
