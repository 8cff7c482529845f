{{ config(tags=['after_analyses']) }}

select
    m.post_key,
    m.platform,
    m.account_key,
    m.content_type,
    posts.title,
    m.published_date,
    m.metric,
    m.age_days,
    m.observed,
    m.projected,
    m.lower,
    m.upper,
    m.is_mature,
    m.n_count,
    m.basis
from {{ source('analyses', 'post_projections') }} as m
left join {{ ref('dim_posts') }} as posts on m.post_key = posts.post_key
