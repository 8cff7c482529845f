-- A campaign of the register is as planned there; one that sources merely name has a name and the days it was seen.
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
),

seen as (
    select
        campaign_key,
        max(campaign) as campaign,
        min(business_date) as first_seen_date,
        max(business_date) as last_seen_date
    from mentions
    where campaign_key is not null
    group by campaign_key
),

plans as (
    select * from {{ ref('stg_campaigns') }}
),

-- Links carry the campaign's UTM word instead of its name.
utm_words as (
    select
        {{ campaign_key('utm_campaign') }} as utm_key,
        min(campaign_key) as plan_campaign_key
    from plans
    where utm_campaign is not null
    group by utm_key
)

select
    coalesce(plans.campaign_key, seen.campaign_key) as campaign_key,
    coalesce(plans.campaign, seen.campaign) as name,
    coalesce(plans.campaign_key, utm_words.plan_campaign_key) as plan_campaign_key,
    plans.campaign_key is not null as is_planned,
    plans.starts_on,
    plans.ends_on,
    plans.theme,
    plans.form_type,
    plans.mechanic_type,
    plans.segment,
    plans.partner,
    plans.partner_type,
    plans.budget_amount,
    case when plans.budget_amount is not null then plans.currency end as currency,
    plans.slot_from,
    plans.slot_to,
    plans.place,
    plans.promotion_channels,
    plans.utm_campaign,
    plans.state,
    plans.owner,
    plans.note,
    seen.first_seen_date,
    seen.last_seen_date
from plans
full outer join seen on plans.campaign_key = seen.campaign_key
left join utm_words on seen.campaign_key = utm_words.utm_key
