-- What the entries into a funnel can be told apart by, and how far each of them came.
with plan as (
    {%- for funnel, plan in var('funnels').items() %}
    select
        '{{ funnel }}' as funnel,
        '{{ plan.steps | join(" > ") }}' as step_names,
        '{{ plan.steps[0] }}' as first_step,
        cast({{ plan.window_days }} as bigint) as window_days
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

entries as (
    select * from {{ ref('int_funnel_steps') }}
    where step_number = 1
),

deepest as (
    select
        funnel,
        person_key,
        cohort_date,
        max(step_number) as reached_step_number
    from {{ ref('int_funnel_steps') }}
    group by funnel, person_key, cohort_date
),

-- Of several events at the moment of entry the first by key entered, as in int_funnel_steps.
moments as (
    select
        person_key,
        occurred_at,
        funnel_step,
        min(event_key) as event_key
    from {{ ref('fct_events') }}
    where person_key is not null and funnel_step is not null
    group by person_key, occurred_at, funnel_step
),

as_of as (
    select max(occurred_at) as as_of_at from {{ ref('fct_events') }}
)

select
    entries.funnel,
    entries.person_key,
    entries.cohort_date,
    entries.entered_at,
    entries.channel,
    entries.campaign_key,
    events.platform,
    posts.content_type,
    deepest.reached_step_number,
    plan.step_names,
    plan.window_days,
    {{ start_of_day(add_days('entries.cohort_date', 'plan.window_days + 1')) }} <= as_of.as_of_at as is_window_complete
from entries
inner join plan on entries.funnel = plan.funnel
inner join deepest
    on entries.funnel = deepest.funnel and entries.person_key = deepest.person_key and entries.cohort_date = deepest.cohort_date
left join moments
    on entries.person_key = moments.person_key and entries.entered_at = moments.occurred_at and plan.first_step = moments.funnel_step
left join {{ ref('fct_events') }} as events on moments.event_key = events.event_key
left join {{ ref('dim_posts') }} as posts on events.post_key = posts.post_key
cross join as_of
