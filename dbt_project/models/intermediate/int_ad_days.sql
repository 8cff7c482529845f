-- Levels of ads are parts of each other: an account is counted at one level per question, the one closest to it.
with days as (
    select
        *,
        max(case when business_hour is null then 1 else 0 end) over (
            partition by account_key, ad_level, ad_entity_id, business_date
        ) as has_whole_day
    from {{ ref('fct_ad_days') }}
),

-- A day's own row holds its hours.
whole as (
    select * from days
    where business_hour is null or has_whole_day = 0
),

cut as (
    {%- for dimension, plan in {
        'campaign': ['coalesce(campaign, campaign_id)', ['campaign', 'ad_group', 'ad', 'creative', 'account']],
        'ad_group': ['coalesce(ad_group, ad_group_id)', ['ad_group', 'ad', 'creative']],
        'audience': ['audience', ['ad_group', 'ad', 'creative', 'campaign']],
        'creative': ['coalesce(creative, creative_id)', ['creative', 'ad']],
    }.items() %}
    select
        *,
        '{{ dimension }}' as dimension,
        coalesce({{ plan[0] }}, case when ad_level = '{{ dimension }}' then coalesce(ad_entity_name, ad_entity_id) end) as dimension_value,
        case ad_level
            {%- for level in plan[1] %}
            when '{{ level }}' then {{ loop.index }}
            {%- endfor %}
        end as closeness
    from whole
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ranked as (
    select
        *,
        min(closeness) over (partition by dimension, account_key) as best_closeness
    from cut
    where closeness is not null and (dimension_value is not null or dimension = 'campaign')
)

select
    dimension,
    platform,
    account_key,
    coalesce(currency, '') as currency,
    coalesce(attribution, '') as attribution,
    coalesce(dimension_value, '') as dimension_value,
    business_date,
    {{ money('sum(spend_amount)') }} as spend_amount,
    {{ sum_count('impression_count') }} as impression_count,
    {{ sum_count('click_count') }} as click_count,
    sum(conversion_count) as conversion_count,
    {{ money('sum(conversion_amount)') }} as conversion_amount,
    max(case when is_provisional then 1 else 0 end) = 1 as is_provisional
from ranked
where closeness = best_closeness
group by dimension, platform, account_key, coalesce(currency, ''), coalesce(attribution, ''), coalesce(dimension_value, ''), business_date
