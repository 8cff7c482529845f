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
),

-- An account that the register calls a competitor's is not ours, whatever its export said.
competitors as (
    select distinct account_key
    from {{ ref('stg_competitors') }}
    where account_key is not null
)

select
    accounts.account_key,
    accounts.platform,
    accounts.account_name,
    accounts.is_owned and competitors.account_key is null as is_owned,
    coalesce(platforms.timezone, '{{ var("timezone") }}') as timezone,
    platforms.currency,
    loads.first_captured_at,
    loads.last_captured_at
from accounts
left join {{ ref('dim_platforms') }} as platforms on accounts.platform = platforms.platform
left join loads on accounts.account_key = loads.account_key
left join competitors on accounts.account_key = competitors.account_key
