-- Each step is strictly later than the one before it, and within the funnel's window.
with plan as (
    {{ funnel_plan() }}
)

select
    steps.funnel,
    steps.person_key,
    steps.cohort_date,
    steps.step_number,
    steps.seconds_from_previous
from {{ ref('int_funnel_steps') }} as steps
inner join plan on steps.funnel = plan.funnel and steps.step_number = plan.step_number
where
    steps.seconds_from_previous <= 0
    or {{ seconds_between('steps.entered_at', 'steps.reached_at') }} > plan.window_days * 86400
