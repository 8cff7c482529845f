-- A person enters a funnel once per day, at that day's first event of its first step; each next step is the earliest one after the last.
with moments as (
    select
        person_key,
        funnel_step,
        occurred_at,
        business_date,
        event_key,
        coalesce(channel, '') as channel,
        coalesce(campaign_key, '') as campaign_key
    from {{ ref('fct_events') }}
    where person_key is not null and funnel_step is not null
),
{% for funnel, plan in var('funnels').items() %}
{{ funnel }}_turns as (
    select
        *,
        row_number() over (partition by person_key, business_date order by occurred_at, event_key) as turn
    from moments
    where funnel_step = '{{ plan.steps[0] }}'
),

{{ funnel }}_1 as (
    select
        person_key,
        business_date as cohort_date,
        channel,
        campaign_key,
        occurred_at as entered_at,
        cast(null as timestamp with time zone) as previous_at,
        occurred_at as reached_at
    from {{ funnel }}_turns
    where turn = 1
),
{% for step in plan.steps[1:] %}
{{ funnel }}_{{ loop.index + 1 }} as (
    {{ next_step(
        funnel ~ '_' ~ loop.index,
        "(select person_key, occurred_at from moments where funnel_step = '" ~ step ~ "')",
        plan.window_days,
    ) }}
),
{% endfor %}
{%- endfor %}
funnel_steps as (
    {%- for funnel, plan in var('funnels').items() %}
    {%- set last_funnel = loop.last %}
    {%- for step in plan.steps %}
    select
        '{{ funnel }}' as funnel,
        {{ loop.index }} as step_number,
        *
    from {{ funnel }}_{{ loop.index }}
    {{ 'union all' if not (loop.last and last_funnel) }}
    {%- endfor %}
    {%- endfor %}
)

select
    funnel,
    person_key,
    cohort_date,
    channel,
    campaign_key,
    cast(step_number as bigint) as step_number,
    entered_at,
    reached_at,
    {{ seconds_between('previous_at', 'reached_at') }} as seconds_from_previous
from funnel_steps
