-- A post's latest capture. A lifetime figure is preferred; posts that only come with a range keep that, and say so.
with ranked as (
    select
        snapshot_key,
        row_number() over (
            partition by post_key
            order by window_kind = 'lifetime' desc, captured_at desc, window_end desc nulls last, window_start asc nulls first
        ) as recency
    from {{ ref('fct_post_snapshots') }}
)

select
    s.post_key,
    s.platform,
    s.account_key,
    s.captured_at,
    s.captured_date,
    s.window_kind,
    s.author_follower_count,
    {%- for column in var('increment_columns') + var('measure_columns') %}
    s.{{ column }},
    {%- endfor %}
    {{ engagement_count('s.', 'platforms.engagement_members') }} as engagement_count,
    {{ exact_engagement_count('s.', 'platforms.engagement_members') }} as exact_engagement_count,
    platforms.maturity_days,
    s.is_approximate,
    s.censored_columns
from {{ ref('fct_post_snapshots') }} as s
inner join ranked on s.snapshot_key = ranked.snapshot_key and ranked.recency = 1
left join {{ ref('dim_platforms') }} as platforms on s.platform = platforms.platform
