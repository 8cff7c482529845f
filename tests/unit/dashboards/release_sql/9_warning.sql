create or replace table marts.mart_alerts as
select * from (values
    ('a1', 'negative_surge', 'red', true, 'hour', ['weibo'], 14::bigint, 2.1, 40::bigint, 0.05, 6.0, 5.2, 3.4, 63::bigint, 'product_quality', ['t1'], 3),
    ('a2', 'negative_surge', 'amber', true, 'day', []::varchar[], 60, 30.5, 700, 0.05, 2.0, 4.1, 3.2, 8, null, []::varchar[], 12),
    ('a3', 'traffic_peak', 'note', false, 'hour', []::varchar[], null, 21.0, 115, null, null, null, 3.0, null, null, []::varchar[], 20)
) as a (alert_key, kind, level, is_alert, frequency, platforms, observed_count, expected_number, total_count, usual_share_rate, share_z, tail,
    threshold, baseline_count, top_category, text_keys, days_back);
alter table marts.mart_alerts add column started_at timestamptz;
alter table marts.mart_alerts add column last_at timestamptz;
alter table marts.mart_alerts add column incident varchar;
update marts.mart_alerts set started_at = getvariable('last_day')::timestamptz - to_days(days_back), last_at = started_at;
alter table marts.mart_alerts drop column days_back;

create or replace table marts.mart_alert_scores as
select 'hour' as frequency, getvariable('last_day') - 60 as window_starts_on, getvariable('last_day') as window_ends_on, 8.6 as weeks_number,
    2::bigint as alert_count, 0.23 as alerts_per_week, 1::bigint as incident_count, 1::bigint as found_count, 1.0 as recall_rate,
    2.0 as median_delay_hours, 0.12 as false_alerts_per_week, 'measured' as status
union all
select 'day', getvariable('last_day') - 60, getvariable('last_day'), 8.6, 1, 0.12, 0, null, null, null, null, 'unconfirmed';

create or replace table marts.mart_risks as
select risk_key, risk_name, risk_type, (getvariable('last_day') - back::integer)::date as business_date, back = 0 as is_latest,
    case when back = 0 then level else 'low' end as level, level as computed_level, matrix_level, index_level, index_number,
    severity::bigint as severity_level, likelihood::bigint as likelihood_level, index_number as volume_z, index_number as share_z,
    index_number as growth_z, index_number as reach_z, index_number as spread_z, case when index_number is null then 0 else 5 end::bigint as component_count,
    case when index_number is null then null else 7 end::bigint as item_count, '2026-1' as weights_version,
    null::varchar as overridden_by, null::varchar as override_reason
from (values
    ('R-01', '隐私泄露 <b>risk</b>', 'registered', 'high', 'high', null, null::double, 5, 1),
    ('product_quality', 'product_quality', 'category', 'critical', null, 'critical', 4.2, null, null)
) as r (risk_key, risk_name, risk_type, level, matrix_level, index_level, index_number, severity, likelihood), range(3) as b (back);

create or replace table marts.mart_outlook as
select goal as goal_key, goal, 'awareness' as goal_type, metric, platform, null::varchar as account_key, getvariable('last_day') - 40 as starts_on,
    getvariable('last_day') + 20 as ends_on, getvariable('last_day') as as_of_date, 100000.0 as target_number, 'at_least' as target_direction,
    null::double as baseline_number, 0.67 as elapsed_rate, 60000.0 * share as actual_number, 100000.0 * share as forecast_number,
    90000.0 * share as forecast_lower, 110000.0 * share as forecast_upper, 0.9 as interval_level, share as attainment_rate,
    0.9 * share as attainment_lower, 1.1 * share as attainment_upper, 2000.0 as needed_per_day_number, 0.95 as coverage_rate,
    38::bigint as known_day_count, 0::bigint as guessed_day_count, verdict, reason
from (values
    ('双11 曝光 **冲刺**', 'view_count', 'douyin', 0.82, 'off_track', null),
    ('订单', 'order_count', null, 1.3, 'on_track', null),
    ('口碑', 'nps', null, null::double, 'not_enough_evidence', 'unknown_metric')
) as g (goal, metric, platform, share, verdict, reason);
