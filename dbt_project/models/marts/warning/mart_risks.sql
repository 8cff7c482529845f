{{ config(tags=['after_analyses']) }}

select
    risk_key,
    risk_name,
    risk_type,
    business_date,
    is_latest,
    level,
    computed_level,
    matrix_level,
    index_level,
    index_number,
    severity_level,
    likelihood_level,
    volume_z,
    share_z,
    growth_z,
    reach_z,
    spread_z,
    component_count,
    item_count,
    weights_version,
    overridden_by,
    override_reason
from {{ source('analyses', 'risks') }}
