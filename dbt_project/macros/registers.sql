{#-
  What a register says now: the rows of the newest load of each file, then the newest row of each key. A row that somebody deleted is
  gone, a file of another name adds to it. Everything ever said stays in `raw`. A changed file taken in beside an older one of its name
  carries a piece of its hash (`goals.1a2b3c4d.xlsx`): that is still the same file.
-#}
{% macro current_register(entity, key) -%}
    select *
    from (
        select
            delivered.*,
            deliveries.loaded_at,
            deliveries.source_name,
            row_number() over (
                partition by {% for column in key %}lower(trim(cast(delivered.{{ column }} as varchar))){{ ', ' if not loop.last }}{% endfor %}
                order by deliveries.load_order desc, delivered.row_number desc
            ) as delivery_rank
        from {{ source('raw', entity) }} as delivered
        inner join (
            select
                load_id,
                loaded_at,
                source_name,
                load_order,
                row_number() over (
                    partition by format_id, account_key, regexp_replace(source_name, '[.][0-9a-f]{8}[.]', '.')
                    order by load_order desc
                ) as recency
            from {{ ref('stg_loads') }}
        ) as deliveries
            on delivered.load_id = deliveries.load_id and deliveries.recency = 1
    ) as ranked
    where delivery_rank = 1
{%- endmacro %}

{#- One text out of the columns that name a row of a register; a part that is missing is a part like any other. -#}
{% macro register_key(columns) -%}
    md5(concat_ws('|', {% for column in columns %}coalesce(lower(trim(cast({{ column }} as varchar))), ''){{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}

{#- The account a register's row means, where it names both platform and account. -#}
{% macro register_account() -%}
    platform || ':' || trim(account_name)
{%- endmacro %}

{#- The items of a text that people separate with commas, semicolons or line breaks. -#}
{% macro items_of(column) -%}
    {{ return(adapter.dispatch('items_of')(column)) }}
{%- endmacro %}

{% macro duckdb__items_of(column) -%}
    list_filter(list_transform(regexp_split_to_array({{ column }}, '[,，、;；\n]'), lambda item: trim(item)), lambda item: item <> '')
{%- endmacro %}

{% macro default__items_of(column) -%}
    filter(transform(split({{ column }}, '[,，、;；\n]'), item -> trim(item)), item -> item <> '')
{%- endmacro %}

{#- The post that each row of a register means: by its id, else its address, else a title that only one post of the platform has. -#}
{% macro meant_posts(relation, key) -%}
    select
        {{ key }},
        min_by(post_key, place) as post_key
    from (
        select
            named.{{ key }},
            posts.post_key,
            1 as place
        from {{ relation }} as named
        inner join {{ ref('dim_posts') }} as posts
            on named.platform = posts.platform and named.platform_post_id = posts.platform_post_id

        union all

        select
            named.{{ key }},
            posts.post_key,
            2 as place
        from {{ relation }} as named
        inner join {{ ref('dim_posts') }} as posts on named.platform = posts.platform and named.permalink = posts.permalink

        union all

        select
            named.{{ key }},
            min(posts.post_key) as post_key,
            3 as place
        from {{ relation }} as named
        inner join {{ ref('dim_posts') }} as posts
            on named.platform = posts.platform
            and trim(named.title) = trim(posts.title)
            and (named.account_key is null or named.account_key = posts.account_key)
        group by named.{{ key }}
        having count(*) = 1
    ) as candidates
    group by {{ key }}
{%- endmacro %}

{#- The registry's metric that a register's word means - its id, its Chinese or its English label. -#}
{% macro metric_words() -%}
    select
        word,
        min(metric) as metric
    from (
        select metric, metric as word from {{ ref('dim_metrics') }}
        union all
        select metric, lower(label_zh) as word from {{ ref('dim_metrics') }}
        union all
        select metric, lower(label_en) as word from {{ ref('dim_metrics') }}
    ) as named
    group by word
{%- endmacro %}
