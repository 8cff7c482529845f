{#- Posts that an incremental model still knows under another key: their rows move to the better one. -#}
{% macro newly_aliased_posts() -%}
    select aliases.post_key
    from {{ ref('stg_post_aliases') }} as aliases
    where aliases.alias_post_key in (select known.post_key from {{ this }} as known)
{%- endmacro %}

{% macro drop_aliased_posts() -%}
    delete from {{ this }} where post_key in (select aliases.alias_post_key from {{ ref('stg_post_aliases') }} as aliases)
{%- endmacro %}
