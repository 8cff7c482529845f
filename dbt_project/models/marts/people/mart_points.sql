-- What the rules give beside what the points system says it gave.
with earned as (
    select
        person_key,
        business_date,
        rule,
        max(rules_source) as rules_source,
        count(*) as event_count,
        count(*) filter (where is_credited) as credited_event_count,
        cast(sum(points_count) as bigint) as rule_points_count,
        min(expires_on) as expires_on
    from {{ ref('int_points_credits') }}
    group by person_key, business_date, rule
),

ledger as (
    select
        person_key,
        {{ local_date('occurred_at') }} as business_date,
        coalesce(rule, '-') as rule,
        points_type,
        count(*) as entry_count,
        cast(sum(points_count) as bigint) as ledger_points_count
    from {{ ref('fct_points_entries') }}
    where person_key is not null
    group by person_key, {{ local_date('occurred_at') }}, coalesce(rule, '-'), points_type
),

-- Both sides can be held against each other only where both are known at all.
known as (
    select
        (select count(*) > 0 from ledger) as has_ledger,
        coalesce((select max(rules_source) from earned) = 'register', false) as has_register
)

select
    coalesce(earned.person_key, ledger.person_key) as person_key,
    coalesce(earned.business_date, ledger.business_date) as business_date,
    coalesce(earned.rule, ledger.rule) as rule,
    coalesce(ledger.points_type, 'earn') as points_type,
    earned.rules_source,
    earned.event_count,
    earned.credited_event_count,
    earned.event_count - earned.credited_event_count as capped_event_count,
    earned.rule_points_count,
    ledger.entry_count,
    ledger.ledger_points_count,
    case
        when coalesce(ledger.points_type, 'earn') = 'earn' and known.has_ledger and known.has_register
            then coalesce(ledger.ledger_points_count, 0) - coalesce(earned.rule_points_count, 0)
    end as gap_count,
    earned.expires_on
from earned
full outer join ledger
    on earned.person_key = ledger.person_key
    and earned.business_date = ledger.business_date
    and lower(trim(earned.rule)) = lower(trim(ledger.rule))
    and ledger.points_type = 'earn'
cross join known
