with events as (
    select * from {{ source('raw', 'events') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    e.load_id,
    e.row_number,
    loads.loaded_at,
    e.platform,
    e.account_key,
    e.event_key,
    e.source,
    e.event_type,
    e.occurred_at,
    e.business_date,
    e.person_key,
    e.session_key,
    coalesce(nullif(trim(e.channel), ''), nullif(trim(e.utm_source), '')) as channel,
    {{ campaign_key('e.campaign') }} as campaign_key,
    nullif(trim(e.campaign), '') as campaign,
    e.utm_source,
    e.utm_medium,
    e.utm_content,
    e.utm_term,
    e.page,
    e.platform_post_id,
    e.item_id,
    e.order_id,
    {{ money('e.amount') }} as amount,
    e.currency,
    e.captured_at,
    e.properties,
    e.extra
from events as e
left join loads on e.load_id = loads.load_id
