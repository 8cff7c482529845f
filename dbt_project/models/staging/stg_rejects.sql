select
    load_id,
    row_number,
    reason_code,
    column_name,
    message,
    raw_row
from {{ source('raw', 'rejects') }}
