{#- A row for each day from `first` to `last`, in a select list. -#}
{% macro each_day(first, last) -%}
    {{ return(adapter.dispatch('each_day')(first, last)) }}
{%- endmacro %}

{% macro duckdb__each_day(first, last) -%}
    cast(unnest(generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval 1 day)) as date)
{%- endmacro %}

{% macro default__each_day(first, last) -%}
    explode(sequence({{ first }}, {{ last }}, interval 1 day))
{%- endmacro %}

{#- Days from one date to a later one. -#}
{% macro days_between(first, last) -%}
    {{ return(adapter.dispatch('days_between')(first, last)) }}
{%- endmacro %}

{% macro duckdb__days_between(first, last) -%}
    ({{ last }} - {{ first }})
{%- endmacro %}

{% macro default__days_between(first, last) -%}
    datediff({{ last }}, {{ first }})
{%- endmacro %}

{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days')(day, days)) }}
{%- endmacro %}

{% macro duckdb__add_days(day, days) -%}
    ({{ day }} + cast({{ days }} as integer))
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    date_add({{ day }}, {{ days }})
{%- endmacro %}

{#- The day of an instant on the clock of a time zone; the default is where the company works. -#}
{% macro local_date(instant, timezone=none) -%}
    {{ return(adapter.dispatch('local_date')(instant, timezone or "'" ~ var('timezone') ~ "'")) }}
{%- endmacro %}

{% macro duckdb__local_date(instant, timezone) -%}
    cast(timezone({{ timezone }}, {{ instant }}) as date)
{%- endmacro %}

{% macro default__local_date(instant, timezone) -%}
    cast(from_utc_timestamp({{ instant }}, {{ timezone }}) as date)
{%- endmacro %}

{#- The instant at which a day begins on that clock. -#}
{% macro start_of_day(day, timezone=none) -%}
    {{ return(adapter.dispatch('start_of_day')(day, timezone or "'" ~ var('timezone') ~ "'")) }}
{%- endmacro %}

{% macro duckdb__start_of_day(day, timezone) -%}
    timezone({{ timezone }}, cast({{ day }} as timestamp))
{%- endmacro %}

{% macro default__start_of_day(day, timezone) -%}
    to_utc_timestamp(cast({{ day }} as timestamp), {{ timezone }})
{%- endmacro %}

{% macro seconds_between(first, last) -%}
    (({{ micros(last) }} - {{ micros(first) }}) / 1e6)
{%- endmacro %}

{#- The moment a build looks at ages from; `--vars '{now: …}'` fixes it. -#}
{% macro build_time() -%}
    {%- if var('now', none) -%}cast('{{ var("now") }}' as timestamp with time zone){%- else -%}current_timestamp{%- endif -%}
{%- endmacro %}

{% macro iso_weekday(day) -%}
    {{ return(adapter.dispatch('iso_weekday')(day)) }}
{%- endmacro %}

{% macro duckdb__iso_weekday(day) -%}
    isodow({{ day }})
{%- endmacro %}

{% macro default__iso_weekday(day) -%}
    (weekday({{ day }}) + 1)
{%- endmacro %}

{#- ISO week as people write it: 2026-W07. -#}
{% macro iso_week(day) -%}
    {{ return(adapter.dispatch('iso_week')(day)) }}
{%- endmacro %}

{% macro duckdb__iso_week(day) -%}
    strftime({{ day }}, '%G-W%V')
{%- endmacro %}

{% macro default__iso_week(day) -%}
    concat(extract(yearofweek from {{ day }}), '-W', lpad(extract(week from {{ day }}), 2, '0'))
{%- endmacro %}

{% macro micros(instant) -%}
    {{ return(adapter.dispatch('micros')(instant)) }}
{%- endmacro %}

{% macro duckdb__micros(instant) -%}
    epoch_us({{ instant }})
{%- endmacro %}

{% macro default__micros(instant) -%}
    unix_micros({{ instant }})
{%- endmacro %}
