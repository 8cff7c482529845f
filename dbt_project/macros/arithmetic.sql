{#- NULL where the denominator is missing, zero or negative: a rate of nothing is unknown, not 0. -#}
{% macro safe_divide(numerator, denominator) -%}
    case when ({{ denominator }}) > 0 then cast({{ numerator }} as double) / ({{ denominator }}) end
{%- endmacro %}

{#- A weighted rate over a group: numerator and denominator are summed over the same rows, those where both are known. -#}
{% macro weighted_rate(numerator, denominator) -%}
    {{ safe_divide(paired_sum(numerator, denominator), paired_sum(denominator, numerator)) }}
{%- endmacro %}

{% macro paired_sum(expression, partner) -%}
    sum(case when ({{ partner }}) is not null then {{ expression }} end)
{%- endmacro %}

{#- The sum of those expressions that are known; NULL where none is. -#}
{% macro sum_present(expressions) -%}
    case when coalesce({{ expressions | join(', ') }}) is not null then
        {% for expression in expressions %}coalesce({{ expression }}, 0){{ ' + ' if not loop.last }}{% endfor %}
    end
{%- endmacro %}

{% macro sum_count(expression) -%}
    cast(sum({{ expression }}) as bigint)
{%- endmacro %}

{% macro money(expression) -%}
    cast({{ expression }} as decimal(18, 2))
{%- endmacro %}
