with plans as (
    select * from {{ ref('stg_planned_posts') }}
),

meant as (
    {{ meant_posts('plans', 'plan_id') }}
)

select
    plans.plan_id,
    plans.platform,
    plans.account_key,
    meant.post_key,
    plans.planned_at,
    plans.title,
    plans.content_type,
    plans.theme,
    plans.campaign_key,
    plans.campaign,
    plans.message,
    plans.interaction_type,
    plans.content_master_id,
    plans.state,
    plans.platform_post_id,
    plans.permalink,
    plans.owner,
    plans.note,
    plans.loaded_at,
    plans.load_id
from plans
left join meant on plans.plan_id = meant.plan_id
