with collaborations as (
    select * from {{ source('raw', 'collaborations') }}
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
    c.platform_post_id,
    c.post_key,
    c.business_date,
    c.creator,
    c.creator_follower_count,
    c.title,
    c.permalink,
    coalesce(c.content_type, 'other') as content_type,
    c.content_type_raw,
    c.published_at,
    c.published_date,
    c.published_precision,
    c.order_id,
    c.brand,
    {{ campaign_key('c.campaign') }} as campaign_key,
    nullif(trim(c.campaign), '') as campaign,
    {{ money('c.fee_amount') }} as fee_amount,
    {{ money('c.service_fee_amount') }} as service_fee_amount,
    c.currency,
    c.organic_impression_count,
    c.organic_view_count,
    c.promoted_impression_count,
    c.promoted_view_count,
    {{ metric_columns('c') }},
    c.captured_at,
    c.approximate_columns,
    c.censored_columns,
    c.extra
from collaborations as c
left join loads on c.load_id = loads.load_id
