select
    entry_number,
    suggestion_id,
    decision,
    decided_by,
    decided_at,
    adopters,
    controls,
    starts_on,
    randomisation_seed,
    reason,
    falsifier_json,
    falsifier_hash,
    suggestion_json,
    row_number() over (partition by suggestion_id order by entry_number desc) = 1 as is_latest,
    loaded_at,
    load_id
from {{ ref('stg_suggestion_decisions') }}
