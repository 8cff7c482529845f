{{ config(tags=['after_analyses']) }}

select
    paths.campaign_key,
    campaigns.name as campaign,
    paths.outcome,
    paths.business_date,
    paths.is_in_window,
    paths.actual as actual_number,
    paths.counterfactual as counterfactual_number,
    paths.lower as lower_number,
    paths.upper as upper_number,
    paths.treated_count,
    paths.control_count
from {{ source('analyses', 'campaign_paths') }} as paths
left join {{ ref('dim_campaigns') }} as campaigns on paths.campaign_key = campaigns.campaign_key
