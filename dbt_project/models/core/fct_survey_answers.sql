with deliveries as (
    select
        *,
        md5(concat_ws('|', survey_key, response_id, question_key)) as answer_key
    from {{ ref('stg_survey_answers') }}
),

delivered as (
    {{ last_delivery('deliveries', 'answer_key', order_by='captured_at') }}
),

-- An NPS question asks for a recommendation on a scale from 0 to 10: its text says both, or nobody left the scale and somebody
-- chose 9 or 10, which no scale of five or seven has.
nps_questions as (
    select question_key
    from delivered
    where answer_state = 'answered'
    group by question_key
    having
        bool_and(lower(question) like '%推荐%' or lower(question) like '%recommend%')
        and bool_and(coalesce(answer_number between 0 and 10 and answer_number = floor(answer_number), false))
        and (max(answer_number) >= 9 or bool_or(regexp_matches(lower(question), '(^|[^0-9])0 ?([-–—~～至到]|to|分到|分至) ?10')))
),

aliases as (
    select * from {{ ref('stg_person_aliases') }}
)

select
    a.answer_key,
    a.platform,
    a.account_key,
    a.survey_key,
    a.survey,
    a.response_id,
    a.question_key,
    a.question_number,
    a.question,
    a.submitted_at,
    a.submitted_date as business_date,
    a.duration_seconds,
    a.source_raw,
    a.region,
    {{ resolved_person('aliases', 'a.person_key') }} as person_key,
    a.score as score_number,
    a.answer_text,
    a.answer_options,
    a.answer_number,
    a.answer_state,
    case
        when nps.question_key is null or a.answer_state <> 'answered' then null
        when a.answer_number >= 9 then 'promoter'
        when a.answer_number >= 7 then 'passive'
        else 'detractor'
    end as nps_group,
    a.captured_at,
    a.load_id
from delivered as a
left join nps_questions as nps on a.question_key = nps.question_key
left join aliases on a.person_key = aliases.alias_person_key
