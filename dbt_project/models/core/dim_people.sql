-- A pseudonymous person: every identity that was joined to it, in events and orders.
with seen as (
    select
        person_key,
        source_person_key,
        business_date,
        1 as event_count,
        0 as order_count
    from {{ ref('fct_events') }}
    where person_key is not null

    union all

    select
        person_key,
        source_person_key,
        business_date,
        0 as event_count,
        1 as order_count
    from {{ ref('fct_orders') }}
    where person_key is not null
)

select
    person_key,
    min(business_date) as first_seen_date,
    max(business_date) as last_seen_date,
    cast(count(distinct source_person_key) as bigint) as identity_count,
    {{ sum_count('event_count') }} as event_count,
    {{ sum_count('order_count') }} as order_count
from seen
group by person_key
