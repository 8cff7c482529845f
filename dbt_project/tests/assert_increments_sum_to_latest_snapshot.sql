-- A post's increments add up to its latest known figure, less what it already had when it was first captured too late to be counted.
{%- set columns = ['view_count', 'like_count', 'comment_count', 'share_count', 'save_count', 'impression_count'] %}

with figures as (
    select
        snapshots.post_key,
        snapshots.captured_at,
        {%- for column in columns %}
        {{ known(column, 'snapshots.') }} as {{ column }},
        {%- endfor %}
        {{ days_between('posts.published_date', 'snapshots.captured_date') }} <= {{ var('first_capture_days') }} as is_counted
    from {{ ref('fct_post_snapshots') }} as snapshots
    inner join {{ ref('dim_posts') }} as posts on snapshots.post_key = posts.post_key
    where snapshots.window_kind = 'lifetime'
),

expected as (
    select
        post_key,
        {%- for column in columns %}
        max_by({{ column }}, captured_at) filter (where {{ column }} is not null)
        - coalesce(min_by(case when is_counted then 0 else {{ column }} end, captured_at) filter (where {{ column }} is not null), 0)
            as {{ column }},
        {%- endfor %}
        count(*) as capture_count
    from figures
    group by post_key
),

counted as (
    select
        post_key,
        {%- for column in columns %}
        sum({{ column }}) as {{ column }},
        {%- endfor %}
        bool_or(method = 'reported') as has_reports
    from {{ ref('fct_post_days') }}
    group by post_key
)

select
    expected.post_key,
    {%- for column in columns %}
    expected.{{ column }} as expected_{{ column }},
    counted.{{ column }} as counted_{{ column }},
    {%- endfor %}
    expected.capture_count
from expected
left join counted on expected.post_key = counted.post_key
where
    not coalesce(counted.has_reports, false)
    and (
        {%- for column in columns %}
        coalesce(expected.{{ column }}, 0) <> coalesce(counted.{{ column }}, 0){{ ' or' if not loop.last }}
        {%- endfor %}
    )
