-- What each event earns by each rule. An event is one row of fct_events, so a delivery that is repeated earns nothing twice; within a
-- day a rule credits its limit, whichever order the events came in. Of several versions of a rule the one in force that day counts.
with register as (
    select
        rule,
        event_type,
        points_count,
        daily_limit_count,
        valid_days,
        starts_on,
        ends_on,
        'register' as rules_source
    from {{ ref('dim_points_rules') }}
    where points_type = 'earn' and event_type is not null
),

rules as (
    select * from register

    union all

    {{ default_points_rules('not exists (select 1 from register)') }}
),

versions as (
    select
        *,
        {{ key_of_word('event_type', var('verbs')) }} as verb,
        lead(starts_on) over (partition by lower(trim(rule)) order by starts_on) as next_starts_on
    from rules
),

matches as (
    select
        events.event_key,
        versions.rule,
        versions.verb,
        versions.rules_source,
        events.person_key,
        events.business_date,
        events.occurred_at,
        versions.points_count,
        versions.daily_limit_count,
        {{ add_days('events.business_date', 'versions.valid_days') }} as expires_on
    from {{ ref('fct_events') }} as events
    inner join versions
        on (lower(events.event_type) = lower(trim(versions.event_type)) or events.verb = versions.verb)
        and events.business_date >= versions.starts_on
        and (versions.ends_on is null or events.business_date <= versions.ends_on)
        and (versions.next_starts_on is null or events.business_date < versions.next_starts_on)
    where events.person_key is not null
),

placed as (
    select
        *,
        row_number() over (partition by person_key, business_date, lower(trim(rule)) order by occurred_at, event_key) as place
    from matches
)

select
    event_key,
    rule,
    verb,
    rules_source,
    person_key,
    business_date,
    occurred_at,
    points_count as points_per_event_count,
    daily_limit_count is null or place <= daily_limit_count as is_credited,
    case when daily_limit_count is null or place <= daily_limit_count then points_count else 0 end as points_count,
    expires_on
from placed
