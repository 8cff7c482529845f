-- A touch is the first event of a visit that names its channel. It is credited with the person's next payment, if that comes in time.
{%- set window_days = var('attribution_window_days', 30) %}

with events as (
    select
        person_key,
        event_key,
        occurred_at,
        channel,
        campaign_key,
        platform,
        amount,
        currency,
        funnel_step,
        coalesce(session_key, cast(business_date as varchar)) as visit_key
    from {{ ref('fct_events') }}
    where person_key is not null
),

conversions as (
    select
        person_key,
        occurred_at as converted_at,
        sum(amount) as conversion_amount,
        min(currency) as currency
    from events
    where funnel_step = 'pay'
    group by person_key, occurred_at
),

touches as (
    select
        *,
        row_number() over (partition by person_key, visit_key, channel order by occurred_at, event_key) as turn
    from events
    where channel is not null
),

timeline as (
    select
        person_key,
        event_key,
        occurred_at,
        channel,
        campaign_key,
        platform,
        0 as is_after,
        cast(null as timestamp with time zone) as converted_at
    from touches
    where turn = 1
    union all
    select
        person_key,
        cast(null as varchar) as event_key,
        converted_at as occurred_at,
        cast(null as varchar) as channel,
        cast(null as varchar) as campaign_key,
        cast(null as varchar) as platform,
        1 as is_after,
        converted_at
    from conversions
),

followed as (
    select
        *,
        min(converted_at) over (
            partition by person_key
            order by occurred_at, is_after, event_key
            rows between current row and unbounded following
        ) as next_converted_at
    from timeline
),

credited as (
    select
        *,
        coalesce(next_converted_at <= occurred_at + interval '{{ window_days }} days', false) as is_credited
    from followed
    where is_after = 0
),

as_of as (
    select max(occurred_at) as as_of_at from {{ ref('fct_events') }}
)

select
    credited.event_key as touch_key,
    credited.person_key,
    credited.occurred_at as touched_at,
    credited.channel,
    credited.campaign_key,
    credited.platform,
    cast(
        dense_rank() over (
            partition by credited.person_key
            order by credited.next_converted_at nulls last, credited.is_credited
        ) as bigint
    ) as path_number,
    conversions.converted_at,
    conversions.conversion_amount,
    conversions.currency,
    credited.occurred_at + interval '{{ window_days }} days' <= as_of.as_of_at as is_window_complete
from credited
cross join as_of
left join conversions
    on credited.person_key = conversions.person_key
    and credited.next_converted_at = conversions.converted_at
    and credited.is_credited
