with comments as (
    select * from {{ source('raw', 'comments') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    c.load_id,
    c.row_number,
    loads.loaded_at,
    c.platform,
    c.account_key,
    c.comment_key,
    c.platform_comment_id,
    c.platform_post_id,
    c.post_key,
    c.author_key,
    c.text,
    c.like_count,
    c.created_at,
    c.captured_at,
    c.extra
from comments as c
left join loads on c.load_id = loads.load_id
