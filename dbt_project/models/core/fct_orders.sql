{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_id',
    post_hook='{{ remember_loads() }}',
) }}
-- depends_on: {{ ref('load_ledger') }}

with aliases as (
    select * from {{ ref('stg_person_aliases') }}
),

{% if is_incremental() %}
-- Orders with a line in a new load, and orders whose buyer has become known under another key since.
touched as (
    select order_id
    from {{ ref('stg_orders') }}
    where load_id in ({{ unseen_loads('fct_orders') }})

    union all

    select standing.order_id
    from {{ this }} as standing
    inner join aliases on standing.source_person_key = aliases.alias_person_key
    where standing.person_key is distinct from aliases.person_key
),
{% endif %}
arrivals as (
    select
        *,
        concat_ws('|', order_id, order_line_id) as line_key
    from {{ ref('stg_orders') }}
    {% if is_incremental() -%}
    where order_id in (select order_id from touched)
    {%- endif %}
),

lines as (
    {{ last_delivery('arrivals', 'line_key', order_by='captured_at') }}
),

-- The merchant earns what the buyer owes plus what the platform adds; nothing of a cancelled line.
priced as (
    select
        *,
        {{ sum_present(['payable_amount', 'platform_discount_amount']) }} as gross_amount,
        {{ sum_present(['platform_discount_amount', 'merchant_discount_amount', 'creator_discount_amount']) }} as discount_amount
    from lines
),

netted as (
    select
        *,
        case
            when is_cancelled or (is_refunded and coalesce(refunded_amount, payable_amount) >= payable_amount) then 0
            when gross_amount is not null then greatest(gross_amount - coalesce(refunded_amount, 0), 0)
        end as net_amount,
        case
            when is_cancelled then payable_amount
            else coalesce(refunded_amount, case when is_refunded then payable_amount end)
        end as lost_amount
    from priced
),

added as (
    select
        order_id,
        max(platform) as platform,
        max(account_key) as account_key,
        min(ordered_at) as ordered_at,
        max(paid_at) as paid_at,
        max(completed_at) as completed_at,
        min(ordered_date) as business_date,
        max(person_key) as source_person_key,
        count(*) as line_count,
        cast(sum(quantity) as bigint) as item_count,
        max(order_payable_amount) as whole_amount,
        sum(payable_amount) as payable_amount,
        sum(platform_discount_amount) as platform_discount_amount,
        sum(discount_amount) as discount_amount,
        sum(gross_amount) as gross_amount,
        sum(net_amount) as net_amount,
        sum(lost_amount) as lost_amount,
        sum(refunded_amount) as refunded_amount,
        bool_and(is_cancelled) as is_cancelled,
        bool_and(is_refunded) as is_refunded,
        bool_and(is_cancelled or is_refunded) as is_lost,
        max(currency) as currency,
        max(channel) as channel,
        max(campaign_key) as campaign_key,
        max(campaign) as campaign,
        max(captured_at) as captured_at
    from netted
    group by order_id
),

-- Some sources price the order and repeat that on each line: there it is the order's amount, and the lines' own are parts of it.
orders as (
    select
        order_id,
        platform,
        account_key,
        ordered_at,
        paid_at,
        completed_at,
        business_date,
        source_person_key,
        line_count,
        item_count,
        {{ money('coalesce(whole_amount, payable_amount)') }} as payable_amount,
        {{ money('platform_discount_amount') }} as platform_discount_amount,
        {{ money('discount_amount') }} as discount_amount,
        {{ money('coalesce(whole_amount + coalesce(platform_discount_amount, 0), gross_amount)') }} as gross_amount,
        {{ money("case
            when whole_amount is null then net_amount
            when is_cancelled or (is_lost and coalesce(lost_amount, whole_amount) >= whole_amount) then 0
            else greatest(whole_amount + coalesce(platform_discount_amount, 0) - coalesce(lost_amount, 0), 0)
        end") }} as net_amount,
        {{ money('refunded_amount') }} as refunded_amount,
        is_cancelled,
        is_refunded,
        currency,
        channel,
        campaign_key,
        campaign,
        captured_at
    from added
)

select
    orders.*,
    {{ resolved_person('aliases', 'orders.source_person_key') }} as person_key
from orders
left join aliases on orders.source_person_key = aliases.alias_person_key
