with survey_answers as (
    select * from {{ source('raw', 'survey_answers') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    s.load_id,
    s.row_number,
    loads.loaded_at,
    s.platform,
    s.account_key,
    s.survey_key,
    s.survey,
    s.response_id,
    s.submitted_at,
    s.submitted_date,
    s.duration_seconds,
    s.source_raw,
    s.region,
    s.person_key,
    s.score,
    s.question_key,
    s.question_number,
    s.question,
    s.answer_text,
    s.answer_options,
    s.answer_number,
    s.answer_state,
    s.captured_at,
    s.extra
from survey_answers as s
left join loads on s.load_id = loads.load_id
