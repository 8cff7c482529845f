create table marts.mart_comparisons as
with scopes as (
    select 'platform' as scope, platform, '' as account_key from core.dim_accounts where is_owned group by platform
    union all
    select 'account', platform, account_key from core.dim_accounts where is_owned
), kinds as (
    select * from (values ('view_count', 900.0), ('engagement_count', 60.0), ('engagement_rate_by_views', 0.06), ('follower_net_count', 4.0))
        as m (metric, level),
        (values (7), (28)) as p (period_days),
        (values ('per_day', 'previous'), ('per_day', 'same_weekdays'), ('per_day', 'last_year'), ('median_at_7_days', 'previous'))
        as b (measure, baseline_kind)
    where measure = 'per_day' or metric in ('view_count', 'engagement_count')
), rows as (
    select *, case when platform = 'madeup' then 'not_enough_evidence' when platform = 'x' then 'too_small_to_say'
            when rnd(account_key || platform || metric, 1) > 0.5 then 'up' else 'down' end as verdict
    from scopes, kinds
)
select
    scope, platform, account_key, metric, measure, period_days::bigint as period_days, baseline_kind,
    getvariable('last_day') - period_days + 1 as starts_on, getvariable('last_day') as ends_on,
    getvariable('last_day') - 2 * period_days + 1 as baseline_starts_on, getvariable('last_day') - period_days as baseline_ends_on,
    case when platform <> 'madeup' then level * case verdict when 'up' then 1.3 when 'down' then 0.7 else 1.02 end end as value,
    case when platform <> 'madeup' then level end as baseline, value - baseline as difference,
    difference - 0.1 * level as lower, difference + 0.1 * level as upper,
    case when metric <> 'follower_net_count' then ln(value / baseline) end as log_ratio, exp(log_ratio) - 1 as change_rate,
    change_rate - 0.1 as change_lower_rate, change_rate + 0.1 as change_upper_rate,
    case when platform <> 'madeup' then 'day_blocks' end as interval_method, period_days::bigint as day_count, 1::bigint as account_count,
    case when measure <> 'per_day' then 12 end::bigint as post_count, case when measure <> 'per_day' then 10 end::bigint as baseline_post_count,
    0.9::double as coverage_rate, case when platform = 'douyin' then ['holiday_mismatch', 'immature'] else []::varchar[] end as flags, verdict
from rows;

create table marts.mart_platform_standing as
select a.platform, m.metric, p.period_days::bigint as period_days, getvariable('last_day') as ends_on, 10.0::double as value,
    case when a.platform <> 'madeup' then round(rnd(a.platform || m.metric, 2), 2) end::double as percentile_rate, 9::bigint as window_count,
    a.platform = 'douyin' as is_leader, case when a.platform = 'madeup' then 'not_enough_evidence' else 'usual' end as verdict
from (select distinct platform from core.dim_accounts where is_owned) as a, (values ('view_count'), ('engagement_count')) as m (metric),
    (values (7), (28)) as p (period_days);

create table marts.mart_post_survival as
select 'douyin' as platform, p.period_days::bigint as period_days, getvariable('last_day') - p.period_days as starts_on,
    getvariable('last_day') as ends_on, 40::bigint as post_count, 40::bigint as known_post_count, 4::bigint as deleted_post_count,
    0.1::double as deleted_rate, 0.04::double as deleted_lower_rate, 0.23::double as deleted_upper_rate, 900::bigint as mean_view_count,
    990::bigint as remaining_mean_view_count, 0.1::double as drift_rate
from (values (7), (28), (365)) as p (period_days);

create table marts.mart_contributions as
with strata as (
    select * from (values ('platform', 'douyin', 'short_video', 100.0, 60.0), ('platform', 'douyin', 'image_text', 40.0, 50.0),
        ('all', 'all', 'douyin', 140.0, 110.0), ('all', 'all', 'xiaohongshu', 20.0, 30.0)) as s (scope, platform, stratum, value, baseline)
)
select
    s.scope, s.platform, k.kpi, p.period_days::bigint as period_days, getvariable('last_day') - p.period_days as starts_on,
    getvariable('last_day') as ends_on, s.stratum, r.part, (s.value - s.baseline) * r.share as contribution, s.value::double as value,
    s.baseline::double as baseline, 5.0::double as stratum_rate, 4.0::double as baseline_rate, 20::bigint as post_count,
    15::bigint as baseline_post_count, 0.8::double as coverage_rate, k.kpi = 'engagement_per_post' and s.scope = 'platform' as is_simpson_reversal
from strata as s, (values ('engagement_count'), ('engagement_per_post')) as k (kpi), (values (7), (28)) as p (period_days),
    (values ('volume', 0.5), ('mix', -0.1), ('rate', 0.6)) as r (part, share)
where k.kpi = 'engagement_count' or r.part <> 'volume';

create table marts.mart_maturity_curves as
select k.platform, k.content_type, m.metric, a.age_days::bigint as age_days, case when k.platform <> 'bilibili' then a.share end::double as share_rate,
    share_rate - 0.05 as lower_rate, least(share_rate + 0.05, 1) as upper_rate, 30::bigint as n_count,
    case when k.platform <> 'bilibili' then 9.8 end::double as mature_age_days,
    case when k.platform <> 'bilibili' then 'content_type' else 'not_enough_posts' end as basis
from (values ('douyin', 'short_video'), ('xiaohongshu', 'image_text'), ('bilibili', 'long_video')) as k (platform, content_type),
    (values ('view_count'), ('engagement_count')) as m (metric), (values (1, 0.3), (3, 0.6), (7, 0.84), (14, 0.97), (28, 1.0)) as a (age_days, share);

create table marts.mart_post_maturity as
select p.post_key, p.platform, p.account_key, p.content_type, p.title, p.published_date, m.metric,
    (getvariable('last_day') - p.published_date)::double + 0.6 as age_days, 100.0::double as observed,
    case when age_days >= 10 then 100.0 when p.platform <> 'bilibili' then 160.0 end::double as projected, projected * 0.9 as lower,
    projected * 1.2 as upper, age_days >= 10 as is_mature, 30::bigint as n_count,
    case when age_days >= 10 then 'observed' when p.platform <> 'bilibili' then 'content_type' else 'not_enough_posts' end as basis
from core.dim_posts as p inner join core.dim_accounts as a on p.account_key = a.account_key and a.is_owned,
    (values ('view_count'), ('engagement_count')) as m (metric)
where p.published_date is not null;
