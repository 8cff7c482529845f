-- Filled by the post-hooks of the incremental models (macros/loads.sql); this model only makes the table.
{{ config(materialized='incremental', incremental_strategy='append') }}

select
    cast(null as varchar) as model_name,
    cast(null as varchar) as load_id
where false
