-- noqa: disable=LT02
-- What a post had gathered at a given age, so that posts of different days can be compared. A figure is known at an age when a capture
-- before it and one after it are at most age + 1 days apart; between the two it grows as a power of the age (log1p of the figure is
-- linear in the logarithm of the age). Column by column: a capture that lacks a figure, or has a bound only, is stepped over. A figure
-- that fell between two captures falls here too; nothing is carried beyond the last capture.
{%- set figures = ['view_count', 'impression_count', 'like_count', 'comment_count', 'share_count', 'repost_count', 'save_count',
    'engagement_count'] %}
{%- set day_micros = 'cast(86400000000 as bigint)' %}

with ages as (
    {%- for age in [1, 3, 7, 14, 28] %}
    select cast({{ age }} as bigint) as age_days
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

-- Where only the day of publication is known it is taken to be noon, which says nothing about the first day.
posts as (
    select
        known.post_key,
        known.platform,
        known.account_key,
        known.content_type,
        coalesce(known.published_precision = 'day', false) as is_day_only,
        {{ micros('known.published_at') }}
        + case when known.published_precision = 'day' then {{ day_micros }} / 2 else 0 end as published_micros
    from {{ ref('dim_posts') }} as known
    left join {{ ref('dim_accounts') }} as accounts on known.account_key = accounts.account_key
    where coalesce(known.is_owned, true) and coalesce(accounts.is_owned, true) and known.published_at is not null
),

captures as (
    select
        posts.post_key,
        ({{ micros('snapshots.captured_at') }} - posts.published_micros) / cast({{ day_micros }} as double) as capture_age,
        {%- for figure in figures if figure != 'engagement_count' %}
        {{ known(figure, 'snapshots.') }} as {{ figure }},
        {%- endfor %}
        {{ exact_engagement_count('snapshots.', 'platforms.engagement_members') }} as engagement_count
    from {{ ref('fct_post_snapshots') }} as snapshots
    inner join posts on snapshots.post_key = posts.post_key
    left join {{ ref('dim_platforms') }} as platforms on posts.platform = platforms.platform
    where snapshots.window_kind = 'lifetime' and {{ micros('snapshots.captured_at') }} > posts.published_micros
),

neighbours as (
    select
        captures.post_key,
        {%- for figure in figures %}
        max(case when {{ figure }} is not null and capture_age <= age_days then capture_age end) as {{ figure }}_age_before,
        max_by({{ figure }}, capture_age) filter (where {{ figure }} is not null and capture_age <= age_days) as {{ figure }}_before,
        min(case when {{ figure }} is not null and capture_age >= age_days then capture_age end) as {{ figure }}_age_after,
        min_by({{ figure }}, capture_age) filter (where {{ figure }} is not null and capture_age >= age_days) as {{ figure }}_after,
        {%- endfor %}
        ages.age_days
    from captures
    cross join ages
    group by captures.post_key, ages.age_days
),

at_age as (
    select
        post_key,
        age_days,
        {%- for figure in figures %}
        case
            when {{ figure }}_age_after = {{ figure }}_age_before then cast({{ figure }}_before as double)
            when {{ figure }}_age_after - {{ figure }}_age_before <= age_days + 1
                then greatest(round(exp(
                    ln(1 + {{ figure }}_before) + (ln(1 + {{ figure }}_after) - ln(1 + {{ figure }}_before))
                    * ln(age_days / {{ figure }}_age_before) / ln({{ figure }}_age_after / {{ figure }}_age_before)
                ) - 1, 6), 0)
        end as {{ figure }},
        {%- endfor %}
        false
        {%- for figure in figures %}
        or coalesce({{ figure }}_age_after <> {{ figure }}_age_before, false)
        {%- endfor %} as is_interpolated
    from neighbours
)

select
    posts.post_key,
    posts.platform,
    posts.account_key,
    posts.content_type,
    at_age.age_days,
    {%- for figure in figures %}
    at_age.{{ figure }},
    {%- endfor %}
    at_age.is_interpolated
from at_age
inner join posts on at_age.post_key = posts.post_key
where
    coalesce({{ figures | join(', ') }}) is not null
    and not (posts.is_day_only and at_age.age_days = 1)
