with rejects as (
    select
        load_id,
        reason_code,
        row_number() over (partition by load_id order by count(*) desc, reason_code) as place
    from {{ ref('stg_rejects') }}
    group by load_id, reason_code
)

select
    loads.load_id,
    loads.source_name,
    loads.sha256,
    loads.byte_count,
    loads.platform,
    loads.account_key,
    loads.entity,
    loads.format_id,
    loads.format_version,
    loads.encoding,
    loads.header_row,
    loads.captured_at,
    loads.captured_at_basis,
    loads.loaded_at,
    loads.rows_in,
    loads.rows_loaded,
    loads.rows_duplicate,
    loads.rows_rejected,
    {{ metric_of_row('reject_rate') }} as reject_rate,
    rejects.reason_code as top_reject_reason,
    loads.unknown_columns,
    loads.warnings,
    {{ seconds_between('loads.loaded_at', build_time()) }} / 3600 as age_hours
from {{ ref('stg_loads') }} as loads
left join rejects on loads.load_id = rejects.load_id and rejects.place = 1
