-- What each person did on each day with an event or order; a day without either has no row.
{%- set verbs = ['view', 'click', 'visit', 'like', 'comment', 'share', 'save'] %}

with events as (
    select
        person_key,
        business_date,
        verb,
        lower(event_type) in ({{ coupon_words() }}) as is_coupon,
        session_key,
        channel,
        order_id,
        event_key,
        amount
    from {{ ref('fct_events') }}
    where person_key is not null
),

payments as (
    select distinct order_id
    from events
    where verb = 'pay' and order_id is not null
),

-- Orders as the shop exports them; a payment event counts only where no such order is known.
orders as (
    select
        orders.person_key,
        orders.business_date,
        1 as order_count,
        case when orders.paid_at is not null or orders.net_amount > 0 or payments.order_id is not null then 1 else 0 end as pay_count,
        orders.net_amount as paid_amount,
        case when orders.discount_amount > 0 then 1 else 0 end as coupon_order_count
    from {{ ref('fct_orders') }} as orders
    left join payments on orders.order_id = payments.order_id
    where orders.person_key is not null and not orders.is_cancelled

    union all

    select
        person_key,
        min(business_date) as business_date,
        1 as order_count,
        1 as pay_count,
        max(amount) as paid_amount,
        0 as coupon_order_count
    from events
    where verb = 'pay' and (order_id is null or order_id not in (select order_id from {{ ref('fct_orders') }}))
    group by person_key, coalesce(order_id, event_key)
),

event_days as (
    select
        person_key,
        business_date,
        count(*) as event_count,
        {%- for verb in verbs %}
        count(*) filter (where verb = '{{ verb }}') as {{ verb }}_count,
        {%- endfor %}
        count(*) filter (where is_coupon) as coupon_count,
        count(distinct session_key) as session_count
    from events
    group by person_key, business_date
),

order_days as (
    select
        person_key,
        business_date,
        sum(order_count) as order_count,
        sum(pay_count) as pay_count,
        sum(paid_amount) as paid_amount,
        sum(coupon_order_count) as coupon_order_count
    from orders
    group by person_key, business_date
),

days as (
    select
        person_key,
        business_date
    from event_days

    union distinct

    select
        person_key,
        business_date
    from order_days
),

channels as (
    select
        person_key,
        business_date,
        channel,
        row_number() over (partition by person_key, business_date order by count(*) desc, channel) as place
    from events
    where channel is not null
    group by person_key, business_date, channel
)

select
    days.person_key,
    days.business_date,
    coalesce(event_days.event_count, 0) as event_count,
    {%- for verb in verbs %}
    coalesce(event_days.{{ verb }}_count, 0) as {{ verb }}_count,
    {%- endfor %}
    coalesce(event_days.coupon_count, 0) as coupon_count,
    cast(coalesce(order_days.order_count, 0) as bigint) as order_count,
    cast(coalesce(order_days.pay_count, 0) as bigint) as pay_count,
    cast(coalesce(order_days.coupon_order_count, 0) as bigint) as coupon_order_count,
    cast(case when order_days.person_key is null then 0 else order_days.paid_amount end as double) as paid_amount,
    channels.channel as top_channel,
    coalesce(event_days.session_count, 0) as session_count
from days
left join event_days on days.person_key = event_days.person_key and days.business_date = event_days.business_date
left join order_days on days.person_key = order_days.person_key and days.business_date = order_days.business_date
left join channels on days.person_key = channels.person_key and days.business_date = channels.business_date and channels.place = 1
