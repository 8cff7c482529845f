select
    entry_number,
    text_key,
    text,
    label,
    category,
    need_label,
    labelled_by,
    labelled_at,
    row_number() over (partition by text_key order by entry_number desc) = 1 as is_latest,
    loaded_at,
    load_id
from {{ ref('stg_text_labels') }}
