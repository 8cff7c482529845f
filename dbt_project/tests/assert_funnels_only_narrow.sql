select
    later.funnel,
    later.cohort_date,
    later.channel,
    later.campaign_key,
    later.step_number,
    later.people_count,
    earlier.people_count as people_count_before
from {{ ref('mart_funnel_steps') }} as later
inner join {{ ref('mart_funnel_steps') }} as earlier
    on later.funnel = earlier.funnel
    and later.cohort_date = earlier.cohort_date
    and later.channel = earlier.channel
    and later.campaign_key = earlier.campaign_key
    and later.step_number = earlier.step_number + 1
where later.people_count > earlier.people_count
