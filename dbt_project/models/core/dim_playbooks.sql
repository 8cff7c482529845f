with steps as (
    select
        *,
        max(case when effective_on <= {{ local_date(build_time()) }} then version_number end)
            over (partition by crisis_type) as current_version_number
    from {{ ref('stg_playbooks') }}
)

select
    playbook_step_key,
    crisis_type,
    version_number,
    step_number,
    action,
    role,
    effective_on,
    coalesce(version_number = current_version_number, false) as is_current,
    within_hours,
    statement_text,
    note,
    loaded_at,
    load_id
from steps
