with links as (
    select * from {{ ref('stg_campaign_posts') }}
),

meant as (
    {{ meant_posts('links', 'campaign_post_key') }}
)

select
    links.campaign_post_key,
    links.platform,
    links.account_key,
    links.campaign_key,
    links.campaign,
    meant.post_key,
    links.link_type,
    links.platform_post_id,
    links.permalink,
    links.title,
    links.utm_source,
    links.utm_medium,
    links.utm_content,
    links.note,
    links.loaded_at,
    links.load_id
from links
left join meant on links.campaign_post_key = meant.campaign_post_key
