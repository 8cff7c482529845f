select
    crisis_statement_key,
    platform,
    account_key,
    incident,
    occurred_at,
    timeline_type,
    party_type,
    crisis_type,
    severity_level,
    permalink,
    summary,
    owner,
    note,
    loaded_at,
    load_id
from {{ ref('stg_crisis_statements') }}
