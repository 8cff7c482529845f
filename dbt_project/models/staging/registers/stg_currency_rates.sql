select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['currency', 'to_currency', 'starts_on']) }} as currency_rate_key,
    upper(currency) as currency,
    upper(to_currency) as to_currency,
    starts_on,
    exchange_rate,
    source,
    note,
    extra
from ({{ current_register('currency_rates', ['currency', 'to_currency', 'starts_on']) }}) as rows_of_now
