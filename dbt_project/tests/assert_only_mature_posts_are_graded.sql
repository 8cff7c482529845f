select
    post_key,
    age_days,
    grade
from {{ ref('mart_engagement_posts') }}
where grade is not null and (not is_mature or engagement_rate is null)
