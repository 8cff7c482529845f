{{ config(tags=['after_analyses']) }}

select
    scope,
    platform,
    kpi,
    period_days,
    starts_on,
    ends_on,
    stratum,
    part,
    contribution,
    stratum_value as value,
    stratum_baseline as baseline,
    stratum_rate,
    stratum_baseline_rate as baseline_rate,
    post_count,
    baseline_post_count,
    coverage_rate,
    is_simpson_reversal
from {{ source('analyses', 'contributions') }}
