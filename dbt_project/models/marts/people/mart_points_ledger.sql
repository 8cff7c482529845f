-- The ledger of the points system by month: what was earned, spent, expired, what is owed, and whether the balances add up.
with entries as (
    select
        *,
        {{ month_start(local_date('occurred_at')) }} as month_starts_on
    from {{ ref('fct_points_entries') }}
),

worth as (
    select
        max(hundred_points_amount) as hundred_points_amount,
        max(currency) as currency
    from {{ ref('dim_points_rules') }}
    where hundred_points_amount is not null
    having count(distinct hundred_points_amount) = 1 and count(distinct currency) <= 1
),

months as (
    select
        month_starts_on,
        count(*) as entry_count,
        count(distinct person_key) as people_count,
        cast(coalesce(sum(points_count) filter (where points_type = 'earn'), 0) as bigint) as earned_count,
        cast(coalesce(-sum(points_count) filter (where points_type = 'burn'), 0) as bigint) as burned_count,
        cast(coalesce(-sum(points_count) filter (where points_type = 'expire'), 0) as bigint) as expired_count,
        cast(coalesce(sum(points_count) filter (where points_type not in ('earn', 'burn', 'expire')), 0) as bigint) as corrected_count,
        cast(sum(points_count) as bigint) as net_count,
        count(balance_gap_count) as reconcilable_entry_count,
        count(*) filter (where balance_gap_count <> 0) as unreconciled_entry_count
    from entries
    group by month_starts_on
),

running as (
    select
        *,
        cast(sum(net_count) over (order by month_starts_on rows between unbounded preceding and current row) as bigint) as balance_count
    from months
)

select
    running.month_starts_on,
    running.entry_count,
    running.people_count,
    running.earned_count,
    running.burned_count,
    running.expired_count,
    running.corrected_count,
    running.net_count,
    running.balance_count,
    cast({{ safe_divide('running.burned_count', 'running.earned_count') }} as double) as redemption_rate,
    cast(running.balance_count * worth.hundred_points_amount / 100 as double) as liability_amount,
    worth.currency,
    running.reconcilable_entry_count,
    running.unreconciled_entry_count
from running
left join worth on true
