{#- Words and marks in what people write. Patterns are regular expressions that RE2 and Java both read. -#}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches')(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_like({{ text }}, '{{ pattern | replace("\\", "\\\\") }}')
{%- endmacro %}

{#- How often a pattern occurs. -#}
{% macro occurrences(text, pattern) -%}
    {{ return(adapter.dispatch('occurrences')(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__occurrences(text, pattern) -%}
    cast(len(regexp_extract_all({{ text }}, '{{ pattern }}')) as bigint)
{%- endmacro %}

{% macro default__occurrences(text, pattern) -%}
    cast(size(regexp_extract_all({{ text }}, '{{ pattern | replace("\\", "\\\\") }}', 0)) as bigint)
{%- endmacro %}

{#- The text without every occurrence of a pattern. -#}
{% macro without_matches(text, pattern) -%}
    {{ return(adapter.dispatch('without_matches')(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__without_matches(text, pattern) -%}
    trim(regexp_replace({{ text }}, '{{ pattern }}', ' ', 'g'))
{%- endmacro %}

{% macro default__without_matches(text, pattern) -%}
    trim(regexp_replace({{ text }}, '{{ pattern | replace("\\", "\\\\") }}', ' '))
{%- endmacro %}

{#- Whether a lower-case text holds any word of a list; an unknown list holds none. -#}
{% macro holds_any(text, words) -%}
    {{ return(adapter.dispatch('holds_any')(text, words)) }}
{%- endmacro %}

{% macro duckdb__holds_any(text, words) -%}
    coalesce(len(list_filter({{ words }}, lambda item: contains({{ text }}, lower(item)))) > 0, false)
{%- endmacro %}

{% macro default__holds_any(text, words) -%}
    coalesce(exists({{ words }}, item -> contains({{ text }}, lower(item))), false)
{%- endmacro %}

{#- A regular expression that a column holds; NULL matches nothing. -#}
{% macro matches_column(text, column) -%}
    {{ return(adapter.dispatch('matches_column')(text, column)) }}
{%- endmacro %}

{% macro duckdb__matches_column(text, column) -%}
    coalesce(regexp_matches({{ text }}, {{ column }}), false)
{%- endmacro %}

{% macro default__matches_column(text, column) -%}
    coalesce(regexp_like({{ text }}, {{ column }}), false)
{%- endmacro %}

{#- The hour (0-23) of an instant on the clock of a time zone. -#}
{% macro local_hour(instant, timezone) -%}
    {{ return(adapter.dispatch('local_hour')(instant, timezone)) }}
{%- endmacro %}

{% macro duckdb__local_hour(instant, timezone) -%}
    cast(hour(timezone({{ timezone }}, {{ instant }})) as bigint)
{%- endmacro %}

{% macro default__local_hour(instant, timezone) -%}
    cast(hour(from_utc_timestamp({{ instant }}, {{ timezone }})) as bigint)
{%- endmacro %}
