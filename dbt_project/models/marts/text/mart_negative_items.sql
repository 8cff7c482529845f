{{ config(tags=['after_analyses']) }}

with playbooks as (
    select
        crisis_type,
        max(version_number) as playbook_version_number,
        count(*) as playbook_step_count,
        min_by(action, step_number) as first_action,
        min_by(role, step_number) as first_role,
        min_by(within_hours, step_number) as first_within_hours
    from {{ ref('dim_playbooks') }}
    where is_current
    group by crisis_type
),

-- A plan is found under the register's own name of the class, else under the class's.
plans as (
    select
        categories.category,
        categories.name_zh,
        categories.name_en,
        playbooks.*
    from {{ source('analyses', 'text_categories') }} as categories
    left join playbooks on coalesce(categories.crisis_type, categories.name_zh) = playbooks.crisis_type
),

last_capture as (
    select max(captured_at) as captured_at from {{ ref('int_texts') }}
)

select
    texts.text_key,
    texts.source,
    texts.platform,
    texts.account_key,
    texts.post_key,
    texts.text,
    texts.created_at,
    texts.business_date,
    texts.reach_count,
    labels.sentiment,
    labels.negative_rate,
    labels.category,
    plans.name_zh as category_name_zh,
    plans.name_en as category_name_en,
    labels.categories,
    labels.severity_level,
    labels.need_label,
    labels.topic_key,
    plans.crisis_type as playbook,
    plans.playbook_version_number,
    plans.playbook_step_count,
    plans.first_action,
    plans.first_role,
    plans.first_within_hours,
    case when texts.answered_at is not null then 'answered' when texts.source = 'feedback' then 'open' else 'unknown' end as status,
    texts.answered_at,
    greatest({{ seconds_between('texts.created_at', 'coalesce(texts.answered_at, last_capture.captured_at)') }} / 3600, 0) as age_hours,
    labels.needs_human,
    labels.is_human_label,
    labels.model_version
from {{ ref('int_texts') }} as texts
inner join {{ source('analyses', 'text_labels') }} as labels on texts.text_key = labels.text_key
left join plans on labels.category = plans.category
cross join last_capture
where
    labels.sentiment in ('negative', 'abstain')
    and labels.is_relevant
    and texts.competitor is null
    and coalesce(texts.is_owned_post, true)
