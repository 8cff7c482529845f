-- What is known of a post now. A file may show some figures only: each figure is the latest one of the last seven days up to the newest
-- capture, older ones would not go with it. A lifetime figure is preferred; posts that only come with a range keep that, and say so.
with ranked as (
    select
        *,
        first_value(captured_at) over latest_first as latest_captured_at,
        first_value(window_kind) over latest_first as latest_window_kind,
        first_value(window_start) over latest_first as latest_window_start,
        first_value(window_end) over latest_first as latest_window_end
    from {{ ref('fct_post_snapshots') }}
    window latest_first as (
        partition by post_key
        order by window_kind = 'lifetime' desc, captured_at desc, window_end desc nulls last, window_start asc nulls first
    )
),

latest as (
    select
        post_key,
        max(platform) as platform,
        max(account_key) as account_key,
        max(latest_captured_at) as captured_at,
        max(captured_date) as captured_date,
        max(latest_window_kind) as window_kind,
        {{ latest_known('author_follower_count', 'captured_at') }} as author_follower_count,
        {%- for column in var('increment_columns') + var('measure_columns') %}
        {{ latest_known(column, 'captured_at') }} as {{ column }},
        {%- endfor %}
        bool_or(is_approximate) as is_approximate,
        {{ all_items('censored_columns') }} as censored_columns
    from ranked
    where
        window_kind = latest_window_kind
        and (
            window_kind = 'lifetime'
            or (window_start is not distinct from latest_window_start and window_end is not distinct from latest_window_end)
        )
        and {{ micros('captured_at') }} > {{ micros('latest_captured_at') }} - cast(7 as bigint) * 86400000000
    group by post_key
)

select
    latest.*,
    {{ engagement_count('latest.', 'platforms.engagement_members') }} as engagement_count,
    {{ exact_engagement_count('latest.', 'platforms.engagement_members') }} as exact_engagement_count,
    platforms.maturity_days
from latest
left join {{ ref('dim_platforms') }} as platforms on latest.platform = platforms.platform
