create table marts.mart_funnel_steps as
with cohorts as (
    select 'main' as funnel, d.d::date as cohort_date, c.channel, c.campaign_key,
        (2000 * c.weight * (0.8 + 0.4 * rnd(c.channel || d.d::varchar, 1)))::bigint as first_people
    from range(getvariable('first_day'), getvariable('last_day') + 1, interval 1 day) as d (d),
        (values ('douyin', '双11', 1.0), ('xiaohongshu', '', 0.6), ('search', '', 0.3), ('', '', 0.2)) as c (channel, campaign_key, weight)
), steps as (
    select * from (values (1, 'impression', 1.0), (2, 'click', 0.31), (3, 'visit', 0.24), (4, 'register', 0.062), (5, 'order', 0.024), (6, 'pay', 0.019))
    as s (step_number, step_name, reach)
)
select
    c.funnel, c.cohort_date, c.channel, c.campaign_key, s.step_number::integer as step_number, s.step_name,
    (c.first_people * s.reach)::bigint as people_count,
    case when s.step_number > 1 then (c.first_people * s.reach)::bigint
        / nullif(lag((c.first_people * s.reach)::bigint) over (partition by c.cohort_date, c.channel, c.campaign_key order by s.step_number), 0)::double end
        as conversion_from_previous_rate,
    (c.first_people * s.reach)::bigint / nullif(c.first_people, 0)::double as conversion_from_first_rate,
    case when s.step_number > 1 then 40.0 * power(6, s.step_number - 2) end as median_seconds_from_previous,
    c.cohort_date + 7 <= getvariable('last_day') as is_window_complete, 7 as window_days, c.first_people as cohort_people_count
from cohorts as c, steps as s;

create table marts.mart_segment_profiles as
select *, 0.86::double as stability, 0.81::double as jaccard, 4 as k, true as has_structure, 'kmeans_largest_stable_k' as method from (values
    ('s1', '高价值购买型', 'Buyers', 620::bigint, 0.155, ['paid_amount', 'order_count', 'visit_count']),
    ('s2', '粉丝互动型', 'Fans', 980::bigint, 0.245, ['like_count', 'comment_count', 'active_day_count']),
    ('s3', '领券羊毛型', 'Bargain hunters', 540::bigint, 0.135, ['coupon_order_count', 'click_count', 'order_count']),
    ('s4', '潜水浏览型', 'Lurkers', 1860::bigint, 0.465, ['view_count', 'session_count', 'recency_days'])
) as t (segment_key, segment_name_zh, segment_name_en, people_count, share_rate, top_features);

create table marts.mart_segment_features as
select p.segment_key, f.feature, f.mean * exp(1.6 * (rnd(p.segment_key || f.feature, 2) - 0.5)) * case when list_contains(p.top_features, f.feature) then 3 else 0.8 end as segment_mean,
    f.mean as population_mean, segment_mean / f.mean as lift, ln(segment_mean / f.mean) as log_ratio, 0.001 as q_value,
    row_number() over (partition by p.segment_key order by abs(ln(segment_mean / f.mean)) desc) as rank
from marts.mart_segment_profiles as p,
    (values ('recency_days', 12.0), ('active_day_count', 9.0), ('session_count', 14.0), ('view_count', 60.0), ('click_count', 18.0), ('visit_count', 9.0),
        ('like_count', 6.0), ('comment_count', 0.8), ('share_count', 0.6), ('save_count', 1.1), ('order_count', 0.7), ('paid_amount', 88.0), ('coupon_order_count', 0.3)
    ) as f (feature, mean);

create table marts.mart_user_segments as
select md5('person' || n.n::varchar) as person_key, getvariable('last_day') as as_of_date, p.segment_key, p.segment_name_zh, p.segment_name_en,
    ['new', 'active', 'active', 'at_risk', 'dormant', 'returning'][1 + (hash(n.n) % 6)::integer] as lifecycle_state,
    getvariable('last_day') - (n.n % 90)::integer as last_seen_date, getvariable('last_day') - (90 + n.n % 200)::integer as first_seen_date,
    (n.n % 90)::integer as recency_days, (1 + n.n % 30)::bigint as active_day_count, (n.n % 40)::bigint as session_count, (n.n * 7 % 300)::bigint as view_count,
    (n.n % 50)::bigint as click_count, (n.n % 20)::bigint as visit_count, (n.n % 12)::bigint as like_count, (n.n % 3)::bigint as comment_count,
    (n.n % 2)::bigint as share_count, (n.n % 4)::bigint as save_count, (n.n % 5)::bigint as order_count, round((n.n % 5) * 88.5, 2)::double as paid_amount,
    (n.n % 2)::bigint as coupon_order_count, 'douyin' as top_channel, 'douyin' as top_platform, rnd(n.n::varchar, 3) as distance
from range(0, 4000) as n (n)
inner join marts.mart_segment_profiles as p on p.segment_key = case when n.n < 620 then 's1' when n.n < 1600 then 's2' when n.n < 2140 then 's3' else 's4' end;
