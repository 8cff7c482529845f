{{ config(tags=['after_analyses']) }}

-- What a person's label teaches most: the texts the model left open, then those it was least sure of.
select
    texts.text_key,
    texts.source,
    texts.platform,
    texts.text,
    texts.created_at,
    labels.sentiment,
    labels.positive_rate,
    labels.negative_rate,
    labels.category,
    labels.need_label,
    labels.needs_human,
    greatest(labels.positive_rate, labels.negative_rate, 1 - labels.positive_rate - labels.negative_rate) as certainty_rate,
    row_number() over (
        partition by texts.text order by texts.created_at desc, texts.text_key asc
    ) as repeat_number
from {{ ref('int_texts') }} as texts
inner join {{ source('analyses', 'text_labels') }} as labels on texts.text_key = labels.text_key
where not labels.is_human_label and texts.competitor is null
