select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['member', 'indicator', 'starts_on']) }} as assessment_key,
    member,
    indicator,
    starts_on,
    ends_on,
    metric_raw,
    weight_rate,
    target_number,
    actual_number,
    score_number,
    owner,
    note,
    extra
from ({{ current_register('assessments', ['member', 'indicator', 'starts_on']) }}) as rows_of_now
