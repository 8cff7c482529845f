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
    view_definition_en,
    compliance['channel_type'] as channel_type,
    compliance['terms_reference'] as terms_reference,
    compliance['personal_data_class'] as personal_data_class,
    compliance['retention_days'] as retention_days
from {{ source('raw', 'platforms') }}
