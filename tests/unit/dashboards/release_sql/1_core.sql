create schema raw; create schema core; create schema marts; create schema quality;

create table core.dim_platforms as
select *, ['like_count', 'comment_count', 'share_count', 'save_count'] as engagement_members
from (values
    ('douyin', '抖音', 'Douyin', 'Asia/Shanghai', 'CNY', 24),
    ('xiaohongshu', '小红书', 'Xiaohongshu', 'Asia/Shanghai', 'CNY', 24),
    ('bilibili', 'B站', 'Bilibili', 'Asia/Shanghai', 'CNY', 24),
    ('wechat_official', '公众号', 'WeChat Official', 'Asia/Shanghai', 'CNY', 24),
    ('x', 'X', 'X', 'UTC', 'USD', 24),
    ('madeup', '新平台', 'Madeup', 'Asia/Shanghai', 'CNY', 24)
) as t (platform, name_zh, name_en, timezone, currency, data_latency_hours);

create table core.dim_definition_changes as
select 'douyin' as platform, 'view_count' as metric, date '2026-11-02' as changed_on, '播放满 1 秒才计' as explanation_zh,
    'Plays count from the first second' as explanation_en, 'https://example.com' as reference;

create table core.dim_accounts as
select *, 'Asia/Shanghai' as timezone, (getvariable('last_day') + interval 32 hour)::timestamptz as last_captured_at from (values
    ('douyin:山野茶事', 'douyin', '山野茶事', true, 900.0),
    ('douyin:山野茶事好物号', 'douyin', '山野茶事好物号', true, 240.0),
    ('xiaohongshu:山野茶事', 'xiaohongshu', '山野茶事', true, 160.0),
    ('bilibili:山野茶事官方', 'bilibili', '山野茶事官方', true, 70.0),
    ('wechat_official:山野茶事', 'wechat_official', '山野茶事', true, 30.0),
    ('x:@shanyetea', 'x', '@shanyetea', true, 12.0),
    ('madeup:山野茶事', 'madeup', '山野茶事', true, 6.0),
    ('douyin:隔壁茶馆', 'douyin', '隔壁茶馆', false, 500.0)
) as t (account_key, platform, account_name, is_owned, level);

create table core.dim_dates as
select
    d::date as date,
    strftime(d, '%G-W%V') as iso_week,
    isodow(d) >= 6 as is_weekend,
    isodow(d) < 6 and not (d between date '2026-10-01' and date '2026-10-07') as is_working_day,
    case when d between date '2026-10-01' and date '2026-10-07' then '国庆节'
        when d = date '2026-09-25' then '中秋节' when d = date '2027-01-01' then '元旦' end as holiday_zh,
    case when d between date '2026-10-01' and date '2026-10-07' then 'National Day'
        when d = date '2026-09-25' then 'Mid-Autumn Festival' when d = date '2027-01-01' then 'New Year' end as holiday_en,
    null::integer as festival_offset_days,
    case when d between date '2026-10-21' and date '2026-11-11' then '双11' end as shopping_festival,
    year(d) > 2026 as is_provisional
from range(date '2025-01-01', date '2027-12-31', interval 1 day) as t (d);

create table core.dim_metrics as
select * exclude (sql), '1' as version, case when additivity = 'weighted' then sql end as numerator,
    case when additivity = 'weighted' then 'view_count' end as denominator,
    case additivity
        when 'sum' then 'sum(' || sql || ')'
        when 'weighted' then 'sum(case when view_count is not null then ' || sql || ' end)::double / nullif(sum(case when ' || sql || ' is not null then view_count end), 0)'
    end as sql
