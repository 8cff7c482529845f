select
    training_key,
    training,
    held_on,
    member,
    training_type,
    topic_type,
    training_hours,
    score_number,
    note,
    loaded_at,
    load_id
from {{ ref('stg_trainings') }}
