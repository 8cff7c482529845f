with days as (
    select {{ each_day("cast('2015-01-01' as date)", "cast('2035-12-31' as date)") }} as date
),

-- The nearest Spring Festival within thirty days, if there is one.
festival_offsets as (
    select
        days.date,
        {{ days_between('festivals.date', 'days.date') }} as festival_offset_days
    from days
    inner join {{ ref('spring_festivals') }} as festivals
        on abs({{ days_between('festivals.date', 'days.date') }}) <= 30
)

select
    days.date,
    cast(year(days.date) as bigint) as year,
    cast(quarter(days.date) as bigint) as quarter,
    cast(month(days.date) as bigint) as month,
    {{ iso_week('days.date') }} as iso_week,
    {{ iso_weekday('days.date') }} as iso_weekday,
    {{ iso_weekday('days.date') }} >= 6 as is_weekend,
    coalesce(holidays.is_working_day, {{ iso_weekday('days.date') }} < 6) as is_working_day,
    coalesce(holidays.is_working_day and {{ iso_weekday('days.date') }} >= 6, false) as is_makeup_workday,
    holidays.holiday_zh,
    holidays.holiday_en,
    cast(festival_offsets.festival_offset_days as bigint) as festival_offset_days,
    shopping.shopping_festival,
    year(days.date) > {{ var('last_official_calendar_year') }} as is_provisional
from days
left join {{ ref('holidays') }} as holidays on days.date = holidays.date
left join festival_offsets on days.date = festival_offsets.date
left join {{ ref('shopping_festivals') }} as shopping on days.date between shopping.starts_on and shopping.ends_on
