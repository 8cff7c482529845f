select
    context_fact_key,
    platform,
    fact,
    value,
    unit,
    observed_date,
    source,
    region,
    source_url,
    note,
    loaded_at,
    load_id
from {{ ref('stg_context_facts') }}
