with reached as (
    select
        funnel,
        cohort_date,
        channel,
        campaign_key,
        step_number,
        count(*) as people_count,
        median(seconds_from_previous) as median_seconds_from_previous
    from {{ ref('int_funnel_steps') }}
    group by funnel, cohort_date, channel, campaign_key, step_number
),

plan as (
    {{ funnel_plan() }}
),

-- Every cohort has every step of its funnel: a step that nobody reached is a zero that was observed.
cohort_steps as (
    select
        cohorts.funnel,
        cohorts.cohort_date,
        cohorts.channel,
        cohorts.campaign_key,
        plan.step_number,
        plan.step_name,
        plan.window_days,
        cohorts.people_count as cohort_people_count
    from reached as cohorts
    inner join plan on cohorts.funnel = plan.funnel
    where cohorts.step_number = 1
),

counted as (
    select
        cohort_steps.*,
        coalesce(reached.people_count, 0) as people_count,
        lag(coalesce(reached.people_count, 0)) over (
            partition by cohort_steps.funnel, cohort_steps.cohort_date, cohort_steps.channel, cohort_steps.campaign_key
            order by cohort_steps.step_number
        ) as people_before,
        reached.median_seconds_from_previous
    from cohort_steps
    left join reached
        on cohort_steps.funnel = reached.funnel
        and cohort_steps.cohort_date = reached.cohort_date
        and cohort_steps.channel = reached.channel
        and cohort_steps.campaign_key = reached.campaign_key
        and cohort_steps.step_number = reached.step_number
),

as_of as (
    select max(occurred_at) as as_of_at from {{ ref('fct_events') }}
)

select
    counted.funnel,
    counted.cohort_date,
    counted.channel,
    counted.campaign_key,
    counted.step_number,
    counted.step_name,
    counted.people_count,
    counted.cohort_people_count,
    {{ metric_of_row('conversion_from_previous_rate') }} as conversion_from_previous_rate,
    {{ metric_of_row('conversion_from_first_rate') }} as conversion_from_first_rate,
    counted.median_seconds_from_previous,
    counted.window_days,
    -- Complete once the person who entered in the cohort's last moment has had the whole window.
    {{ start_of_day(add_days('counted.cohort_date', 'counted.window_days + 1')) }} <= as_of.as_of_at as is_window_complete
from counted
cross join as_of
