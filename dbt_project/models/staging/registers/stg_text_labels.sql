select
    load_id,
    row_number,
    loaded_at,
    source_name,
    entry_number,
    text_key,
    text,
    label,
    category,
    need_label,
    labelled_by,
    labelled_at,
    extra
from ({{ current_register('text_labels', ['entry_number']) }}) as rows_of_now
