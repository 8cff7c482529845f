with deliveries as (
    select * from {{ ref('stg_mentions') }}
),

delivered as (
    {{ last_delivery('deliveries', 'mention_key', order_by='captured_at') }}
)

select
    mention_key,
    platform,
    account_key,
    platform_mention_id,
    permalink,
    site_raw,
    mention_type,
    keyword,
    author_key,
    author_follower_count,
    title,
    text,
    published_at,
    published_date as business_date,
    sentiment_raw,
    region,
    view_count,
    like_count,
    comment_count,
    share_count,
    repost_count,
    save_count,
    coalesce(len(approximate_columns) > 0, false) as is_approximate,
    censored_columns,
    captured_at,
    load_id
from delivered
