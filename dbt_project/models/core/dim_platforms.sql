select
    platform,
    name_zh,
    name_en,
    timezone,
    currency,
    cast(data_latency_hours as bigint) as data_latency_hours,
    maturity_days,
    content_forms,
    interaction_verbs,
    engagement_members,
    view_definition_zh,
    view_definition_en
from {{ ref('stg_platforms') }}
