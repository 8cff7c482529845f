select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['event', 'community', 'starts_at']) }} as community_event_key,
    event,
    community,
    event_form_type,
    starts_at,
    ends_at,
    invited_count,
    attended_count,
    {{ campaign_key('campaign') }} as campaign_key,
    campaign,
    owner,
    note,
    extra
from ({{ current_register('community_events', ['event', 'community', 'starts_at']) }}) as rows_of_now
