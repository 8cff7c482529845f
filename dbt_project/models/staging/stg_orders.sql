with orders as (
    select * from {{ source('raw', 'orders') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    o.load_id,
    o.row_number,
    loads.loaded_at,
    o.platform,
    o.account_key,
    o.order_id,
    o.order_line_id,
    o.shop_name,
    o.product_id,
    o.product_name,
    o.quantity,
    o.ordered_at,
    o.ordered_date,
    o.paid_at,
    o.completed_at,
    o.status_raw,
    o.refund_status_raw,
    coalesce(o.is_cancelled, false) as is_cancelled,
    coalesce(o.is_refunded, false) as is_refunded,
    o.person_key,
    {{ money('o.payable_amount') }} as payable_amount,
    {{ money('o.order_payable_amount') }} as order_payable_amount,
    {{ money('o.platform_discount_amount') }} as platform_discount_amount,
    {{ money('o.merchant_discount_amount') }} as merchant_discount_amount,
    {{ money('o.creator_discount_amount') }} as creator_discount_amount,
    {{ money('o.shipping_amount') }} as shipping_amount,
    {{ money('o.refunded_amount') }} as refunded_amount,
    o.currency,
    nullif(trim(o.channel), '') as channel,
    {{ campaign_key('o.campaign') }} as campaign_key,
    nullif(trim(o.campaign), '') as campaign,
    o.creator_key,
    o.captured_at,
    o.extra
from orders as o
left join loads on o.load_id = loads.load_id
