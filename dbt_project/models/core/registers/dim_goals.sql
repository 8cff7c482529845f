with goals as (
    select * from {{ ref('stg_goals') }}
),

metrics as (
    {{ metric_words() }}
)

select
    goals.goal_key,
    goals.platform,
    goals.account_key,
    goals.goal,
    goals.goal_type,
    goals.metric_raw,
    metrics.metric,
    metrics.metric is not null as is_known_metric,
    goals.starts_on,
    goals.ends_on,
    goals.target_number,
    goals.baseline_number,
    coalesce(goals.target_direction, case when registry.good_direction = 'down' then 'at_most' else 'at_least' end) as target_direction,
    goals.owner,
    goals.note,
    goals.loaded_at,
    goals.load_id
from goals
left join metrics on lower(trim(goals.metric_raw)) = metrics.word
left join {{ ref('dim_metrics') }} as registry on metrics.metric = registry.metric
