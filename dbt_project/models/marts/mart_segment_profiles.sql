{{ config(tags=['after_analyses']) }}

with top_features as (
    select
        segment_key,
        array_agg(feature order by rank) as top_features
    from {{ source('analyses', 'segment_features') }}
    where rank <= 3
    group by segment_key
)

select
    profiles.segment_key,
    profiles.segment_name_zh,
    profiles.segment_name_en,
    cast(profiles.people_count as bigint) as people_count,
    profiles.share_rate,
    profiles.stability,
    profiles.jaccard,
    cast(profiles.k as integer) as k,
    profiles.has_structure,
    profiles.method,
    top_features.top_features
from {{ source('analyses', 'segment_profiles') }} as profiles
left join top_features on profiles.segment_key = top_features.segment_key
