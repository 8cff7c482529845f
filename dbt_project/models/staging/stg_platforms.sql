select
    platform,
    name_zh,
    name_en,
    coalesce(timezone, '{{ var("timezone") }}') as timezone,
    currency,
    data_latency_hours,
    content_forms,
    engagement_members,
    view_definition_zh,
    view_definition_en
from {{ source('raw', 'platforms') }}
