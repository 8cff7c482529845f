-- What each post gained on each day; the daily marts below are its sums, as they are in a real release.
create table marts.mart_engagement_posts as
with posts as (
    select
        md5(a.account_key || n.n::varchar) as post_key,
        a.platform, a.account_key, a.account_name,
        case when a.platform in ('wechat_official') then 'article' when a.platform = 'x' then 'text'
            when n.n % 3 = 0 and a.platform = 'xiaohongshu' then 'video' when a.platform = 'xiaohongshu' then 'image'
            when n.n % 7 = 0 then 'live' else 'video' end as content_type,
        getvariable('last_day') - (n.n * 2 + a.level::integer % 2)::integer as published_date,
        a.level * exp(1.1 * (rnd(a.account_key || n.n::varchar, 1) + rnd(a.account_key || n.n::varchar, 2) + rnd(a.account_key || n.n::varchar, 3) - 1.5)) * 100 as scale,
        ['一杯好茶的三个细节', '春茶开采|凌晨四点的茶山', '新手泡茶别再烫到手了', '=SUM(1,1)这不是公式', '办公室养生壶测评:5款对比', '![](http://evil.invalid/x.png)茶席美学',
            '为什么老茶客都爱白毫银针?', '双11囤茶指南', '带你走进福鼎', '冷泡一夜,第二天会怎样', '<b>茶</b> & 点心'][1 + (n.n * 5 + length(a.account_key)) % 11] as title
    from core.dim_accounts as a, range(0, 60) as n (n)
    where getvariable('last_day') - (n.n * 2)::integer >= getvariable('first_day')
)
select
    post_key, platform, account_key, account_name, content_type,
    (published_date + interval 19 hour)::timestamptz as published_at, published_date, title,
    'https://example.invalid/' || post_key as permalink,
    (getvariable('last_day') - published_date)::bigint as age_days,
    getvariable('last_day') - published_date >= 7 as is_mature,
    (scale * (1 - exp(-(1 + getvariable('last_day') - published_date) / 2.5)))::bigint as view_count,
    case when platform in ('wechat_official', 'madeup') then null else (view_count * (6 + 3 * rnd(post_key, 4)))::bigint end as impression_count,
    (view_count * 0.035 * (0.6 + rnd(post_key, 5)))::bigint as like_count,
    (view_count * 0.004 * (0.5 + rnd(post_key, 6)))::bigint as comment_count,
    (view_count * 0.006 * (0.5 + rnd(post_key, 7)))::bigint as share_count,
    case when platform = 'x' then (view_count * 0.003)::bigint end as repost_count,
    case when platform in ('x', 'wechat_official') then null else (view_count * 0.009 * rnd(post_key, 8))::bigint end as save_count,
    like_count + comment_count + share_count + coalesce(save_count, 0) as engagement_count,
    engagement_count / nullif(view_count, 0)::double as engagement_rate_by_views,
    engagement_count / nullif(impression_count, 0)::double as engagement_rate_by_impressions,
    null::double as engagement_rate_by_followers,
    case when content_type = 'video' then 0.1 + 0.25 * rnd(post_key, 9) end as completion_rate,
    case when content_type = 'video' then 8 + 15 * rnd(post_key, 10) end as average_watch_seconds,
    (getvariable('last_day') + interval 30 hour)::timestamptz as captured_at,
    platform = 'xiaohongshu' as is_approximate,
    null::varchar as grade,
    null::varchar as campaign_key
from posts;

update marts.mart_engagement_posts as p set grade = g.grade
from (
    select post_key, ['D', 'C', 'B', 'A'][ntile(4) over (partition by platform, content_type order by engagement_rate_by_views)] as grade
    from marts.mart_engagement_posts where is_mature
) as g where p.post_key = g.post_key;

create table core.fct_post_days as
select
    p.post_key, p.platform, p.account_key, d.d::date as business_date,
    floor(p.view_count * 0.33 * exp(-0.4 * (d.d::date - p.published_date)))::bigint as view_count,
    floor(p.impression_count * 0.33 * exp(-0.4 * (d.d::date - p.published_date)))::bigint as impression_count,
    floor(p.like_count * 0.33 * exp(-0.4 * (d.d::date - p.published_date)))::bigint as like_count,
    floor(p.comment_count * 0.33 * exp(-0.4 * (d.d::date - p.published_date)))::bigint as comment_count,
    floor(p.share_count * 0.33 * exp(-0.4 * (d.d::date - p.published_date)))::bigint as share_count,
    floor(p.repost_count * 0.33 * exp(-0.4 * (d.d::date - p.published_date)))::bigint as repost_count,
    floor(p.save_count * 0.33 * exp(-0.4 * (d.d::date - p.published_date)))::bigint as save_count,
    'difference' as method, 1 as span_days, (d.d::date - p.published_date) > 10 as is_estimated, false as is_correction
from marts.mart_engagement_posts as p, range(getvariable('first_day'), getvariable('last_day') + 1, interval 1 day) as d (d)
where d.d::date between p.published_date and p.published_date + 20;

