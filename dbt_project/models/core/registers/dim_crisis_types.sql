select
    crisis_type,
    definition,
    default_severity_level,
    keywords,
    lead_role,
    note,
    loaded_at,
    load_id
from {{ ref('stg_crisis_types') }}
