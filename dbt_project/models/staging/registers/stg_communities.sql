select
    load_id,
    row_number,
    loaded_at,
    source_name,
    community,
    platform,
    positioning,
    founded_on,
    segment,
    owner,
    rules_url,
    closed_on,
    note,
    extra
from ({{ current_register('communities', ['community']) }}) as rows_of_now