create table core.dim_posts as
select post_key, platform, account_key, post_key as platform_post_id, title, permalink, content_type, published_at, published_date,
    account_key not like '%隔壁%' as is_owned from marts.mart_engagement_posts;

create table marts.mart_account_daily as
with days as (
    select a.*, d.d::date as business_date,
        a.level * 60 * (1 + 0.25 * sin(epoch(d.d) / 86400 * 2 * pi() / 7)) * exp(0.25 * (rnd(a.account_key || d.d::varchar, 11) - 0.5))
            * case when d.d between date '2026-10-21' and date '2026-11-11' then 1.5 else 1 end as base
    from core.dim_accounts as a, range(getvariable('first_day'), getvariable('last_day') + 1, interval 1 day) as d (d)
    where not (a.platform = 'x' and d.d::date > getvariable('last_day') - 4)
)
select
    account_key, platform, business_date,
    base::bigint as view_count,
    case when platform in ('wechat_official', 'madeup') then null else (base * 7.5)::bigint end as impression_count,
    (base * 0.052 * (0.9 + 0.2 * rnd(account_key || business_date::varchar, 12)))::bigint as engagement_count,
    (base * 0.036)::bigint as like_count, (base * 0.004)::bigint as comment_count, (base * 0.006)::bigint as share_count,
    case when platform = 'x' then null else (base * 0.006)::bigint end as save_count, null::bigint as repost_count,
    (rnd(account_key || business_date::varchar, 13) < 0.5)::bigint as posts_published_count,
    (level * 300 + level * 0.9 * (business_date - getvariable('first_day')))::bigint as follower_total_count,
    (level * (0.5 + rnd(account_key || business_date::varchar, 14)) - case when isodow(business_date) = 1 then level * 1.2 else 0 end)::bigint as follower_net_count,
    (level * 1.8)::bigint as follower_gain_count, (level * 0.9)::bigint as follower_loss_count,
    case when platform = 'douyin' then (base * 0.02)::bigint end as profile_visit_count,
    case when platform in ('bilibili', 'x') then 'post_difference' else 'account_report' end as view_source,
    business_date = getvariable('last_day') and platform = 'wechat_official' as is_provisional,
    case when platform in ('bilibili', 'x') then 0.8 + 0.2 * rnd(account_key || business_date::varchar, 15) else 1.0 end as coverage_rate
from days;

create table marts.mart_reach_daily as
select
    d.platform, d.account_key, p.content_type, d.business_date,
    count(*) filter (where p.published_date = d.business_date) as posts_published_count,
    sum(d.impression_count)::bigint as impression_count, sum(d.view_count)::bigint as view_count,
    null::bigint as viewer_count, null::bigint as reach_count, null::bigint as follower_total_count, null::bigint as follower_net_count,
    1.0 as coverage_rate, 'post_difference' as basis_source,
    sum(p.view_count) filter (where p.published_date = d.business_date)::bigint as lifetime_view_count,
    sum(p.impression_count) filter (where p.published_date = d.business_date)::bigint as lifetime_impression_count,
    0.1 as estimated_rate
from core.fct_post_days as d inner join marts.mart_engagement_posts as p on d.post_key = p.post_key
group by d.platform, d.account_key, p.content_type, d.business_date
union all
select platform, account_key, 'all', business_date, posts_published_count, impression_count, view_count,
    case when platform in ('wechat_official', 'douyin') then (view_count * 0.7)::bigint end,
    case when platform in ('xiaohongshu', 'douyin') then (view_count * 0.8)::bigint end,
    follower_total_count, follower_net_count, 1.0, 'account_report', null, null, 0.0
from marts.mart_account_daily where view_source = 'account_report';

create table marts.mart_engagement_daily as
select
    d.platform, d.account_key, p.content_type, d.business_date,
    sum(d.like_count)::bigint as like_count, sum(d.comment_count)::bigint as comment_count, sum(d.share_count)::bigint as share_count,
    sum(d.repost_count)::bigint as repost_count, sum(d.save_count)::bigint as save_count, list_sum([sum(d.like_count), sum(d.comment_count), sum(d.share_count), sum(d.save_count)])::bigint as engagement_count,
    list_sum([sum(d.like_count), sum(d.comment_count), sum(d.share_count), sum(d.save_count)]) / nullif(sum(d.view_count), 0)::double as engagement_rate_by_views,
    list_sum([sum(d.like_count), sum(d.comment_count), sum(d.share_count), sum(d.save_count)]) / nullif(sum(d.impression_count), 0)::double as engagement_rate_by_impressions,
    null::double as engagement_rate_by_followers
from core.fct_post_days as d inner join marts.mart_engagement_posts as p on d.post_key = p.post_key
group by d.platform, d.account_key, p.content_type, d.business_date
union all
select platform, account_key, 'all', business_date, like_count, comment_count, share_count, repost_count, save_count, engagement_count,
    engagement_count / nullif(view_count, 0)::double, engagement_count / nullif(impression_count, 0)::double,
    engagement_count / nullif(follower_total_count, 0)::double
from marts.mart_account_daily where view_source = 'account_report';
