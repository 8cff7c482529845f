{{ config(tags=['after_analyses']) }}

select
    labels.need_label,
    texts.source,
    coalesce(texts.platform, '') as platform,
    texts.business_date,
    count(*) as text_count
from {{ ref('int_texts') }} as texts
inner join {{ source('analyses', 'text_labels') }} as labels on texts.text_key = labels.text_key
where labels.is_relevant and texts.competitor is null and coalesce(texts.is_owned_post, true) and texts.business_date is not null
group by labels.need_label, texts.source, coalesce(texts.platform, ''), texts.business_date
