-- After a build no incremental model has a load left to take in.
with models as (
    {%- for model in ['fct_post_snapshots', 'fct_post_days', 'fct_events', 'fct_orders'] %}
    select '{{ model }}' as model_name
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

-- depends_on: {{ ref('fct_post_snapshots') }}, {{ ref('fct_post_days') }}, {{ ref('fct_events') }}, {{ ref('fct_orders') }}
select
    models.model_name,
    loads.load_id
from models
cross join {{ ref('stg_loads') }} as loads
left join {{ ref('load_ledger') }} as ledger on models.model_name = ledger.model_name and loads.load_id = ledger.load_id
where ledger.load_id is null
