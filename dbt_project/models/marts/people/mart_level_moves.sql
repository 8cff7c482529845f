-- From each month's end to the next: how many people went from which level to which. Level 0 are those not seen before.
with as_of as (
    select
        max(as_of_date) as as_of_date,
        min(first_seen_date) as first_date
    from {{ ref('int_person_features') }}
),

ends as (
    select
        {{ month_start('dates.date') }} as month_starts_on,
        max(dates.date) as month_ends_on,
        max(dates.date) = last_day(max(dates.date)) as is_month_complete
    from {{ ref('dim_dates') }} as dates
    inner join as_of on dates.date between as_of.first_date and as_of.as_of_date
    group by {{ month_start('dates.date') }}
),

has_ledger as (
    select count(*) > 0 as is_known
    from {{ ref('fct_points_entries') }}
    where points_type = 'earn'
),

earnings as (
    select
        credits.person_key,
        credits.business_date,
        credits.expires_on,
        credits.points_count
    from {{ ref('int_points_credits') }} as credits
    inner join has_ledger on not has_ledger.is_known

    union all

    select
        person_key,
        {{ local_date('occurred_at') }} as business_date,
        cast(null as date) as expires_on,
        points_count
    from {{ ref('fct_points_entries') }}
    where points_type = 'earn' and person_key is not null
),

-- One row per person, month of earning and last month in which the points still counted: far fewer than earnings.
batches as (
    select
        earned.person_key,
        {{ month_start('earned.business_date') }} as month_starts_on,
        {{ month_start('earned.expires_on') }} as expiry_month_starts_on,
        sum(earned.points_count) as points_count
    from earnings as earned
    group by earned.person_key, {{ month_start('earned.business_date') }}, {{ month_start('earned.expires_on') }}
),

valid_points as (
    select
        features.person_key,
        ends.month_starts_on,
        ends.is_month_complete,
        coalesce(sum(batches.points_count), 0) as points_count
    from {{ ref('int_person_features') }} as features
    inner join ends on features.first_seen_date <= ends.month_ends_on
    left join batches
        on features.person_key = batches.person_key
        and ends.month_starts_on >= batches.month_starts_on
        and (batches.expiry_month_starts_on is null or ends.month_starts_on < batches.expiry_month_starts_on)
    group by features.person_key, ends.month_starts_on, ends.is_month_complete
),

states as (
    select
        *,
        {{ user_levels('points_count') }} as level_number
    from valid_points
),

moves as (
    select
        month_starts_on,
        is_month_complete,
        level_number,
        coalesce(lag(level_number) over (partition by person_key order by month_starts_on), 0) as from_level_number
    from states
),

counted as (
    select
        month_starts_on,
        is_month_complete,
        from_level_number,
        level_number as to_level_number,
        count(*) as people_count
    from moves
    group by month_starts_on, is_month_complete, from_level_number, level_number
)

select
    month_starts_on,
    is_month_complete,
    from_level_number,
    to_level_number,
    people_count,
    {{ safe_divide('people_count', 'sum(people_count) over (partition by month_starts_on, from_level_number)') }} as share_rate
from counted
