select
    platform,
    account_key,
    attribution,
    dimension_value as campaign,
    business_date,
    currency,
    spend_amount,
    impression_count,
    click_count,
    conversion_count,
    conversion_amount,
    {{ safe_divide('click_count', 'impression_count') }} as click_rate,
    {{ safe_divide('conversion_count', 'click_count') }} as conversion_rate,
    {{ safe_divide('spend_amount', 'conversion_count') }} as cpa_amount,
    {{ safe_divide('conversion_amount', 'spend_amount') }} as roas_number,
    is_provisional
from {{ ref('int_ad_days') }}
where dimension = 'campaign'
