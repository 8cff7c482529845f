with costs as (
    select * from {{ ref('stg_platform_costs') }}
),

-- The rate that held when the month began.
{%- set home = "'" ~ var('home_currency') ~ "'" %}
rates as (
    select
        costs.platform_cost_key,
        max_by(rates.exchange_rate, rates.starts_on) as exchange_rate
    from costs
    inner join {{ ref('stg_currency_rates') }} as rates
        on costs.currency = rates.currency and costs.month_starts_on >= rates.starts_on
    where rates.to_currency = {{ home }}
    group by costs.platform_cost_key
)

select
    costs.platform_cost_key,
    costs.platform,
    costs.account_key,
    costs.item,
    costs.month_starts_on,
    costs.cost_type,
    costs.amount,
    costs.currency,
    {{ money("costs.amount * case when costs.currency = " ~ home ~ " then 1 else rates.exchange_rate end") }} as home_amount,
    costs.work_hours,
    costs.campaign_key,
    costs.campaign,
    costs.owner,
    costs.note,
    costs.loaded_at,
    costs.load_id
from costs
left join rates on costs.platform_cost_key = rates.platform_cost_key
