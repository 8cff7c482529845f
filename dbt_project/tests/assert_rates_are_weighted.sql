-- A daily rate is the quotient of the two sums beside it.
select
    account_key,
    content_type,
    business_date,
    engagement_rate_by_views,
    er_views_numerator_count,
    er_views_denominator_count
from {{ ref('mart_engagement_daily') }}
where abs(engagement_rate_by_views - er_views_numerator_count / er_views_denominator_count) > 1e-9
