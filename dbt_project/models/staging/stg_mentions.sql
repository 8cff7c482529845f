with mentions as (
    select * from {{ source('raw', 'mentions') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    m.load_id,
    m.row_number,
    loads.loaded_at,
    m.platform,
    m.account_key,
    m.mention_key,
    m.platform_mention_id,
    m.permalink,
    m.site_raw,
    m.mention_type,
    m.keyword,
    m.author_key,
    m.author_follower_count,
    m.title,
    m.text,
    m.published_at,
    m.published_date,
    m.sentiment_raw,
    m.region,
    m.view_count,
    m.like_count,
    m.comment_count,
    m.share_count,
    m.repost_count,
    m.save_count,
    m.captured_at,
    m.approximate_columns,
    m.censored_columns,
    m.extra
from mentions as m
left join loads on m.load_id = loads.load_id
