-- A source is one account's files of one format. When its next file is due follows from its own rhythm.
with data_days as (
    select
        load_id,
        max(business_date) as data_through_date
    from {{ ref('stg_account_days') }}
    group by load_id

    union all

    select
        load_id,
        max(business_date) as data_through_date
    from {{ ref('fct_events') }}
    group by load_id

    union all

    select
        load_id,
        max(ordered_date) as data_through_date
    from {{ ref('stg_orders') }}
    group by load_id
),

loads as (
    select
        loads.platform,
        coalesce(loads.account_key, '') as account_key,
        loads.format_id,
        coalesce(loads.captured_at, loads.loaded_at) as captured_at,
        loads.loaded_at,
        {{ local_date('coalesce(loads.captured_at, loads.loaded_at)', 'platforms.timezone') }} as captured_date,
        data_days.data_through_date,
        platforms.data_latency_hours
    from {{ ref('stg_loads') }} as loads
    left join {{ ref('dim_platforms') }} as platforms on loads.platform = platforms.platform
    left join data_days on loads.load_id = data_days.load_id
    where loads.platform <> 'registers' -- people change a register when there is something to change
),

rhythms as (
    select
        *,
        {{ days_between('lag(captured_date) over files', 'captured_date') }} as gap_days
    from loads
    window files as (partition by platform, account_key, format_id order by captured_date)
),

sources as (
    select
        platform,
        account_key,
        format_id,
        -- Snapshots show the state at capture; files of days say themselves how far they reach.
        coalesce(max(data_through_date), max(captured_date)) as data_through_date,
        max(captured_at) as last_captured_at,
        max(loaded_at) as last_loaded_at,
        greatest(coalesce(median(gap_days) filter (where gap_days > 0), 1), 1) as usual_gap_days,
        coalesce(max(data_latency_hours), 0) as data_latency_hours
    from rhythms
    group by platform, account_key, format_id
),

expected as (
    select
        *,
        last_captured_at + usual_gap_days * interval '1 day' + data_latency_hours * interval '1 hour' as expected_by_at
    from sources
)

select
    platform,
    account_key,
    format_id,
    data_through_date,
    last_captured_at,
    last_loaded_at,
    expected_by_at,
    expected_by_at < {{ build_time() }} as is_late
from expected
