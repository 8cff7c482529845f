create table marts.mart_funnel_paths as
with plan as (
    select * from (values ('main', ['impression', 'click', 'visit', 'register', 'order', 'pay'], [1, 0.31, 0.24, 0.062, 0.024, 0.019]),
        ('shopping', ['visit', 'add_to_cart', 'pay'], [1, 0.3, 0.12])) as p (funnel, step_names, reach)
), groups as (
    select * from (values ('all', '', 4000, 1.0), ('channel', 'search', 900, 1.4), ('channel', 'organic', 2600, 0.9), ('channel', '', 500, 0.8),
        ('segment', 's1', 620, 1.6), ('segment', 's4', 1860, 0.6), ('platform', 'douyin', 2400, 1.0), ('platform', 'xiaohongshu', 1600, 1.1),
        ('content_type', 'short_video', 700, 1.2), ('content_type', '', 3300, 0.9)) as g (dimension, dimension_value, entered, lift)
), counted as (
    select p.funnel, g.dimension, g.dimension_value, s.i::bigint as step_number, p.step_names[s.i] as step_name, g.entered::bigint as entry_people_count,
        (g.entered * case when s.i = 1 then 1 else p.reach[s.i] * g.lift end)::bigint as people_count
    from plan as p, groups as g, range(1, 7) as s (i) where s.i <= len(p.step_names)
)
select *, lag(people_count) over steps as people_before_count,
    case when step_number > 1 then people_count / nullif(people_before_count, 0)::double end as conversion_from_previous_rate,
    conversion_from_previous_rate * 0.9 as conversion_low_rate, least(conversion_from_previous_rate * 1.1, 1) as conversion_high_rate,
    conversion_from_previous_rate as shrunk_rate, people_count / entry_people_count::double as conversion_from_first_rate,
    case when step_number > 1 then 40.0 * step_number end as median_seconds_from_previous, getvariable('last_day') - 97 as period_starts_on,
    getvariable('last_day') - 8 as period_ends_on, 7::bigint as window_days, true as is_window_complete
from counted window steps as (partition by funnel, dimension, dimension_value order by step_number);

create table marts.mart_funnel_losses as
select 'funnels/funnel_step/' || l.dimension || l.dimension_value || l.step_name as effect_key, 'main' as funnel, l.*, 0.3::double as own_rate,
    l.gap as gap_rate, l.gap - 0.05 as gap_low_rate, l.gap + 0.05 as gap_high_rate, l.gap - 0.01 as shrunk_gap_rate, l.people as monthly_people_number,
    l.people * shrunk_gap_rate as loss_people_number, loss_people_number * 0.7 as loss_people_low_number, loss_people_number * 1.3 as loss_people_high_number,
    0.001::double as p_value, 180::bigint as needed_people_count, 900::bigint as people_count, 'D' as design_rung,
    case when l.gap is null then 'not_enough_evidence' else 'estimated' end as status, case when l.gap is null then 'too_few_people' end as reason,
    getvariable('last_day') - 97 as period_starts_on, getvariable('last_day') - 8 as period_ends_on
from (values ('channel', 'organic', 'search', 'click', 0.21::double, 860.0::double, true), ('channel', 'organic', 'search', 'pay', 0.04, 30.0, false),
    ('channel', 'tiny*', 'search', 'visit', null, null, null), ('segment', 's4', 's1', 'click', 0.25, 600.0, null))
    as l (dimension, dimension_value, best_value, step_name, gap, people, has_same_sign);

create table marts.mart_paths as
select kind as path_kind, path, len(string_split(path, ' > '))::bigint as length_count, people::bigint as people_count, paid::bigint as converted_people_count,
    paid / people::double as conversion_rate, conversion_rate * 0.8 as conversion_low_rate, least(conversion_rate * 1.2, 1) as conversion_high_rate,
    people / 4000.0::double as share_rate
from (values ('behaviour', 'impression > view', 1400, 0), ('behaviour', 'impression > click > visit > order', 350, 330), ('channel', 'organic > search', 220, 80),
    ('channel', 'search', 130, 100)) as p (kind, path, people, paid);

