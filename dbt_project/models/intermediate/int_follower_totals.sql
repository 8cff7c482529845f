-- How many followers an account is known to have had, from one statement to the next.
select
    account_key,
    business_date as valid_from,
    lead(business_date) over (partition by account_key order by business_date) as valid_before,
    follower_total_count
from {{ ref('fct_account_days') }}
where follower_total_count is not null
