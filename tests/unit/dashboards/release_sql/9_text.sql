create or replace table marts.mart_reputation_daily as
select p.platform, 'comment' as source, (getvariable('last_day') - d.d::integer)::date as business_date, d.d % 30 <> 17 as is_collected,
    case when is_collected then 20 + (d.d % 7)::bigint end as text_count, case when is_collected then 9 + (d.d % 4)::bigint end as positive_count,
    case when is_collected then 3 + (d.d % 3)::bigint end as negative_count, case when is_collected then 5::bigint end as neutral_count,
    case when is_collected then 2::bigint end as abstain_count, case when is_collected then 0::bigint end as irrelevant_count,
    null::bigint as competitor_count, positive_count + negative_count as toned_count,
    (positive_count - negative_count) / toned_count::double as net_sentiment_rate, net_sentiment_rate - 0.3 as net_sentiment_low_rate,
    net_sentiment_rate + 0.3 as net_sentiment_high_rate, positive_count / toned_count::double as positive_sentiment_rate,
    positive_sentiment_rate - 0.15 as positive_sentiment_low_rate, positive_sentiment_rate + 0.15 as positive_sentiment_high_rate,
    null::double as share_of_voice_rate
from range(0, 90) as d (d), (values ('weibo'), ('douyin')) as p (platform);

create or replace table marts.mart_negative_items as
select 'comment:' || n.n as text_key, case when n.n % 5 = 0 then 'feedback' else 'comment' end as source, 'weibo' as platform,
    null::varchar as account_key, null::varchar as post_key, '=cmd|**客服** 回复太慢了 #' || n.n as text,
    (getvariable('last_day') - (n.n % 20)::integer + interval 20 hour)::timestamptz as created_at, (getvariable('last_day') - (n.n % 20)::integer)::date as business_date,
    null::bigint as reach_count, case when n.n % 3 = 0 then 'abstain' else 'negative' end as sentiment, 0.8::double as negative_rate,
    case when n.n % 3 = 0 then null else 'service' end as category, case when n.n % 3 = 0 then null else '服务/客服' end as category_name_zh,
    case when n.n % 3 = 0 then null else 'Service' end as category_name_en, case when n.n % 3 = 0 then []::varchar[] else ['service'] end as categories,
    case when n.n % 3 = 0 then null else 2 end::bigint as severity_level, 'venting' as need_label, 't01' as topic_key,
    null::varchar as playbook, null::bigint as playbook_version_number, null::bigint as playbook_step_count, null::varchar as first_action,
    null::varchar as first_role, null::double as first_within_hours,
    case when n.n % 10 = 0 then 'answered' when n.n % 5 = 0 then 'open' else 'unknown' end as status, null::timestamptz as answered_at,
    (n.n * 3)::double as age_hours, n.n % 3 = 0 as needs_human, false as is_human_label, 'v1' as model_version
from range(0, 40) as n (n);

create or replace table marts.mart_topics as
select 't0' || k.k as topic_key, (getvariable('last_day') - (6 + 7 * w.w)::integer)::date as week_start_date, '包装、口味、排队' as topic_name,
    ['包装', '口味', '排队'] as top_terms, (10 + k.k)::bigint as text_count, 60::bigint as week_text_count, (10 + k.k) / 60.0::double as share_rate,
    5::bigint as positive_count, 3::bigint as negative_count, 0.25::double as net_sentiment_rate, 2.9::double as log_odds_number, 0.01::double as q_value,
    k.k = 1 and w.w = 0 as is_rising, 0.7::double as stability
from range(1, 5) as k (k), range(0, 6) as w (w);

create or replace table marts.mart_rising_terms as
select '漏了' as term, (getvariable('last_day') - 6)::date as week_start_date, 12::bigint as text_count, 4::bigint as before_count,
    4.2::double as log_odds_number, 0.001::double as q_value, true as is_rising;

create or replace table marts.mart_text_needs as
select n.need_label, 'comment' as source, 'weibo' as platform, (getvariable('last_day') - d.d::integer)::date as business_date, 4::bigint as text_count
from (values ('information'), ('venting'), ('none')) as n (need_label), range(0, 60) as d (d);

create or replace table marts.mart_text_model as
select m.model, 'v1' as model_version, 4877::bigint as training_count, 4877::bigint as bank_count, 12::bigint as own_label_count, false as is_own_trained,
    0.82::double as cv_accuracy_rate, 0.81::double as cv_accuracy_low_rate, 0.83::double as cv_accuracy_high_rate, null::double as own_accuracy_rate,
    null::double as own_accuracy_low_rate, null::double as own_accuracy_high_rate, 0.9::double as negative_precision_rate, 0.84::double as decided_rate,
    0.85::double as transfer_accuracy_rate, 9987::bigint as transfer_count, 'waimai_10k' as transfer_set, 0.52::double as negative_threshold_rate,
    0.6::double as neutral_threshold_rate, 0.68::double as positive_threshold_rate
from (values ('sentiment'), ('category'), ('need')) as m (model);

create or replace table marts.mart_texts_to_label as
select 'comment:' || n.n as text_key, 'comment' as source, 'weibo' as platform, '**味道** 有点淡 ' || n.n as text,
    (getvariable('last_day') + interval 8 hour)::timestamptz as created_at, 'abstain' as sentiment, 0.3::double as positive_rate, 0.4::double as negative_rate,
    'service' as category, 'none' as need_label, true as needs_human, 0.4 + n.n / 1000.0::double as certainty_rate, 1::bigint as repeat_number
from range(0, 30) as n (n);
