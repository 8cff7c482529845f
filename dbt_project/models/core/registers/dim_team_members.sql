select
    team_member_key,
    member,
    role,
    joined_on,
    left_on,
    responsibilities,
    platforms,
    alert_types,
    note,
    loaded_at,
    load_id
from {{ ref('stg_team_members') }}
