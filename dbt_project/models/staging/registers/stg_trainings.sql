select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['training', 'held_on', 'member']) }} as training_key,
    training,
    held_on,
    member,
    training_type,
    topic_type,
    training_hours,
    score_number,
    note,
    extra
from ({{ current_register('trainings', ['training', 'held_on', 'member']) }}) as rows_of_now
