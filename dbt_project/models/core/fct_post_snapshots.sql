{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='snapshot_key',
    post_hook=['{{ remember_loads() }}', '{{ drop_aliased_posts() }}'],
) }}
-- depends_on: {{ ref('load_ledger') }}

with arrivals as (
    select
        *,
        {{ snapshot_key() }} as snapshot_key
    from {{ ref('stg_post_snapshots') }}
    {% if is_incremental() -%}
    where
        load_id in ({{ unseen_loads('fct_post_snapshots') }})
        or post_key in ({{ newly_aliased_posts() }})
    {%- endif %}
),

delivered as (
    {{ last_delivery('arrivals', 'snapshot_key') }}
),

-- Time zone arithmetic is slow; captures share few instants.
captures as (
    select distinct
        captured_at,
        platform
    from delivered
),

capture_days as (
    select
        captures.captured_at,
        captures.platform,
        {{ local_date('captures.captured_at', "coalesce(platforms.timezone, '" ~ var('timezone') ~ "')") }} as captured_date
    from captures
    left join {{ ref('dim_platforms') }} as platforms on captures.platform = platforms.platform
)

select
    s.snapshot_key,
    s.post_key,
    s.captured_at,
    s.window_kind,
    s.window_start,
    s.window_end,
    s.load_id,
    s.loaded_at,
    s.platform,
    s.account_key,
    capture_days.captured_date,
    s.author_follower_count,
    {%- for column in var('increment_columns') + var('measure_columns') %}
    s.{{ column }},
    {%- endfor %}
    s.currency,
    coalesce(len(s.approximate_columns) > 0, false) as is_approximate,
    s.approximate_columns,
    s.censored_columns
from delivered as s
left join capture_days on s.captured_at = capture_days.captured_at and s.platform = capture_days.platform