from (values
    ('view_count', '播放/阅读量', 'Views', 'sum of views', 'view_count', 'count', 'sum', 'period', 'up',
        '内容被播放或阅读的次数;各平台口径不同。', 'Times content was played or read; each platform counts in its own way.', '平台导出'),
    ('impression_count', '曝光量', 'Impressions', 'sum of impressions', 'impression_count', 'count', 'sum', 'period', 'up',
        '内容被展示的次数。', 'Times content was shown.', '平台导出'),
    ('reach_count', '触达人数', 'Reach', 'distinct people', null, 'people', 'never', 'period', 'up',
        '看到内容的去重人数;不能跨天、跨作品、跨平台相加。', 'Distinct people who saw the content; never added up over days, posts or platforms.', '平台导出'),
    ('viewer_count', '观看人数', 'Viewers', 'distinct people', null, 'people', 'never', 'period', 'up',
        '播放或阅读内容的去重人数。', 'Distinct people who played or read.', '平台导出'),
    ('engagement_count', '互动量', 'Engagements', 'likes + comments + shares + saves', 'engagement_count', 'count', 'sum', 'period', 'up',
        '点赞、评论、分享、收藏等互动次数之和,构成因平台而异。', 'Likes, comments, shares, saves; the members differ by platform.', '平台导出'),
    ('like_count', '点赞量', 'Likes', 'sum of likes', 'like_count', 'count', 'sum', 'period', 'up', '点赞次数。', 'Likes.', '平台导出'),
    ('comment_count', '评论量', 'Comments', 'sum of comments', 'comment_count', 'count', 'sum', 'period', 'up', '评论条数。', 'Comments.', '平台导出'),
    ('share_count', '分享量', 'Shares', 'sum of shares', 'share_count', 'count', 'sum', 'period', 'up', '分享次数。', 'Shares.', '平台导出'),
    ('repost_count', '转发量', 'Reposts', 'sum of reposts', 'repost_count', 'count', 'sum', 'period', 'up', '转发次数。', 'Reposts.', '平台导出'),
    ('save_count', '收藏量', 'Saves', 'sum of saves', 'save_count', 'count', 'sum', 'period', 'up', '收藏次数。', 'Saves.', '平台导出'),
    ('engagement_rate_by_views', '互动率（按播放）', 'Engagement rate by views', 'engagements / views',
        'engagement_count', 'ratio', 'weighted', 'period', 'up', '互动量 ÷ 播放/阅读量,按播放量加权。', 'Engagements ÷ views, weighted by views.', '计算'),
    ('follower_total_count', '粉丝总数', 'Followers', 'followers at day end', null, 'people', 'never', 'lifetime', 'up',
        '当日结束时的粉丝数。', 'Followers at the end of the day.', '平台导出'),
    ('follower_net_count', '净增粉丝', 'Net new followers', 'gained - lost', 'follower_net_count', 'people', 'sum', 'period', 'up',
        '新增关注减取消关注。', 'Followers gained minus lost.', '平台导出'),
    ('posts_published_count', '发布数', 'Posts published', 'posts published', 'posts_published_count', 'posts', 'sum', 'period', 'neutral',
        '当日发布的内容数。', 'Posts published that day.', '平台导出'),
    ('completion_rate', '完播率', 'Completion', 'completed / views', 'completion_rate * view_count', 'ratio',
        'weighted', 'lifetime', 'up', '完整播放占比,按播放量加权。', 'Share of complete plays, weighted by views.', '平台导出'),
    ('order_count', '订单数', 'Orders', 'orders', 'order_count', 'count', 'sum', 'period', 'up', '当日支付的订单数。', 'Orders of the day.', '订单'),
    ('net_amount', '净销售额', 'Net sales', 'paid - refunded', 'net_amount', 'money', 'sum', 'period', 'up',
        '实付金额减退款。', 'Paid minus refunded.', '订单'),
    ('active_people_count', '活跃用户', 'Active people', 'distinct people', null, 'people', 'never', 'period', 'up',
        '当日有行为的去重用户。', 'Distinct people with an event that day.', '行为事件')
) as t (metric, label_zh, label_en, formula, sql, unit, additivity, basis, good_direction, definition_zh, definition_en, source);

create table core.fct_orders as
select n.n::varchar as order_id, getvariable('last_day') - (n.n % 60)::integer as business_date, 'CNY' as currency from range(0, 300) as n (n);
