-- Configuration: an event_type listed under two steps, or a funnel over an unknown step, would count nobody rightly.
with words as (
    {%- for vocabulary in ['event_steps', 'verbs'] %}
    {%- set last_vocabulary = loop.last %}
    {%- for meaning, listed in var(vocabulary).items() %}
    {%- set last_meaning = loop.last %}
    {%- for word in listed %}
    select
        '{{ vocabulary }}' as vocabulary,
        '{{ meaning }}' as meaning,
        '{{ word | lower }}' as word
    {{ 'union all' if not (loop.last and last_meaning and last_vocabulary) }}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
),

plan as (
    {{ funnel_plan() }}
)

select
    vocabulary,
    word as problem
from words
group by vocabulary, word
having count(*) > 1

union all

select
    plan.funnel as vocabulary,
    plan.step_name as problem
from plan
left join words on plan.step_name = words.meaning and words.vocabulary = 'event_steps'
where words.meaning is null
