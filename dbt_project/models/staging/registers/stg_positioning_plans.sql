select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['platform', 'account_name', 'dimension_type', 'dimension_value', 'starts_on']) }} as positioning_plan_key,
    platform,
    {{ register_account() }} as account_key,
    dimension_type,
    dimension_value,
    planned_share_rate,
    weekly_post_count,
    starts_on,
    ends_on,
    note,
    extra
from ({{ current_register('positioning_plans', ['platform', 'account_name', 'dimension_type', 'dimension_value', 'starts_on']) }}) as rows_of_now
