-- An identity may be joined to another more than once along the way (device → visitor → member): follow the chain to its end.
with recursive statements as (
    select
        alias_person_key,
        person_key,
        row_number() over (partition by alias_person_key order by observed_at desc, loaded_at desc, person_key asc) as recency
    from {{ ref('stg_people') }}
    where kind = 'alias' and alias_person_key is not null and person_key is not null and alias_person_key <> person_key
),

joins as (
    select
        alias_person_key,
        person_key
    from statements
    where recency = 1
),

chains as (
    select
        alias_person_key,
        person_key,
        1 as length
    from joins

    union all

    select
        chains.alias_person_key,
        joins.person_key,
        chains.length + 1 as length
    from chains
    inner join joins on chains.person_key = joins.alias_person_key
    where chains.length < 10 -- a chain that long is a circle
),

ends as (
    select
        alias_person_key,
        person_key,
        row_number() over (partition by alias_person_key order by length desc) as depth
    from chains
)

select
    alias_person_key,
    person_key
from ends
where depth = 1 and alias_person_key <> person_key
