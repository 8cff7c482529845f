-- noqa: disable=LT02
-- The registry as a table. `sql` is the expression over a group of rows, or the bare column where nothing may be added.
{%- set texts = ['metric', 'label_zh', 'label_en', 'formula', 'sql', 'numerator', 'denominator', 'unit', 'additivity', 'basis',
    'good_direction', 'definition_zh', 'definition_en', 'source', 'version'] %}
{%- for entry in var('metrics') %}
{%- set expression = entry.sql if entry.additivity == 'never' else metric(entry.metric) %}
{%- set values = dict(entry, sql=expression) %}
select
    {%- for text in texts %}
    {{ dbt.string_literal(dbt.escape_single_quotes(values[text])) if text in values else 'cast(null as varchar)' }} as {{ text }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{{ 'union all' if not loop.last }}
{%- endfor %}
