{{ config(tags=['after_analyses']) }}

select
    path_kind,
    path,
    length_count,
    people_count,
    converted_people_count,
    conversion_rate,
    conversion_low_rate,
    conversion_high_rate,
    share_rate
from {{ source('analyses', 'paths') }}
