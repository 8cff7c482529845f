-- Two bases that are never added: the sums over posts by content type, and the account's own daily report ('all').
with by_type as (
    select
        platform,
        account_key,
        content_type,
        business_date,
        posts_published_count,
        impression_count,
        view_count,
        cast(null as bigint) as viewer_count,
        cast(null as bigint) as reach_count,
        cast(null as bigint) as follower_total_count,
        cast(null as bigint) as follower_net_count,
        least({{ metric_of_row('coverage_rate') }}, 1) as coverage_rate,
        'post_difference' as basis_source,
        lifetime_view_count,
        lifetime_impression_count,
        estimated_rate,
        has_correction,
        false as is_provisional
    from {{ ref('int_content_days') }}
),

by_account as (
    select
        platform,
        account_key,
        'all' as content_type,
        business_date,
        posts_published_count,
        impression_count,
        view_count,
        viewer_count,
        reach_count,
        follower_total_count,
        {{ follower_net_count('') }} as follower_net_count,
        cast(1 as double) as coverage_rate,
        'account_report' as basis_source,
        cast(null as bigint) as lifetime_view_count,
        cast(null as bigint) as lifetime_impression_count,
        cast(null as double) as estimated_rate,
        false as has_correction,
        coalesce(is_provisional, false) as is_provisional
    from {{ ref('fct_account_days') }}
)

select * from by_type
union all
select * from by_account
