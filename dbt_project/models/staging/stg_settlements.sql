with settlements as (
    select * from {{ source('raw', 'settlements') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    s.load_id,
    s.row_number,
    loads.loaded_at,
    s.platform,
    s.account_key,
    s.settlement_key,
    s.flow_id,
    s.order_id,
    s.order_line_id,
    s.settled_at,
    s.settled_date,
    s.direction_raw,
    s.scene_raw,
    {{ money('s.amount') }} as amount,
    {{ money('s.order_paid_amount') }} as order_paid_amount,
    {{ money('s.shipping_amount') }} as shipping_amount,
    {{ money('s.subsidy_amount') }} as subsidy_amount,
    {{ money('s.refund_amount') }} as refund_amount,
    {{ money('s.service_fee_amount') }} as service_fee_amount,
    {{ money('s.commission_amount') }} as commission_amount,
    {{ money('s.promotion_fee_amount') }} as promotion_fee_amount,
    s.currency,
    s.note,
    s.captured_at,
    s.extra
from settlements as s
left join loads on s.load_id = loads.load_id
