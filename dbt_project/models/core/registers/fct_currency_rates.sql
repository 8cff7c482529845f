select
    currency_rate_key,
    currency,
    to_currency,
    starts_on,
    exchange_rate,
    source,
    note,
    loaded_at,
    load_id
from {{ ref('stg_currency_rates') }}
