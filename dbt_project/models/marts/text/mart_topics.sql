{{ config(tags=['after_analyses']) }}

select
    topic_key,
    week_start_date,
    topic_name,
    top_terms,
    text_count,
    week_text_count,
    share_rate,
    positive_count,
    negative_count,
    {{ safe_divide('positive_count - negative_count', 'positive_count + negative_count') }} as net_sentiment_rate,
    log_odds_z as log_odds_number,
    q_value,
    is_rising,
    stability
from {{ source('analyses', 'topics') }}
