select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['competitor', 'platform', 'account_name']) }} as competitor_key,
    platform,
    {{ register_account() }} as account_key,
    competitor,
    competitor_type,
    profile_url,
    {{ items_of('keywords') }} as keywords,
    coalesce(is_active, true) as is_active,
    note,
    extra
from ({{ current_register('competitors', ['competitor', 'platform', 'account_name']) }}) as rows_of_now
