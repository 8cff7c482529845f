with items as (
    select
        items.*,
        {{ resolved_person('aliases', 'items.person_key') }} as resolved_person_key,
        cast({{ seconds_between('items.received_at', 'items.first_responded_at') }} as double) as response_seconds,
        cast({{ seconds_between('items.received_at', 'items.closed_at') }} as double) as handling_seconds
    from {{ ref('stg_feedback_items') }} as items
    left join {{ ref('stg_person_aliases') }} as aliases on items.person_key = aliases.alias_person_key
)

select
    feedback_id,
    platform,
    account_key,
    received_at,
    channel,
    feedback_type,
    topic,
    summary,
    severity_level,
    resolved_person_key as person_key,
    owner,
    first_responded_at,
    response_seconds,
    closed_at,
    handling_seconds,
    sla_hours,
    response_seconds <= sla_hours * 3600 as is_within_sla,
    resolution,
    is_satisfied,
    note,
    loaded_at,
    load_id
from items
