-- What a post of ours is and what it had gathered, one row per post, as the within-account comparison of posts needs it.
-- Hashtags, mentions, addresses and emoji are no words of a title; a post without a title has unknown title features, not none.
{%- set question = '[?\\x{FF1F}]|[吗呢](?:$|[ ~～!！。…，,])|为什么|为啥|怎么|如何|哪[个种家里些款儿边位一]|有没有|是不是|会不会|要不要|能不能|该不该|敢不敢|多少|几[个款家种位杯次]'
    ~ '|^(?:who|what|when|where|which|why|how|do you|are you|can you|would you|should)[^a-z]' %}
{%- set vote = '投票|票选|投出|二选一|选一个|[^a-z]poll[^a-z]|[^a-z]votes?[^a-z]' %}
{%- set lottery = '抽奖|抽送|抽取|揪[0-9一二三四五六七八九十]|抽[0-9一二三四五六七八九十]+[位名个人份]|转发抽|评论抽|锦鲤|giveaway|lottery|raffle|lucky draw|sweepstake' %}
{%- set picture = '[\\x{1F300}-\\x{1F3FA}\\x{1F400}-\\x{1FAFF}\\x{2600}-\\x{27BF}\\x{2B50}\\x{2B55}\\x{231A}\\x{231B}\\x{23E9}-\\x{23F3}]'
    ~ '[\\x{FE0F}\\x{1F3FB}-\\x{1F3FF}]*' %}
{%- set emoji = '\\[[A-Za-z\\x{4E00}-\\x{9FFF}]{1,8}\\]|[\\x{1F1E6}-\\x{1F1FF}]{2}|' ~ picture ~ '(?:\\x{200D}' ~ picture ~ ')*' %}
{%- set no_title = 'https?://[^ ]+|@[^ #]+|#[^# ]+#?|' ~ emoji %}
{%- set long_title_count = 20 %}
{%- set outcome_age_days = 7 %}
{%- set outcomes = [
    'view_count', 'impression_count', 'like_count', 'comment_count', 'share_count', 'repost_count', 'save_count', 'engagement_count'
] %}

with owned as (
    select
        posts.post_key,
        posts.platform,
        posts.account_key,
        posts.content_type,
        posts.campaign_key,
        posts.title,
        lower({{ without_matches('posts.title', no_title) }}) as plain_title,
        lower(concat_ws(' ', '', posts.title, posts.body, '')) as all_text,
        posts.published_at,
        posts.published_date,
        posts.published_precision,
        posts.duration_seconds,
        coalesce(platforms.timezone, '{{ var("timezone") }}') as timezone
    from {{ ref('dim_posts') }} as posts
    left join {{ ref('dim_accounts') }} as accounts on posts.account_key = accounts.account_key
    left join {{ ref('dim_platforms') }} as platforms on posts.platform = platforms.platform
    where coalesce(posts.is_owned, true) and coalesce(accounts.is_owned, true)
),

-- Of several themes that match, the rule that comes first.
themed as (
    select
        post_key,
        tag
    from (
        select
            owned.post_key,
            rules.tag,
            row_number() over (partition by owned.post_key order by rules.priority_rank asc nulls last, rules.rule_id asc) as place
        from owned
        inner join {{ ref('dim_theme_rules') }} as rules
            on rules.tag_type = 'theme' and rules.is_active
            and ({{ holds_any('owned.all_text', 'rules.keywords') }} or {{ matches_column('owned.all_text', 'rules.pattern') }})
            and not {{ holds_any('owned.all_text', 'rules.excluded_words') }}
    ) as ranked
    where place = 1
),

-- A post may be linked to its campaign by the register, else it names one; names and UTM words of one campaign are one key.
linked as (
    select
        post_key,
        min(campaign_key) as campaign_key
    from {{ ref('fct_campaign_posts') }}
    where post_key is not null
    group by post_key
),

-- Whoever writes an account's posts writes its replies: a comment under the post by that author is the brand's.
brand_authors as (
    select distinct
        account_key,
        author_key
    from {{ ref('dim_posts') }}
    where author_key is not null and coalesce(is_owned, true)
),

