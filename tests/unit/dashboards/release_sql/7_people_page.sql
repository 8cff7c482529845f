create table marts.mart_people_lifecycle as
select person_key, as_of_date, segment_key, segment_name_zh, segment_name_en, lifecycle_state, 3::bigint as recency_score, 3::bigint as frequency_score,
    3::bigint as monetary_score, ['key_value', 'general_growth', 'general_win_back'][1 + (recency_days % 3)] as rfm_group,
    case when active_day_count > 1 then 0.6 end::double as alive_rate, 2.5::double as expected_active_days, first_seen_date, last_seen_date, recency_days,
    active_day_count, order_count, paid_amount
from marts.mart_user_segments;

create table marts.mart_lifecycle_model as
select getvariable('last_day') as as_of_date, g.g::bigint as group_number, 'bgnbd-1' as model_version, 'estimated' as status, null::varchar as reason,
    4000::bigint as people_count, 3200::bigint as repeat_people_count, getvariable('first_day') as history_starts_on, 2.5::double as parameter_r,
    20.9::double as parameter_alpha, 0.3::double as parameter_a, 7.4::double as parameter_b, -53994.4::double as log_likelihood,
    getvariable('last_day') - 28 as holdout_starts_on, 28::bigint as holdout_days, (if(g.g = 0, 3000, 600))::bigint as holdout_people_count,
    (1.0 + g.g)::double as predicted_active_days, (1.05 + g.g)::double as actual_active_days, 1.04::double as actual_over_predicted, 0.99::double as ci_low,
    1.09::double as ci_high, 1.7::double as mean_absolute_error, if(g.g = 0, 2.4, null)::double as own_pace_error, if(g.g = 0, 0.6, null)::double as rank_correlation
from range(0, 6) as g (g);

create table marts.mart_potential_users as
select person_key, as_of_date, row_number() over (order by person_key) as rank, 1::bigint as decile, 0.2::double as pay_rate, segment_key, segment_name_zh,
    segment_name_en, lifecycle_state, recency_days::bigint as recency_days, active_day_count, 2::bigint as coupon_count, top_channel
from marts.mart_user_segments where order_count = 0;

create table marts.mart_potential_user_model as
select getvariable('last_day') as as_of_date, g.g::bigint as group_number, 'logit-1' as model_version, 'estimated' as status, null::varchar as reason,
    28::bigint as horizon_days, getvariable('last_day') - 56 as learn_cut_date, getvariable('last_day') - 28 as judge_cut_date, 1000::bigint as learn_people_count,
    70::bigint as learn_conversion_count, 1200::bigint as people_count, 72::bigint as conversion_count, 0.06::double as predicted_rate,
    0.06::double as conversion_rate, 0.05::double as conversion_rate_low, 0.07::double as conversion_rate_high, if(g.g = 0, 0.77, null)::double as auc,
    if(g.g = 0, 0.70, null)::double as auc_low, if(g.g = 0, 0.83, null)::double as auc_high, 120::bigint as top_decile_people_count,
    if(g.g = 0, 4.4, null)::double as top_decile_lift, if(g.g = 0, 3.2, null)::double as lift_low, if(g.g = 0, 5.9, null)::double as lift_high,
    if(g.g = 0, 0.014, null)::double as calibration_error_rate, 0.0527::double as brier_score, 0.0576::double as base_brier_score
from range(0, 6) as g (g);

create table marts.mart_personas as
select p.segment_key, p.segment_name_zh, p.segment_name_en, 'all' as platform, v.dimension, v.attribute, v.value, 1::bigint as rank,
    v.share::double as share_rate, (v.share - 0.05)::double as share_low, (v.share + 0.05)::double as share_high, 0.4::double as population_share_rate,
    (v.share * 250)::double as tgi, (v.share * 250 - 20)::double as tgi_low, (v.share * 250 + 20)::double as tgi_high, v.number::double as number,
    (v.number - 5)::double as number_low, (v.number + 5)::double as number_high, if(v.status = 'missing', 0, p.people_count) as covered_count,
    p.people_count as segment_people_count, if(v.status = 'missing', 0, 1)::double as coverage_rate, v.source, v.status
from (select segment_key, segment_name_zh, segment_name_en, people_count from marts.mart_segment_profiles union all select 'all', null, null, 4000) as p,
    (values ('basic', 'age', '-', null, null, null, 'missing'), ('interests', 'topic', '<b>茶</b>', 0.6, null, 'events', 'known'),
        ('consumption', 'basket', '50-100', 0.4, null, 'orders', 'known'), ('social', 'interaction', 'like', 0.5, null, 'events', 'few_people'),
        ('need', 'nps', '推荐吗', null, 33.0, 'surveys', 'known')
    ) as v (dimension, attribute, value, share, number, source, status);

create table marts.mart_levels as
select person_key, as_of_date, (1 + recency_days % 3)::bigint as level_number, ['新人', '常客', '活跃'][1 + recency_days % 3] as level_name_zh,
    ['Newcomer', 'Regular', 'Active'][1 + recency_days % 3] as level_name_en, (recency_days % 3 * 20)::bigint as points_count, 'default' as points_source,
    10::bigint as points_to_next_level_count, active_day_count, comment_count as contribution_count, order_count, paid_amount, null::bigint as balance_count,
    null::bigint as balance_reported_count, null::bigint as unreconciled_entry_count
from marts.mart_user_segments;

create table marts.mart_level_moves as
select date_trunc('month', getvariable('last_day'))::date - interval 1 month as month_starts_on, true as is_month_complete, f.f::bigint as from_level_number,
    (f.f + 1)::bigint as to_level_number, 100::bigint as people_count, 1.0::double as share_rate
from range(0, 3) as f (f);

create table marts.mart_points_rules as
select date_trunc('month', getvariable('last_day'))::date as month_starts_on, r.rule, 'default' as rules_source, r.points::bigint as points_per_event_count,
    100::bigint as event_count, 90::bigint as credited_event_count, 10::bigint as capped_event_count, 50::bigint as people_count,
    (90 * r.points)::bigint as points_count, (r.points / 26.0)::double as points_share_rate, r.points = 1 as is_cheapest
from (values ('like', 1), ('comment', 5), ('pay', 20)) as r (rule, points);

create table marts.mart_points_ledger (
    month_starts_on date, entry_count bigint, people_count bigint, earned_count bigint, burned_count bigint, expired_count bigint, corrected_count bigint,
    net_count bigint, balance_count bigint, redemption_rate double, liability_amount double, currency varchar, reconcilable_entry_count bigint,
    unreconciled_entry_count bigint
);
