select
    platform,
    metric,
    changed_on,
    explanation_zh,
    explanation_en,
    reference
from {{ ref('stg_definition_changes') }}
