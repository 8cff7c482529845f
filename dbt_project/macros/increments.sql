{#-
  Daily increments out of cumulative captures, one metric column at a time (core.fct_post_days). Beside a column `x` its row carries
  `x_before`, the figure known before it, and `x_day_before`, the day of that capture.
-#}

{#- What a capture adds. A first figure counts from publication if that is recent; older history belongs to no day. -#}
{% macro increment(column) -%}
    case
            when {{ column }}_day_before is not null then {{ column }} - {{ column }}_before
            when {{ days_between('published_date', 'captured_date') }} <= {{ var('first_capture_days') }} then {{ column }}
        end
{%- endmacro %}

{#- The first day an increment is spread over; a correction falls on the capture's own day. -#}
{% macro increment_from(column) -%}
    case
            when {{ increment(column) }} >= 0 then least(captured_date, coalesce({{ add_days(column ~ '_day_before', 1) }}, published_date))
            when {{ increment(column) }} < 0 then captured_date
        end
{%- endmacro %}

{#- A day's part of an increment: evenly spread, rounded cumulatively so that the parts add up to it exactly. -#}
{% macro part_of_day(column) -%}
    {%- set first = column ~ '_from' -%}
    {%- set days = '(' ~ days_between(first, 'captured_date') ~ ' + 1)' -%}
    {%- set day = days_between(first, 'business_date') -%}
    case
            when {{ first }} = business_date and {{ first }} = captured_date then {{ column }}
            when {{ first }} <= business_date
                then round({{ column }} * ({{ day }} + 1) / {{ days }}) - round({{ column }} * {{ day }} / {{ days }})
        end
{%- endmacro %}
