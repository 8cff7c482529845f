-- Figures are cumulative: a later day's row holds those of the days before it. A source that does not say of which day they are
-- means the day it was exported.
with deliveries as (
    select
        c.* exclude (business_date),
        coalesce(
            c.business_date, {{ local_date('c.captured_at', "coalesce(platforms.timezone, '" ~ var('timezone') ~ "')") }}
        ) as business_date
    from {{ ref('stg_collaborations') }} as c
    left join {{ ref('dim_platforms') }} as platforms on c.platform = platforms.platform
),

keyed as (
    select
        *,
        md5(concat_ws('|', post_key, business_date)) as collaboration_key
    from deliveries
),

delivered as (
    {{ last_delivery('keyed', 'collaboration_key', order_by='captured_at') }}
)

select
    collaboration_key,
    platform,
    account_key,
    platform_post_id,
    post_key,
    business_date,
    creator,
    creator_follower_count,
    title,
    permalink,
    content_type,
    content_type_raw,
    published_at,
    published_date,
    published_precision,
    order_id,
    brand,
    campaign_key,
    campaign,
    fee_amount,
    service_fee_amount,
    currency,
    organic_impression_count,
    organic_view_count,
    promoted_impression_count,
    promoted_view_count,
    {%- for column in var('increment_columns') + var('measure_columns') %}
    {{ column }},
    {%- endfor %}
    coalesce(len(approximate_columns) > 0, false) as is_approximate,
    censored_columns,
    captured_at,
    load_id
from delivered
