create table marts.mart_content_features as
select
    'post-' || n as post_key, p.platform, p.platform || ':' || (n % 6) as account_key, ['short_video', 'image_text'][1 + n % 2] as content_type,
    null::varchar as topic, null::varchar as campaign_key, '标题' || n as title, (getvariable('last_day') - (n % 60)::integer + interval 10 hour)::timestamptz as published_at,
    (getvariable('last_day') - (n % 60)::integer)::date as published_date, (n * 7 % 24)::bigint as local_hour,
    isodow((getvariable('last_day') - (n % 60)::integer)::date)::bigint as iso_weekday, false as is_holiday, n % 3 = 0 as has_question, true as is_mature,
    (20 + n % 40)::bigint as comment_count, (100 + n % 90)::bigint as engagement_count, (1000 + n)::bigint as view_count
from range(0, 400) as n (n), (values ('douyin'), ('weibo')) as p (platform);

create table marts.mart_effects as
select
    'content_effects/' || lever || '/' || from_level || '>' || to_level || '/' || outcome || '/' || coalesce(platform, '-') as effect_key,
    case lever when 'publish_slot' then 'slot_effects' else 'content_effects' end as analysis, 'content' as suggestion_kind, lever, from_level, to_level, platform,
    null::varchar as account_key, null::varchar as segment_key, null::varchar as campaign_key, outcome, 'per_post' as outcome_unit, 'C' as design_rung,
    'Ratio of means' as estimand, 'log' as scale, effect, 0.05 as standard_error, effect - 0.1 as ci_low, effect + 0.1 as ci_high, 0.95 as ci_level,
    effect * 0.9 as effect_shrunk, effect * 0.9 - 0.08 as shrunk_low, effect * 0.9 + 0.08 as shrunk_high, p_value, 400::bigint as n_count,
    130::bigint as treated_count, accounts::bigint as account_count, getvariable('first_day')::date as window_starts_on,
    getvariable('last_day')::date as window_ends_on, 40.0 as baseline_number, 60::bigint as eligible_monthly_count,
    effect * 2000 as expected_gain, effect * 1000 as expected_gain_low, effect * 3000 as expected_gain_high, status, reason, 320::bigint as needed_count,
    'select post_key, account_key, title, has_question, ' || outcome || ' from marts.mart_content_features where is_mature order by post_key' as evidence_rows_sql,
    'effects:2026-11-21' as family_id, 5::bigint as family_count, p_value * 1.5 as q_value, confidence, is_actionable
from (values
    ('has_question', 'false', 'true', null, 'comment_count', 0.25, 0.0001, 20, 'estimated', null, 'high', true),
    ('emoji_count', '0', '1', null, 'comment_count', 0.01, 0.6, 20, 'estimated', null, 'none', false),
    ('content_type', 'other', 'short_video', 'douyin', 'comment_count', 0.3, 0.001, 6, 'refused', 'placebo_failed', 'none', false),
    ('has_lottery', 'false', 'true', null, 'comment_count', null, null, 3, 'not_enough_evidence', 'too_few_accounts', 'none', false),
    ('publish_slot', 'current_mix', '18-20', 'douyin', 'engagement_count', 0.2, 0.01, 15, 'estimated', null, 'medium', true),
    ('publish_slot', 'current_mix', '-', 'weibo', 'engagement_count', null, null, 2, 'not_enough_evidence', 'too_few_accounts', 'none', false)
) as v (lever, from_level, to_level, platform, outcome, effect, p_value, accounts, status, reason, confidence, is_actionable);

create table marts.mart_effect_checks as
select e.effect_key, c.check_name, c.state, c.value, c.threshold, c.is_gate
from marts.mart_effects as e,
    (values ('overlap', 'pass', 0.9, 0.3, true), ('placebo_outcome', 'pass', 0.4, 0.01, true), ('e_value', 'fail', 1.3, 1.5, false),
        ('regime_stability', 'na', null, 0.01, false)) as c (check_name, state, value, threshold, is_gate)
where e.effect is not null;

create table marts.mart_publish_slots as
select
    p.platform, d.day_type, printf('%02d-%02d', s * 3, s * 3 + 2) as slot, 'engagement_count' as outcome, (case when s < 2 then 4 else 50 end)::bigint as post_count,
    p.accounts::bigint as account_count, 0.125 as share_rate, 120.0 + s as naive_mean_number, 0.9 + s / 50.0 as naive_index,
    case when p.platform = 'douyin' then (s - 3) / 20.0 end as effect, case when p.platform = 'douyin' then 0.04 end as standard_error,
    effect - 0.08 as ci_low, effect + 0.08 as ci_high, effect * 0.7 as effect_shrunk, effect * 0.7 - 0.06 as shrunk_low, effect * 0.7 + 0.06 as shrunk_high,
    p.platform = 'douyin' and s = 6 as is_best, case when p.platform = 'douyin' then 0.01 end as slots_p_value, 640::bigint as needed_count,
    case when p.platform <> 'douyin' or s < 2 then 'too_few' when d.day_type <> 'all' then 'unclear' when s = 6 then 'better' else 'unclear' end as verdict
from range(0, 8) as r (s), (values ('all'), ('workday'), ('weekend')) as d (day_type), (values ('douyin', 15), ('weibo', 2)) as p (platform, accounts);
