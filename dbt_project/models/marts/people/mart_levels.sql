-- The level that the points earned and still valid make. Where the points system's ledger is known, its earnings count, else the rules'.
with as_of as (
    select max(as_of_date) as as_of_date
    from {{ ref('int_person_features') }}
),

has_ledger as (
    select
        coalesce((select bool_or(points_type = 'earn') from {{ ref('fct_points_entries') }}), false) as is_known,
        coalesce((select bool_or(rules_source = 'register') from {{ ref('int_points_credits') }}), false) as has_register
),

earned as (
    select
        credits.person_key,
        cast(sum(credits.points_count) as bigint) as points_count
    from {{ ref('int_points_credits') }} as credits
    cross join as_of
    where credits.expires_on is null or credits.expires_on > as_of.as_of_date
    group by credits.person_key
),

ledger as (
    select
        person_key,
        cast(sum(points_count) filter (where points_type = 'earn') as bigint) as points_count,
        cast(sum(points_count) as bigint) as balance_count,
        count(*) filter (where balance_gap_count <> 0) as unreconciled_entry_count
    from {{ ref('fct_points_entries') }}
    where person_key is not null
    group by person_key
),

reported as (
    select
        person_key,
        balance_reported_count
    from (
        select
            person_key,
            balance_reported_count,
            row_number() over (partition by person_key order by occurred_at desc, entry_id desc) as place
        from {{ ref('fct_points_entries') }}
        where balance_reported_count is not null
    ) as ranked
    where place = 1
),

people as (
    select
        features.person_key,
        as_of.as_of_date,
        coalesce(case when has_ledger.is_known then ledger.points_count else earned.points_count end, 0) as points_count,
        case
            when has_ledger.is_known then 'ledger'
            when has_ledger.has_register then 'register'
            else 'default'
        end as points_source,
        features.active_day_count,
        features.comment_count + features.share_count as contribution_count,
        features.order_count,
        features.paid_amount,
        ledger.balance_count,
        reported.balance_reported_count,
        ledger.unreconciled_entry_count
    from {{ ref('int_person_features') }} as features
    cross join as_of
    cross join has_ledger
    left join earned on features.person_key = earned.person_key
    left join ledger on features.person_key = ledger.person_key
    left join reported on features.person_key = reported.person_key
),

levels as (
    {{ user_levels() }}
),

placed as (
    select
        *,
        {{ user_levels('points_count') }} as level_number
    from people
)

select
    placed.person_key,
    placed.as_of_date,
    placed.level_number,
    levels.level_name_zh,
    levels.level_name_en,
    placed.points_count,
    placed.points_source,
    following.from_points_count - placed.points_count as points_to_next_level_count,
    placed.active_day_count,
    placed.contribution_count,
    placed.order_count,
    placed.paid_amount,
    placed.balance_count,
    placed.balance_reported_count,
    placed.unreconciled_entry_count
from placed
left join levels on placed.level_number = levels.level_number
left join levels as following on placed.level_number + 1 = following.level_number
