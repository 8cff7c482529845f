select
    *,
    row_number() over (order by loaded_at, load_id) as load_order
from {{ source('raw', 'loads') }}
