{{ config(materialized='table') }}
-- One post may come with its id (an API), by title and time (an export) or by title alone (a detail page). It is the same post when account
-- and title agree and the time does not speak against it, and when no second post could be meant: never merged on a doubt.
with seen as (
    select
        post_key,
        account_key,
        title,
        published_at,
        published_date,
        published_precision,
        platform_post_id
    from {{ source('raw', 'post_snapshots') }}

    union all

    select
        post_key,
        account_key,
        title,
        cast(null as timestamptz) as published_at,
        published_date,
        'day' as published_precision,
        cast(null as varchar) as platform_post_id
    from {{ source('raw', 'post_channels') }}
),

-- level: 3 has an id, 2 a moment, 1 a day, 0 a title only
posts as (
    select distinct
        post_key,
        account_key,
        lower(trim(title)) as words,
        case when published_precision <> 'day' then published_at end as published_at,
        published_date,
        case
            when platform_post_id is not null then 3
            when published_precision <> 'day' and published_at is not null then 2
            when published_date is not null then 1
            else 0
        end as level
    from seen
    where trim(title) <> ''
),

candidates as (
    select
        lesser.post_key as alias_post_key,
        better.post_key,
        better.level,
        lesser.level as alias_level,
        max(better.level) over (partition by lesser.post_key) as best_level
    from posts as lesser
    inner join posts as better
        on
        lesser.account_key = better.account_key
        and lesser.words = better.words
        and lesser.level < better.level
        and lesser.post_key <> better.post_key
        and (
            lesser.published_date is null
            or (
                lesser.published_at is not null and better.published_at is not null
                and abs({{ seconds_between('lesser.published_at', 'better.published_at') }}) <= 60
            )
            or ((lesser.published_at is null or better.published_at is null) and lesser.published_date = better.published_date)
        )
),

pairs as (
    select
        alias_post_key,
        max(post_key) as post_key,
        max(alias_level) as alias_level,
        count(distinct post_key) as meant_count
    from candidates
    where level = best_level
    group by alias_post_key
),

rivals as (
    select
        post_key,
        alias_level,
        count(*) as rival_count
    from pairs
    group by post_key, alias_level
)

select
    pairs.alias_post_key,
    pairs.post_key,
    case when pairs.alias_level = 2 then 'title_and_minute' when pairs.alias_level = 1 then 'title_and_day' else 'title' end as match_method
from pairs
inner join rivals on pairs.post_key = rivals.post_key and pairs.alias_level = rivals.alias_level
where pairs.meant_count = 1 and rivals.rival_count = 1
