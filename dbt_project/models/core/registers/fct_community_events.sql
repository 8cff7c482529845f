select
    community_event_key,
    event,
    community,
    event_form_type,
    starts_at,
    ends_at,
    invited_count,
    attended_count,
    campaign_key,
    campaign,
    owner,
    note,
    loaded_at,
    load_id
from {{ ref('stg_community_events') }}
