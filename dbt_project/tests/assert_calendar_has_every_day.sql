select
    count(*) as day_count,
    min(date) as first_day,
    max(date) as last_day
from {{ ref('dim_dates') }}
having count(*) <> 7670 or min(date) <> cast('2015-01-01' as date) or max(date) <> cast('2035-12-31' as date)
