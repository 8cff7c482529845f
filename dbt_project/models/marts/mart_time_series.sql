{{ config(tags=['after_analyses']) }}

with series as (
    select distinct
        series_key,
        metric,
        platform,
        account_key
    from {{ ref('int_daily_series') }}
)

select
    points.series_key,
    series.metric,
    series.platform,
    series.account_key,
    points.business_date,
    points.actual,
    points.trend,
    points.seasonal,
    points.calendar_effect,
    points.expected,
    points.lower,
    points.upper,
    points.is_anomaly,
    points.is_change_point,
    points.note
from {{ source('analyses', 'time_series') }} as points
left join series on points.series_key = series.series_key
