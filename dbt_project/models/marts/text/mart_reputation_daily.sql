{{ config(tags=['after_analyses']) }}
{%- set z = 1.959964 %}

-- A load covers the days from its first text to its capture: only there does a day without texts mean that nobody wrote.
with texts as (
    select
        texts.text_key,
        coalesce(texts.platform, '') as platform,
        texts.source,
        texts.business_date,
        texts.competitor,
        {{ local_date('texts.captured_at') }} as captured_date,
        texts.load_id,
        labels.sentiment,
        coalesce(labels.is_relevant, true) as is_relevant
    from {{ ref('int_texts') }} as texts
    left join {{ source('analyses', 'text_labels') }} as labels on texts.text_key = labels.text_key
    where texts.business_date is not null and (texts.source <> 'comment' or texts.is_owned_post or texts.competitor is not null)
),

loads as (
    select
        platform,
        source,
        load_id,
        min(business_date) as first_date,
        greatest(max(business_date), coalesce(max(captured_date), max(business_date))) as last_date
    from texts
    group by platform, source, load_id
),

collected as (
    select distinct
        platform,
        source,
        {{ each_day('first_date', 'last_date') }} as business_date
    from loads
),

spans as (
    select
        platform,
        source,
        min(first_date) as first_date,
        max(last_date) as last_date
    from loads
    group by platform, source
),

days as (
    select
        platform,
        source,
        {{ each_day('first_date', 'last_date') }} as business_date
    from spans
),

counts as (
    select
        platform,
        source,
        business_date,
        count(*) filter (where competitor is null and is_relevant) as text_count,
        count(*) filter (where competitor is null and is_relevant and sentiment = 'positive') as positive_count,
        count(*) filter (where competitor is null and is_relevant and sentiment = 'negative') as negative_count,
        count(*) filter (where competitor is null and is_relevant and sentiment = 'neutral') as neutral_count,
        count(*) filter (where competitor is null and is_relevant and coalesce(sentiment, 'abstain') = 'abstain') as abstain_count,
        count(*) filter (where competitor is null and not is_relevant) as irrelevant_count,
        count(*) filter (where competitor is not null and is_relevant) as competitor_count
    from texts
    group by platform, source, business_date
),

-- Share of voice needs competitors that are watched: without a single mention of one there is nothing to share with.
watched as (
    select distinct
        platform,
        source
    from texts
    where competitor is not null and source = 'mention'
),

filled as (
    select
        days.platform,
        days.source,
        days.business_date,
        collected.business_date is not null as is_collected,
        watched.platform is not null as has_competitors,
        {%- for column in ['text', 'positive', 'negative', 'neutral', 'abstain', 'irrelevant', 'competitor'] %}
        case when collected.business_date is not null then coalesce(counts.{{ column }}_count, 0) end as {{ column }}_count,
        {%- endfor %}
        cast(coalesce(counts.positive_count, 0) + coalesce(counts.negative_count, 0) as double) as told
    from days
    left join collected
        on days.platform = collected.platform and days.source = collected.source and days.business_date = collected.business_date
    left join counts on days.platform = counts.platform and days.source = counts.source and days.business_date = counts.business_date
    left join watched on days.platform = watched.platform and days.source = watched.source
),

rates as (
    select
        *,
        {{ safe_divide('positive_count', 'told') }} as share,
        case when told > 0 then {{ z * z }} / told end as extra
    from filled
),

intervals as (
    select
        *,
        (share + extra / 2) / (1 + extra) as centre,
        {{ z }} / (1 + extra) * sqrt(share * (1 - share) / nullif(told, 0) + extra / (4 * nullif(told, 0))) as half
    from rates
)

select
    platform,
    source,
    business_date,
    is_collected,
    cast(text_count as bigint) as text_count,
    cast(positive_count as bigint) as positive_count,
    cast(negative_count as bigint) as negative_count,
    cast(neutral_count as bigint) as neutral_count,
    cast(abstain_count as bigint) as abstain_count,
    cast(irrelevant_count as bigint) as irrelevant_count,
    case when has_competitors then cast(competitor_count as bigint) end as competitor_count,
    case when is_collected then cast(told as bigint) end as toned_count,
    2 * share - 1 as net_sentiment_rate,
    greatest(2 * (centre - half) - 1, -1) as net_sentiment_low_rate,
    least(2 * (centre + half) - 1, 1) as net_sentiment_high_rate,
    share as positive_sentiment_rate,
    greatest(centre - half, 0) as positive_sentiment_low_rate,
    least(centre + half, 1) as positive_sentiment_high_rate,
    case when has_competitors then {{ safe_divide('text_count', 'text_count + competitor_count') }} end as share_of_voice_rate
from intervals
