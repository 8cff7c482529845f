select
    community,
    platform,
    positioning,
    founded_on,
    segment,
    owner,
    rules_url,
    closed_on,
    note,
    loaded_at,
    load_id
from {{ ref('stg_communities') }}
