-- A rule that gives most of the points for the least effort is being farmed: the cheapest rule's share is watched from month to month.
-- Nobody registers, orders or pays for the points alone, so these rules are never the cheapest.
with months as (
    select
        {{ month_start('business_date') }} as month_starts_on,
        rule,
        coalesce(max(verb), '') not in ('register', 'order', 'pay') as is_effortless,
        max(rules_source) as rules_source,
        max(points_per_event_count) as points_per_event_count,
        count(*) as event_count,
        count(*) filter (where is_credited) as credited_event_count,
        count(distinct person_key) as people_count,
        cast(sum(points_count) as bigint) as points_count
    from {{ ref('int_points_credits') }}
    group by 1, 2
)

select
    month_starts_on,
    rule,
    rules_source,
    points_per_event_count,
    event_count,
    credited_event_count,
    event_count - credited_event_count as capped_event_count,
    people_count,
    points_count,
    cast({{ safe_divide('points_count', 'sum(points_count) over (partition by month_starts_on)') }} as double) as points_share_rate,
    coalesce(
        is_effortless
        and points_per_event_count
        = min(case when is_effortless then points_per_event_count end) over (partition by month_starts_on),
        false
    ) as is_cheapest
from months
