{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='event_key',
    post_hook='{{ remember_loads() }}',
) }}
-- depends_on: {{ ref('load_ledger') }}
{%- set columns = 'event_key, load_id, loaded_at, source, event_type, occurred_at, business_date, platform, account_key, session_key,
        channel, campaign_key, campaign, platform_post_id, page, item_id, order_id, amount, currency' %}

with arrivals as (
    select * from {{ ref('stg_events') }}
    {% if is_incremental() -%}
    where load_id in ({{ unseen_loads('fct_events') }})
    {%- endif %}
),

delivered as (
    {{ last_delivery('arrivals', 'event_key') }}
),

aliases as (
    select * from {{ ref('stg_person_aliases') }}
),

-- Only an id that stands for one post says which post it was.
posts as (
    select
        platform_post_id,
        min(post_key) as post_key
    from {{ ref('dim_posts') }}
    where platform_post_id is not null
    group by platform_post_id
    having count(*) = 1
),

events as (
    select
        {{ columns }},
        person_key as source_person_key
    from delivered
    {% if is_incremental() %}
    union all

    -- Older events whose person or post has become known under another key since.
    select
        {{ columns }},
        source_person_key
    from (
        select
            standing.*,
            {{ resolved_person('aliases', 'standing.source_person_key') }} as person_key_now,
            posts.post_key as post_key_now
        from {{ this }} as standing
        left join aliases on standing.source_person_key = aliases.alias_person_key
        left join posts on standing.platform_post_id = posts.platform_post_id
    ) as standing
    where
        (person_key is distinct from person_key_now or post_key is distinct from post_key_now)
        and event_key not in (select event_key from delivered)
    {%- endif %}
),

-- There are few words and many events.
meanings as (
    select
        event_type,
        {{ key_of_word('event_type', var('event_steps')) }} as funnel_step,
        {{ key_of_word('event_type', var('verbs')) }} as verb
    from (select distinct event_type from events) as words
)

select
    events.*,
    {{ resolved_person('aliases', 'events.source_person_key') }} as person_key,
    posts.post_key,
    meanings.funnel_step,
    meanings.verb
from events
left join meanings on events.event_type = meanings.event_type
left join aliases on events.source_person_key = aliases.alias_person_key
left join posts on events.platform_post_id = posts.platform_post_id
