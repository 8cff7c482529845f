{{ config(tags=['after_analyses']) }}

select
    model,
    model_version,
    coalesce(bank_count, 0) + case when model = 'sentiment' then own_label_count else 0 end as training_count,
    bank_count,
    own_label_count,
    is_own_trained,
    cv_accuracy_rate,
    cv_accuracy_low_rate,
    cv_accuracy_high_rate,
    own_accuracy_rate,
    own_accuracy_low_rate,
    own_accuracy_high_rate,
    negative_precision_rate,
    decided_rate,
    transfer_accuracy_rate,
    transfer_count,
    transfer_set,
    negative_threshold_rate,
    neutral_threshold_rate,
    positive_threshold_rate
from {{ source('analyses', 'text_models') }}
