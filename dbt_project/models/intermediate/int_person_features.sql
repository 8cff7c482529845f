-- What each person did: over all time for the rhythm, over the days of the segment window for the volumes.
{%- set verbs = ['view', 'click', 'visit', 'like', 'comment', 'share', 'save'] %}

with events as (
    select
        person_key,
        business_date,
        verb,
        session_key,
        channel,
        platform,
        order_id,
        event_key,
        amount
    from {{ ref('fct_events') }}
    where person_key is not null
),

-- Orders as the shop exports them; a payment event counts only where no such order is known.
orders as (
    select
        person_key,
        business_date,
        net_amount as paid_amount,
        coalesce(discount_amount > 0, false) as has_coupon
    from {{ ref('fct_orders') }}
    where person_key is not null and not is_cancelled

    union all

    select
        person_key,
        min(business_date) as business_date,
        max(amount) as paid_amount,
        false as has_coupon
    from events
    where verb = 'pay' and (order_id is null or order_id not in (select order_id from {{ ref('fct_orders') }}))
    group by person_key, coalesce(order_id, event_key)
),

as_of as (
    select coalesce((select max(business_date) from events), (select max(business_date) from orders)) as as_of_date
),

active_days as (
    select
        person_key,
        business_date,
        {{ days_between('lag(business_date) over (partition by person_key order by business_date)', 'business_date') }} as gap_days
    from (
        select
            person_key,
            business_date
        from events

        union distinct

        select
            person_key,
            business_date
        from orders
    ) as days
),

rhythms as (
    select
        person_key,
        min(business_date) as first_seen_date,
        max(business_date) as last_seen_date,
        percentile_cont(0.5) within group (order by gap_days) as median_gap_days,
        percentile_cont(0.9) within group (order by gap_days) as gap_p90_days,
        count(*) filter (where business_date > {{ add_days('as_of_date', -var('segment_window_days')) }}) as active_day_count
    from active_days
    cross join as_of
    group by person_key
),

recent_events as (
    select events.*
    from events
    cross join as_of
    where business_date > {{ add_days('as_of_date', -var('segment_window_days')) }}
),

volumes as (
    select
        person_key,
        {%- for verb in verbs %}
        count(*) filter (where verb = '{{ verb }}') as {{ verb }}_count,
        {%- endfor %}
        count(distinct session_key) as session_count
    from recent_events
    group by person_key
),

purchases as (
    select
        person_key,
        count(*) as order_count,
        cast(sum(paid_amount) as double) as paid_amount,
        count(*) filter (where has_coupon) as coupon_order_count
    from orders
    cross join as_of
    where business_date > {{ add_days('as_of_date', -var('segment_window_days')) }}
    group by person_key
),

top_channels as (
    {{ most_frequent('recent_events', 'channel') }}
),

top_platforms as (
    {{ most_frequent('recent_events', 'platform') }}
)

select
    rhythms.person_key,
    as_of.as_of_date,
    rhythms.first_seen_date,
    rhythms.last_seen_date,
    cast({{ days_between('rhythms.last_seen_date', 'as_of.as_of_date') }} as bigint) as recency_days,
    cast({{ days_between('rhythms.first_seen_date', 'as_of.as_of_date') }} as bigint) as tenure_days,
    rhythms.median_gap_days,
    rhythms.gap_p90_days,
    rhythms.active_day_count,
    coalesce(volumes.session_count, 0) as session_count,
    {%- for verb in verbs %}
    coalesce(volumes.{{ verb }}_count, 0) as {{ verb }}_count,
    {%- endfor %}
    coalesce(purchases.order_count, 0) as order_count,
    coalesce(purchases.paid_amount, 0) as paid_amount,
    coalesce(purchases.coupon_order_count, 0) as coupon_order_count,
    top_channels.channel as top_channel,
    top_platforms.platform as top_platform
from rhythms
cross join as_of
left join volumes on rhythms.person_key = volumes.person_key
left join purchases on rhythms.person_key = purchases.person_key
left join top_channels on rhythms.person_key = top_channels.person_key
left join top_platforms on rhythms.person_key = top_platforms.person_key