comments as (
    select
        c.post_key,
        c.created_at,
        brand_authors.author_key is not null as is_of_brand
    from {{ ref('fct_comments') }} as c
    left join brand_authors on c.account_key = brand_authors.account_key and c.author_key = brand_authors.author_key
    where c.post_key is not null
),

first_comments as (
    select
        post_key,
        min(created_at) as commented_at
    from comments
    where not is_of_brand
    group by post_key
),

replies as (
    select
        comments.post_key,
        min({{ seconds_between('first_comments.commented_at', 'comments.created_at') }}) as first_reply_seconds
    from comments
    inner join first_comments on comments.post_key = first_comments.post_key
    where comments.is_of_brand and comments.created_at > first_comments.commented_at
    group by comments.post_key
),

-- A lifetime figure as it stands now, bounds left out.
latest as (
    select
        figures.post_key,
        figures.window_kind,
        cast({{ days_between('owned.published_date', 'figures.captured_date') }} as bigint) as age_days,
        coalesce({{ days_between('owned.published_date', 'figures.captured_date') }} >= figures.maturity_days, false) as is_mature,
        {%- for outcome in outcomes if outcome != 'engagement_count' %}
        {{ known(outcome, 'figures.') }} as {{ outcome }},
        {%- endfor %}
        figures.exact_engagement_count as engagement_count
    from {{ ref('int_post_latest') }} as figures
    inner join owned on figures.post_key = owned.post_key
),

at_age as (
    select *
    from {{ ref('int_post_ages') }}
    where age_days = {{ outcome_age_days }}
),

first_days as (
    select
        post_key,
        view_count
    from {{ ref('int_post_ages') }}
    where age_days = 1
)

select
    owned.post_key,
    owned.platform,
    owned.account_key,
    owned.content_type,
    themed.tag as topic,
    coalesce(campaigns.plan_campaign_key, linked.campaign_key, owned.campaign_key) as campaign_key,
    owned.title,
    owned.published_at,
    owned.published_date,
    case
        when coalesce(owned.published_precision, '') <> 'day' then {{ local_hour('owned.published_at', 'owned.timezone') }}
    end as local_hour,
    dates.iso_weekday,
    coalesce(dates.holiday_zh is not null and not dates.is_working_day, false) as is_holiday,
    dates.shopping_festival,
    owned.duration_seconds,
    cast(length(owned.plain_title) as bigint) as title_length,
    {{ matches('owned.plain_title', question) }} as has_question,
    {{ matches('owned.plain_title', '[0-9\\x{FF10}-\\x{FF19}]') }} as has_number,
    case when owned.title is not null then {{ matches('owned.all_text', vote) }} end as has_vote,
    case when owned.title is not null then {{ matches('owned.all_text', lottery) }} end as has_lottery,
    {{ occurrences('owned.title', emoji) }} as emoji_count,
    length(owned.plain_title) > {{ long_title_count }} as is_long_title,
    followers.follower_total_count as follower_count_at_publish,
    replies.first_reply_seconds,
    latest.age_days,
    coalesce(latest.is_mature, false) as is_mature,
    case
        when at_age.post_key is not null then cast({{ outcome_age_days }} as bigint)
        when latest.is_mature and latest.window_kind = 'lifetime' then latest.age_days
    end as outcome_age_days,
    {%- for outcome in outcomes %}
    case
        when at_age.post_key is not null then round(at_age.{{ outcome }}, 0)
        when latest.is_mature and latest.window_kind = 'lifetime' then cast(latest.{{ outcome }} as double)
    end as {{ outcome }},
    {%- endfor %}
    round(first_days.view_count, 0) as first_day_view_count
from owned
left join latest on owned.post_key = latest.post_key
left join at_age on owned.post_key = at_age.post_key
left join first_days on owned.post_key = first_days.post_key
left join themed on owned.post_key = themed.post_key
left join linked on owned.post_key = linked.post_key
left join {{ ref('dim_campaigns') }} as campaigns on coalesce(linked.campaign_key, owned.campaign_key) = campaigns.campaign_key
left join replies on owned.post_key = replies.post_key
left join {{ ref('dim_dates') }} as dates on owned.published_date = dates.date
left join {{ ref('int_follower_totals') }} as followers
    on owned.account_key = followers.account_key
    and owned.published_date >= followers.valid_from
    and (owned.published_date < followers.valid_before or followers.valid_before is null)
