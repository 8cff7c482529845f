select
    platform,
    name_zh,
    name_en,
    coalesce(timezone, '{{ var("timezone") }}') as timezone,
    currency,
    data_latency_hours,
    coalesce(maturity_days, 7) as maturity_days,
    content_forms,
    interaction_verbs,
    engagement_members,
    view_definition_zh,
    view_definition_en
from {{ source('raw', 'platforms') }}
