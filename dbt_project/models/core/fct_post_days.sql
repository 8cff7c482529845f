{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='post_key',
    post_hook=['{{ remember_loads() }}', '{{ drop_aliased_posts() }}'],
) }}
-- depends_on: {{ ref('load_ledger') }}, {{ ref('stg_post_snapshots') }}
{%- set columns = var('increment_columns') %}

with
{% if is_incremental() %}
-- A post is derived anew, whole, when any capture of it arrives: a capture that comes late splits a difference made before.
touched as (
    select post_key
    from {{ ref('stg_post_snapshots') }}
    where load_id in ({{ unseen_loads('fct_post_days') }})

    union

    {{ newly_aliased_posts() }}
),
{% endif %}
captures as (
    select
        snapshots.*,
        posts.published_date
    from {{ ref('fct_post_snapshots') }} as snapshots
    inner join {{ ref('dim_posts') }} as posts on snapshots.post_key = posts.post_key
    {% if is_incremental() -%}
    where snapshots.post_key in (select post_key from touched)
    {%- endif %}
),

known_figures as (
    select
        post_key,
        platform,
        account_key,
        captured_at,
        captured_date,
        {%- for column in columns %}
        {{ known(column) }} as {{ column }},
        {%- endfor %}
        published_date
    from captures
    where window_kind = 'lifetime'
),

-- Column by column: a capture that lacks a figure, or has a bound only, is stepped over.
figures_before as (
    select
        {%- for column in columns %}
        lag({{ column }} ignore nulls) over earlier as {{ column }}_before,
        lag(case when {{ column }} is not null then captured_date end ignore nulls) over earlier as {{ column }}_day_before,
        {%- endfor %}
        *
    from known_figures
    window earlier as (partition by post_key order by captured_at)
),

increments as (
    select
        post_key,
        platform,
        account_key,
        {%- for column in columns %}
        {{ increment(column) }} as {{ column }},
        {{ increment_from(column) }} as {{ column }}_from,
        {%- endfor %}
        captured_date
    from figures_before
),

spans as (
    select
        *,
        least({{ columns | join('_from, ') }}_from) as span_from,
        least({{ columns | join(', ') }}) < 0 as is_correction
    from increments
),

parts as (
    select
        *,
        {{ each_day('span_from', 'captured_date') }} as business_date
    from spans
    where span_from is not null
),

differences as (
    select
        post_key,
        max(platform) as platform,
        max(account_key) as account_key,
        business_date,
        'difference' as method,
        {%- for column in columns %}
        {{ sum_count(part_of_day(column)) }} as {{ column }},
        {%- endfor %}
        cast(max({{ days_between('span_from', 'captured_date') }} + 1) as bigint) as span_days,
        bool_or(span_from < captured_date) as is_estimated,
        bool_or(is_correction and business_date = captured_date) as is_correction
    from parts
    group by post_key, business_date
),

-- What a platform reports for one day needs no difference, and its latest word on that day stands.
reports as (
    select
        *,
        row_number() over (partition by post_key, window_start order by captured_at desc) as recency
    from captures
    where window_kind = 'range' and window_start = window_end
),

reported as (
    select
        post_key,
        platform,
        account_key,
        window_start as business_date,
        'reported' as method,
        {%- for column in columns %}
        {{ known(column) }} as {{ column }},
        {%- endfor %}
        cast(1 as bigint) as span_days,
        false as is_estimated,
        false as is_correction
    from reports
    where recency = 1
),

post_days as (
    select * from reported

    union all

    select differences.*
    from differences
    left join reported on differences.post_key = reported.post_key and differences.business_date = reported.business_date
    where reported.post_key is null
)

select * from post_days
