-- What others wrote, from wherever it came. A survey's answer is a text of one's own where hardly two people gave the same, or it is long.
with competitor_words as (
    select
        min(competitor) as competitor,
        lower(trim(keyword)) as keyword
    from (
        select
            competitor,
            unnest(keywords) as keyword
        from {{ ref('dim_competitors') }}

        union all

        select
            competitor,
            competitor as keyword
        from {{ ref('dim_competitors') }}
    ) as words
    group by lower(trim(keyword))
),

competitor_accounts as (
    select
        account_key,
        min(competitor) as competitor
    from {{ ref('dim_competitors') }}
    group by account_key
),

own_answers as (
    select question_key
    from {{ ref('fct_survey_answers') }}
    where answer_state = 'answered' and answer_number is null
    group by question_key
    having count(distinct answer_text) > 0.5 * count(*)
),

texts as (
    select
        'comment:' || comments.comment_key as text_key,
        'comment' as source,
        comments.platform,
        comments.account_key,
        comments.post_key,
        comments.author_key,
        comments.text,
        comments.created_at,
        comments.business_date,
        coalesce(posts.is_owned, accounts.is_owned) as is_owned_post,
        cast(null as bigint) as reach_count,
        cast(null as varchar) as keyword,
        cast(null as timestamp with time zone) as answered_at,
        comments.captured_at,
        comments.load_id
    from {{ ref('fct_comments') }} as comments
    left join {{ ref('dim_posts') }} as posts on comments.post_key = posts.post_key
    left join {{ ref('dim_accounts') }} as accounts on comments.account_key = accounts.account_key

    union all

    select
        'mention:' || mention_key as text_key,
        'mention' as source,
        platform,
        account_key,
        cast(null as varchar) as post_key,
        author_key,
        case when title = text then text else concat_ws(' ', title, text) end as text,
        published_at as created_at,
        business_date,
        cast(null as boolean) as is_owned_post,
        coalesce(author_follower_count, view_count) as reach_count,
        keyword,
        cast(null as timestamp with time zone) as answered_at,
        captured_at,
        load_id
    from {{ ref('fct_mentions') }}

    union all

    select
        'feedback:' || feedback_id as text_key,
        'feedback' as source,
        platform,
        account_key,
        cast(null as varchar) as post_key,
        person_key as author_key,
        summary as text,
        received_at as created_at,
        {{ local_date('received_at') }} as business_date,
        cast(null as boolean) as is_owned_post,
        cast(null as bigint) as reach_count,
        cast(null as varchar) as keyword,
        first_responded_at as answered_at,
        loaded_at as captured_at,
        load_id
    from {{ ref('fct_feedback_items') }}

    union all

    select
        'survey:' || answers.answer_key as text_key,
        'survey' as source,
        answers.platform,
        answers.account_key,
        cast(null as varchar) as post_key,
        answers.person_key as author_key,
        answers.answer_text as text,
        answers.submitted_at as created_at,
        answers.business_date,
        cast(null as boolean) as is_owned_post,
        cast(null as bigint) as reach_count,
        cast(null as varchar) as keyword,
        cast(null as timestamp with time zone) as answered_at,
        answers.captured_at,
        answers.load_id
    from {{ ref('fct_survey_answers') }} as answers
    left join own_answers on answers.question_key = own_answers.question_key
    where
        answers.answer_state = 'answered'
        and answers.answer_number is null
        and coalesce(len(answers.answer_options), 1) <= 1
        and (own_answers.question_key is not null or length(answers.answer_text) >= 20)
)

select
    texts.text_key,
    texts.source,
    texts.platform,
    texts.account_key,
    texts.post_key,
    texts.author_key,
    texts.text,
    texts.created_at,
    texts.business_date,
    texts.is_owned_post,
    texts.reach_count,
    texts.keyword,
    case
        when texts.source = 'comment' then competitor_accounts.competitor
        when texts.source = 'mention' then competitor_words.competitor
    end as competitor,
    texts.answered_at,
    texts.captured_at,
    texts.load_id
from texts
left join competitor_words on lower(trim(texts.keyword)) = competitor_words.keyword
left join competitor_accounts on texts.account_key = competitor_accounts.account_key
where length(trim(texts.text)) > 0
