{#-
  The rows of `reached` that go on, each with its earliest next moment: strictly after the step before, and within `window_days` of entry.
  Taking the earliest is exact for ordered funnels: no later choice leaves more room for the steps that follow.
-#}
{% macro next_step(reached, moments, window_days) -%}
    {{ return(adapter.dispatch('next_step')(reached, moments, window_days)) }}
{%- endmacro %}

{% macro duckdb__next_step(reached, moments, window_days) -%}
    select
        reached.person_key,
        reached.cohort_date,
        reached.channel,
        reached.campaign_key,
        reached.entered_at,
        reached.reached_at as previous_at,
        following.occurred_at as reached_at
    from {{ reached }} as reached
    asof inner join {{ moments }} as following
        on reached.person_key = following.person_key and reached.reached_at < following.occurred_at
    where following.occurred_at <= reached.entered_at + interval '{{ window_days }} days'
{%- endmacro %}

{% macro default__next_step(reached, moments, window_days) -%}
    select
        reached.person_key,
        reached.cohort_date,
        reached.channel,
        reached.campaign_key,
        reached.entered_at,
        reached.reached_at as previous_at,
        min(following.occurred_at) as reached_at
    from {{ reached }} as reached
    inner join {{ moments }} as following
        on reached.person_key = following.person_key
        and reached.reached_at < following.occurred_at
        and following.occurred_at <= reached.entered_at + interval '{{ window_days }} days'
    group by reached.person_key, reached.cohort_date, reached.channel, reached.campaign_key, reached.entered_at, reached.reached_at
{%- endmacro %}

{#- The configured funnels as rows: one per funnel and step. -#}
{% macro funnel_plan() -%}
    {%- for funnel, plan in var('funnels').items() %}
    {%- set last_funnel = loop.last %}
    {%- for step in plan.steps %}
    select
        '{{ funnel }}' as funnel,
        cast({{ loop.index }} as bigint) as step_number,
        '{{ step }}' as step_name,
        cast({{ plan.window_days }} as bigint) as window_days
    {{ 'union all' if not (loop.last and last_funnel) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}
