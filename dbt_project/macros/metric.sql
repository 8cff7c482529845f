{#- The registry (`vars.metrics` in dbt_project.yml) is the only home of a formula; these macros put it into SQL. -#}
{% macro registry_entry(name) -%}
    {%- set found = var('metrics') | selectattr('metric', 'equalto', name) | list -%}
    {%- if not found -%}{{ exceptions.raise_compiler_error("no metric '" ~ name ~ "' in vars.metrics of dbt_project.yml") }}{%- endif -%}
    {%- do return(found[0]) -%}
{%- endmacro %}

{#- A metric over a group of rows: the sum of a count, the weighted value of a ratio. Distinct people have no such thing. -#}
{% macro metric(name) -%}
    {%- set entry = registry_entry(name) -%}
    {%- if entry.additivity == 'never' -%}
        {{ exceptions.raise_compiler_error("'" ~ name ~ "' is never summed: take the figure of the grain itself") }}
    {%- elif entry.additivity == 'weighted' -%}
        {{ weighted_rate(entry.numerator, entry.denominator) }}
    {%- else -%}
        {{ sum_count(entry.sql) }}
    {%- endif -%}
{%- endmacro %}

{#- The same metric within one row. -#}
{% macro metric_of_row(name) -%}
    {%- set entry = registry_entry(name) -%}
    {%- if entry.additivity == 'weighted' -%}
        {{ safe_divide(entry.numerator, entry.denominator) }}
    {%- else -%}
        {{ entry.sql }}
    {%- endif -%}
{%- endmacro %}
