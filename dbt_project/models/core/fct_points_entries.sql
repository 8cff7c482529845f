-- What is spent or expires counts against the person whichever sign the source writes.
with entries as (
    select
        entries.*,
        {{ resolved_person('aliases', 'entries.person_key') }} as resolved_person_key,
        case
            when entries.points_type in ('burn', 'expire') then -abs(entries.points_count)
            when entries.points_type in ('earn', 'refund') then abs(entries.points_count)
            else entries.points_count
        end as signed_count
    from {{ ref('stg_points_entries') }} as entries
    left join {{ ref('stg_person_aliases') }} as aliases on entries.person_key = aliases.alias_person_key
)

select
    entry_id,
    platform,
    occurred_at,
    resolved_person_key as person_key,
    points_type,
    signed_count as points_count,
    cast(sum(signed_count) over (
        partition by resolved_person_key order by occurred_at, entry_id rows between unbounded preceding and current row
    ) as bigint) as balance_count,
    balance_reported_count,
    balance_reported_count
    - lag(balance_reported_count) over (partition by resolved_person_key order by occurred_at, entry_id)
    - signed_count as balance_gap_count,
    rule,
    reward,
    order_id,
    note,
    loaded_at,
    load_id
from entries
