with deliveries as (
    select * from {{ ref('stg_comments') }}
),

delivered as (
    {{ last_delivery('deliveries', 'comment_key', order_by='captured_at') }}
)

select
    c.comment_key,
    c.platform,
    c.account_key,
    c.post_key,
    c.platform_comment_id,
    c.author_key,
    c.text,
    c.like_count,
    c.created_at,
    {{ local_date('c.created_at', "coalesce(platforms.timezone, '" ~ var('timezone') ~ "')") }} as business_date,
    c.captured_at,
    c.load_id
from delivered as c
left join {{ ref('dim_platforms') }} as platforms on c.platform = platforms.platform