create table marts.mart_attribution as
select m.model, c.channel, case when m.model = 'incremental' and c.channel = 'search' then 40 else c.conversions * m.factor end::double as conversion_count,
    conversion_count * 0.8 as conversion_low_number, conversion_count * 1.2 as conversion_high_number,
    case when m.model = 'incremental' then c.added else c.share end::double as share_rate, share_rate * 0.8 as share_low_rate,
    least(share_rate * 1.2, 1)::double as share_high_rate, 500::bigint as path_count, 200::bigint as converted_path_count, 400::bigint as people_count,
    m.model <> 'incremental' as is_descriptive, case when m.model = 'incremental' then 'C' else 'D' end as design_rung, 'estimated' as status,
    null::varchar as reason, getvariable('last_day') - 119 as period_starts_on, getvariable('last_day') - 30 as period_ends_on
from (values ('last', 1.0), ('first', 1.0), ('linear', 1.0), ('position', 1.0), ('time_decay', 1.0), ('markov', 1.0), ('shapley', 1.0), ('incremental', 0.3))
    as m (model, factor),
    (values ('search', 300, 0.5, 0.2), ('organic', 200, 0.33, 0.3), ('douyin', 100, 0.17, 0.5)) as c (channel, conversions, share, added);

create table marts.mart_ad_effects as
select 'douyin' as platform, 'CNY' as currency, '' as attribution, a.dimension, a.dimension_value, 90::bigint as active_day_count,
    getvariable('last_day') - 89 as period_starts_on, getvariable('last_day') as period_ends_on, a.spend as spend_amount, (a.spend * 40)::bigint as impression_count,
    a.spend::bigint as click_count, a.conversions as conversion_count, a.conversions * 30 as conversion_amount, 0.025::double as click_rate,
    0.02::double as click_low_rate, 0.03::double as click_high_rate, 0.025::double as click_shrunk_rate, a.conversions / a.spend as conversion_rate,
    conversion_rate * 0.9 as conversion_low_rate, conversion_rate * 1.1 as conversion_high_rate, conversion_rate as conversion_shrunk_rate,
    a.spend / nullif(a.conversions, 0) as cpa_amount, a.spend / (a.conversions + 3) as cpa_low_amount, cpa_amount * 1.2 as cpa_high_amount,
    cpa_amount as cpa_shrunk_amount, conversion_amount / a.spend as roas_number, roas_number * 0.9 as roas_low_number, roas_number * 1.1 as roas_high_number,
    roas_number as roas_shrunk_number, a.slope as elasticity_number, a.slope - 0.1 as elasticity_low_number, a.slope + 0.1 as elasticity_high_number,
    a.slope as elasticity_shrunk_number, cpa_amount / a.slope as marginal_cpa_amount, null::double as marginal_cpa_low_amount,
    null::double as marginal_cpa_high_amount, case when a.slope is null then 'not_enough_evidence' else 'estimated' end as returns_status,
    case when a.slope is null then 'too_little_spend_variation' end as returns_reason
from (values ('audience', '18-23', 30000.0::double, 900.0::double, 0.4::double), ('audience', '=24-30', 20000.0, 1200.0, 0.8), ('audience', '兴趣人群', 9000.0, 0.0, null),
    ('creative', '新品短片', 40000.0, 1500.0, 0.6)) as a (dimension, dimension_value, spend, conversions, slope);

create table marts.mart_ad_budget_moves as
select 'ads/budget_share/1' as effect_key, 'douyin' as platform, 'CNY' as currency, '' as attribution, 'audience' as dimension, '18-23' as from_value,
    '=24-30' as to_value, 2000.0::double as move_amount, 700.0::double as monthly_conversion_number, 54.2::double as change_number,
    12.4::double as change_low_number, 97.8::double as change_high_number, 0.03::double as p_value, 40::bigint as needed_days_count, 180::bigint as ad_day_count,
    'C' as design_rung, 'estimated' as status, null::varchar as reason, getvariable('last_day') - 89 as period_starts_on, getvariable('last_day') as period_ends_on;
