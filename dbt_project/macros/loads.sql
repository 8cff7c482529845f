{#-
  How an incremental model knows what is new: `core.load_ledger` lists the loads each model has taken in, written by the model's own
  post-hook in the model's own transaction. Loads are committed one run at a time, so an unseen load is newer than every seen one.
-#}
{% macro unseen_loads(model_name) -%}
    select loads.load_id
    from {{ ref('stg_loads') }} as loads
    where loads.load_id not in (select seen.load_id from {{ ref('load_ledger') }} as seen where seen.model_name = '{{ model_name }}')
{%- endmacro %}

{% macro remember_loads() -%}
    insert into {{ ref('load_ledger') }} (model_name, load_id)
    select '{{ this.identifier }}', unseen.load_id from ({{ unseen_loads(this.identifier) }}) as unseen
{%- endmacro %}

{#-
  The rows of `relation` with each key once: the last delivery wins. Only keys that were delivered more than once are ranked: ranking all
  rows of a wide table costs ten times as much.
-#}
{% macro last_delivery(relation, key, order_by='loaded_at') -%}
    select delivery.*
    from {{ relation }} as delivery
    left join (
        select
            {{ key }},
            load_id,
            row_number,
            row_number() over (partition by {{ key }} order by {{ order_by }} desc, loaded_at desc, load_id desc, row_number desc) as place
        from {{ relation }}
        where {{ key }} in (select {{ key }} from {{ relation }} group by {{ key }} having count(*) > 1)
    ) as repeated
        on delivery.{{ key }} = repeated.{{ key }}
        and delivery.load_id = repeated.load_id
        and delivery.row_number = repeated.row_number
    where repeated.place is null or repeated.place = 1
{%- endmacro %}
