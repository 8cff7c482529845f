with assessed as (
    select
        *,
        likelihood_level * impact_level as exposure_number,
        row_number() over (partition by risk_id order by assessed_on desc) as recency
    from {{ ref('stg_risks') }}
)

select
    risk_assessment_key,
    risk_id,
    risk,
    risk_type,
    assessed_on,
    likelihood_level,
    impact_level,
    exposure_number,
    case
        when exposure_number >= 15 then 'critical'
        when exposure_number >= 10 then 'high'
        when exposure_number >= 5 then 'medium'
        else 'low'
    end as risk_class,
    lag(exposure_number) over (partition by risk_id order by assessed_on) as previous_exposure_number,
    recency = 1 as is_latest,
    rationale,
    affected_sources,
    action,
    owner,
    due_on,
    done_on,
    state,
    note,
    loaded_at,
    load_id
from assessed
