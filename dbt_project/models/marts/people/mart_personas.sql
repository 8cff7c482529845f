{{ config(tags=['after_analyses']) }}

select
    personas.segment_key,
    profiles.segment_name_zh,
    profiles.segment_name_en,
    personas.platform,
    personas.dimension,
    personas.attribute,
    personas.value,
    personas.rank,
    personas.share_rate,
    personas.share_low,
    personas.share_high,
    personas.population_share_rate,
    personas.tgi,
    personas.tgi_low,
    personas.tgi_high,
    personas.number,
    personas.number_low,
    personas.number_high,
    personas.covered_count,
    personas.segment_people_count,
    personas.coverage_rate,
    personas.source,
    personas.status
from {{ source('analyses', 'personas') }} as personas
left join {{ source('analyses', 'segment_profiles') }} as profiles on personas.segment_key = profiles.segment_key
