with accounts as (
    select * from {{ ref('stg_accounts') }}
),

loads as (
    select
        account_key,
        min(captured_at) as first_captured_at,
        max(captured_at) as last_captured_at
    from {{ ref('stg_loads') }}
    group by account_key
)

select
    accounts.account_key,
    accounts.platform,
    accounts.account_name,
    accounts.is_owned,
    coalesce(platforms.timezone, '{{ var("timezone") }}') as timezone,
    platforms.currency,
    loads.first_captured_at,
    loads.last_captured_at
from accounts
left join {{ ref('dim_platforms') }} as platforms on accounts.platform = platforms.platform
left join loads on accounts.account_key = loads.account_key
