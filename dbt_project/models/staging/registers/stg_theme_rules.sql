select
    load_id,
    row_number,
    loaded_at,
    source_name,
    rule_id,
    tag_type,
    tag,
    rule_group,
    {{ items_of('keywords') }} as keywords,
    pattern,
    {{ items_of('excluded_words') }} as excluded_words,
    priority_rank,
    coalesce(is_active, true) as is_active,
    note,
    extra
from ({{ current_register('theme_rules', ['rule_id']) }}) as rows_of_now
