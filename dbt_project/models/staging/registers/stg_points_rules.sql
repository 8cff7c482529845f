select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['rule', 'starts_on']) }} as points_rule_key,
    rule,
    points_type,
    points_count,
    event_type,
    daily_limit_count,
    valid_days,
    {{ money('hundred_points_amount') }} as hundred_points_amount,
    upper(currency) as currency,
    starts_on,
    ends_on,
    note,
    extra
from ({{ current_register('points_rules', ['rule', 'starts_on']) }}) as rows_of_now
