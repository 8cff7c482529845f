-- An account's day shows its own report or the sum over its posts, not both.
with reach as (
    select
        account_key,
        business_date,
        max(case when content_type = 'all' then view_count end) as reported_view_count,
        sum(case when content_type <> 'all' then view_count end) as summed_view_count
    from {{ ref('mart_reach_daily') }}
    group by account_key, business_date
)

select
    reach.account_key,
    reach.business_date,
    daily.view_count,
    reach.reported_view_count,
    reach.summed_view_count
from reach
left join {{ ref('mart_account_daily') }} as daily
    on reach.account_key = daily.account_key and reach.business_date = daily.business_date
where daily.view_count is distinct from coalesce(reach.reported_view_count, reach.summed_view_count)
