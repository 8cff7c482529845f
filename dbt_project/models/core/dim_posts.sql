-- Each attribute is the latest one known: a later capture without a title does not take the title away.
with snapshots as (
    select
        *,
        {{ micros('captured_at') }} + load_order as delivery -- of captures at one instant the later load wins
    from {{ ref('stg_post_snapshots') }}
)

select
    post_key,
    {{ latest_known('platform', 'delivery') }} as platform,
    {{ latest_known('account_key', 'delivery') }} as account_key,
    {{ latest_known('platform_post_id', 'delivery') }} as platform_post_id,
    {{ latest_known('title', 'delivery') }} as title,
    {{ latest_known('body', 'delivery') }} as body,
    {{ latest_known('permalink', 'delivery') }} as permalink,
    coalesce(max_by(content_type, delivery) filter (where content_type <> 'other'), 'other') as content_type,
    {{ latest_known('content_type_raw', 'delivery') }} as content_type_raw,
    {{ latest_known('published_at', 'delivery') }} as published_at,
    {{ latest_known('published_date', 'delivery') }} as published_date,
    {{ latest_known('published_precision', 'delivery') }} as published_precision,
    {{ latest_known('duration_seconds', 'delivery') }} as duration_seconds,
    {{ latest_known('visibility_raw', 'delivery') }} as visibility_raw,
    {{ latest_known('is_original', 'delivery') }} as is_original,
    {{ latest_known('is_owned', 'delivery') }} as is_owned,
    {{ latest_known('author_key', 'delivery') }} as author_key,
    {{ latest_known('campaign_key', 'delivery') }} as campaign_key,
    -- A post missing from a capped export may still be online: only the platform's own word says that it is gone.
    bool_or(lower(visibility_raw) in ('deleted', '已删除')) as is_deleted,
    min(captured_at) as first_captured_at,
    max(captured_at) as last_captured_at
from snapshots
group by post_key
