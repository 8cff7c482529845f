select
    order_id,
    gross_amount,
    net_amount
from {{ ref('fct_orders') }}
where net_amount > gross_amount or net_amount < 0
