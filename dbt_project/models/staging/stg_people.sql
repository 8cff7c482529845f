with people as (
    select * from {{ source('raw', 'people') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    p.load_id,
    p.row_number,
    loads.loaded_at,
    p.platform,
    p.account_key,
    p.person_key,
    p.alias_person_key,
    p.kind,
    p.observed_at,
    p.captured_at,
    p.properties,
    p.extra
from people as p
left join loads on p.load_id = loads.load_id
