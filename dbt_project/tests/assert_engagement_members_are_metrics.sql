-- A platform.yaml that lists a column here that no model adds up would silently leave it out of engagement.
with members as (
    select
        platform,
        unnest(engagement_members) as member
    from {{ ref('dim_platforms') }}
)

select
    platform,
    member
from members
where
    {%- for column in var('engagement_columns') %}
    member <> '{{ column }}' and
    {%- endfor %}
    member is not null
