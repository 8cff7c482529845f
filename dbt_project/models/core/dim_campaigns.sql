-- Campaigns as sources name them; plan, dates and budget are unknown until someone states them.
with mentions as (
    select
        campaign_key,
        campaign,
        business_date
    from {{ ref('fct_events') }}

    union all

    select
        campaign_key,
        campaign,
        business_date
    from {{ ref('fct_orders') }}

    union all

    select
        campaign_key,
        campaign_key as campaign,
        published_date as business_date
    from {{ ref('dim_posts') }}
)

select
    campaign_key,
    max(campaign) as name,
    cast(null as date) as starts_on,
    cast(null as date) as ends_on,
    cast(null as decimal(18, 2)) as budget_amount,
    cast(null as varchar) as currency,
    min(business_date) as first_seen_date,
    max(business_date) as last_seen_date
from mentions
where campaign_key is not null
group by campaign_key
