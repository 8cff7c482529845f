select
    rule_id,
    tag_type,
    tag,
    rule_group,
    keywords,
    pattern,
    excluded_words,
    priority_rank,
    is_active,
    note,
    loaded_at,
    load_id
from {{ ref('stg_theme_rules') }}
