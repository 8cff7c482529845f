select
    entry_number,
    risk_key,
    level,
    reason,
    overridden_by,
    overridden_at,
    row_number() over (partition by risk_key order by entry_number desc) = 1 as is_latest,
    loaded_at,
    load_id
from {{ ref('stg_risk_overrides') }}
