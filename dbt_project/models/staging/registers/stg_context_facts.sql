select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['fact', 'region', 'platform', 'observed_date', 'source']) }} as context_fact_key,
    platform,
    fact,
    value,
    unit,
    observed_date,
    source,
    region,
    source_url,
    note,
    extra
from ({{ current_register('context_facts', ['fact', 'region', 'platform', 'observed_date', 'source']) }}) as rows_of_now
