select
    posts.post_key,
    posts.engagement_rate_by_views,
    latest.censored_columns
from {{ ref('mart_engagement_posts') }} as posts
inner join {{ ref('int_post_latest') }} as latest on posts.post_key = latest.post_key
where array_contains(latest.censored_columns, 'view_count') and posts.engagement_rate_by_views is not null
