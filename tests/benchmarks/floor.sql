-- The least work that gives the same kind of answer: hand-written SQL from the same typed rows to facts and marts.
create or replace table floor_posts as
select post_key, any_value(platform) as platform, any_value(account_key) as account_key, any_value(content_type) as content_type,
    any_value(published_date) as published_date, arg_max(view_count, captured_at) as view_count,
    arg_max(like_count, captured_at) as like_count, arg_max(comment_count, captured_at) as comment_count,
    arg_max(share_count, captured_at) as share_count, arg_max(save_count, captured_at) as save_count
from raw.post_snapshots group by post_key;

create or replace table floor_snapshots as
select * from raw.post_snapshots
qualify row_number() over (partition by post_key, captured_at order by load_id desc) = 1;

create or replace table floor_post_days as
select post_key, captured_at::date as business_date,
    view_count - coalesce(lag(view_count) over w, 0) as view_count, like_count - coalesce(lag(like_count) over w, 0) as like_count,
    comment_count - coalesce(lag(comment_count) over w, 0) as comment_count, share_count - coalesce(lag(share_count) over w, 0) as share_count
from floor_snapshots window w as (partition by post_key order by captured_at);

create or replace table floor_daily as
select p.platform, p.account_key, p.content_type, d.business_date, sum(d.view_count) as view_count,
    sum(d.like_count + d.comment_count + d.share_count) as engagement_count
from floor_post_days as d inner join floor_posts as p using (post_key) group by all;

create or replace table floor_engagement as
select *, (like_count + comment_count + share_count) / nullif(view_count, 0) as rate,
    ntile(4) over (partition by platform, content_type order by (like_count + comment_count + share_count) / nullif(view_count, 0)) as grade
from floor_posts;

create or replace table floor_events as
select * from raw.events qualify row_number() over (partition by event_key order by load_id desc) = 1;

create or replace table floor_people as
select person_key, count(*) as events, count(distinct business_date) as days, min(occurred_at) as first_at, max(occurred_at) as last_at,
    count(*) filter (where event_type = 'order') as orders
from floor_events group by person_key;

create or replace table floor_funnel as
select business_date, channel, campaign, event_type, count(distinct person_key) as people
from floor_events group by all;
