with assessments as (
    select * from {{ ref('stg_assessments') }}
),

metrics as (
    {{ metric_words() }}
)

select
    assessments.assessment_key,
    assessments.member,
    assessments.indicator,
    assessments.starts_on,
    assessments.ends_on,
    assessments.metric_raw,
    metrics.metric,
    assessments.weight_rate,
    assessments.target_number,
    assessments.actual_number,
    assessments.score_number,
    assessments.owner,
    assessments.note,
    assessments.loaded_at,
    assessments.load_id
from assessments
left join metrics on lower(trim(assessments.metric_raw)) = metrics.word
