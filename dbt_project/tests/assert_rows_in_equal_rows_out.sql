-- Every row of every file is loaded, duplicate or rejected, and every rejected row has its reason.
with reasons as (
    select
        load_id,
        count(*) as reason_count
    from {{ ref('stg_rejects') }}
    group by load_id
)

select
    loads.load_id,
    loads.rows_in,
    loads.rows_loaded,
    loads.rows_duplicate,
    loads.rows_rejected,
    reasons.reason_count
from {{ ref('stg_loads') }} as loads
left join reasons on loads.load_id = reasons.load_id
where
    loads.rows_in <> loads.rows_loaded + loads.rows_duplicate + loads.rows_rejected
    or loads.rows_rejected <> coalesce(reasons.reason_count, 0)
