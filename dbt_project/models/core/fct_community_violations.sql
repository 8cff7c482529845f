with violations as (
    select
        violations.*,
        {{ resolved_person('aliases', 'violations.person_key') }} as resolved_person_key
    from {{ ref('stg_community_violations') }} as violations
    left join {{ ref('stg_person_aliases') }} as aliases on violations.person_key = aliases.alias_person_key
)

select
    violation_id,
    community,
    occurred_at,
    violation_type,
    resolved_person_key as person_key,
    case
        when resolved_person_key is not null
            then row_number() over (partition by resolved_person_key order by occurred_at, violation_id)
    end as offence_number,
    handled_at,
    cast({{ seconds_between('occurred_at', 'handled_at') }} as double) as handling_seconds,
    measure_type,
    owner,
    note,
    loaded_at,
    load_id
from violations
