-- Distinct people appear only as an account's own report gave them for that day, never on sums over posts.
select
    reach.account_key,
    reach.business_date,
    reach.content_type,
    reach.reach_count,
    reach.viewer_count
from {{ ref('mart_reach_daily') }} as reach
left join {{ ref('fct_account_days') }} as reports
    on reach.account_key = reports.account_key and reach.business_date = reports.business_date and reach.content_type = 'all'
where
    reach.reach_count is distinct from reports.reach_count
    or reach.viewer_count is distinct from reports.viewer_count
