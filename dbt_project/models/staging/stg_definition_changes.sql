select
    platform,
    metric,
    changed_on,
    explanation_zh,
    explanation_en,
    reference
from {{ source('raw', 'definition_changes') }}
