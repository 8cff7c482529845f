select
    competitor_key,
    platform,
    account_key,
    competitor,
    competitor_type,
    profile_url,
    keywords,
    is_active,
    note,
    loaded_at,
    load_id
from {{ ref('stg_competitors') }}
