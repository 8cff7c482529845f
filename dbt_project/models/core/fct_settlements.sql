with deliveries as (
    select * from {{ ref('stg_settlements') }}
),

delivered as (
    {{ last_delivery('deliveries', 'settlement_key', order_by='captured_at') }}
)

select
    settlement_key,
    platform,
    account_key,
    flow_id,
    order_id,
    order_line_id,
    settled_at,
    settled_date as business_date,
    direction_raw,
    scene_raw,
    amount,
    order_paid_amount,
    shipping_amount,
    subsidy_amount,
    refund_amount,
    service_fee_amount,
    commission_amount,
    promotion_fee_amount,
    currency,
    note,
    captured_at,
    load_id
from delivered
