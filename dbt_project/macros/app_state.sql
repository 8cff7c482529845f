{#- The items of a list that the app's state holds as a JSON array of texts. -#}
{% macro json_texts(column) -%}
    {{ return(adapter.dispatch('json_texts')(column)) }}
{%- endmacro %}

{% macro duckdb__json_texts(column) -%}
    cast(from_json({{ column }}, '["VARCHAR"]') as varchar[])
{%- endmacro %}

{% macro default__json_texts(column) -%}
    from_json({{ column }}, 'array<string>')
{%- endmacro %}
