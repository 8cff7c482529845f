-- What the platforms say about the audience of our accounts: of each account and breakdown the newest capture, in shares.
{%- set attributes = {
    'age': ['age', 'article_reader_age'],
    'gender': ['gender', 'article_reader_gender'],
    'region': ['region', 'article_reader_region', 'location', 'territory', 'city'],
    'occupation': ['occupation', 'job_function', 'industry', 'seniority', 'company_size'],
    'device': ['device', 'os'],
} %}

with named as (
    select
        platform,
        account_key,
        {{ key_of_word('segment_kind', attributes) }} as attribute,
        segment_kind,
        segment_value,
        coalesce(people_count, view_count) as people_count,
        coalesce(people_share_rate, view_share_rate, watch_share_rate) as stated_rate,
        coalesce(business_date, window_end, cast(captured_at as date)) as observed_date,
        captured_at
    from {{ ref('stg_audience_segments') }}
    where segment_value is not null
),

-- One breakdown per attribute and account, the one the list above names first; of it the newest day.
newest as (
    select
        *,
        dense_rank() over (partition by account_key, attribute order by observed_date desc, captured_at desc, segment_kind asc) as recency
    from named
    where attribute is not null
),

shares as (
    select
        platform,
        account_key,
        attribute,
        case when attribute = 'gender' then {{ gender_group('segment_value') }} else segment_value end as value,
        sum(people_count) as people_count,
        sum(coalesce(stated_rate, {{ safe_divide('people_count', 'account_total') }})) as share_rate,
        max(observed_date) as observed_date
    from (
        select
            *,
            sum(people_count) over (partition by account_key, attribute) as account_total
        from newest
        where recency = 1
    ) as counted
    group by 1, 2, 3, 4
)

select
    platform,
    account_key,
    attribute,
    value,
    cast(people_count as bigint) as people_count,
    cast(share_rate as double) as share_rate,
    observed_date
from shares
where share_rate is not null
