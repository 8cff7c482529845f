{#- A column's value unless only a bound of it is known (100万+): bounds stay out of differences and rates. -#}
{% macro known(column, prefix='') -%}
    case when array_contains({{ prefix }}censored_columns, '{{ column }}') then null else {{ prefix }}{{ column }} end
{%- endmacro %}

{#- What counts as engagement is the platform's own list; the sum of the known members, NULL where none is known. -#}
{% macro engagement_count(prefix, members) -%}
    {%- set terms = [] -%}
    {%- for column in var('engagement_columns') -%}
        {%- do terms.append("case when array_contains(" ~ members ~ ", '" ~ column ~ "') then " ~ prefix ~ column ~ " end") -%}
    {%- endfor -%}
    {{ sum_present(terms) }}
{%- endmacro %}

{#- The key under which a source's word is listed in `words` ({key: [words]}), or NULL. -#}
{% macro key_of_word(column, words) -%}
    case
        {%- for key, listed in words.items() %}
        when lower({{ column }}) in ({% for word in listed %}'{{ word | lower }}'{{ ', ' if not loop.last }}{% endfor %}) then '{{ key }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- One spelling of a campaign's name, from posts, events and orders alike. -#}
{% macro campaign_key(column) -%}
    nullif(lower(trim({{ column }})), '')
{%- endmacro %}

{#- A pseudonym's successor: the identity it was later joined to, else itself. -#}
{% macro resolved_person(alias_relation, column) -%}
    coalesce({{ alias_relation }}.person_key, {{ column }})
{%- endmacro %}

{#- Every metric a post or an account may have. The platform's own engagement figure is kept apart from ours (`engagement_count`). -#}
{% macro metric_columns(relation) -%}
    {%- for column in var('increment_columns') + var('measure_columns') %}
    {% if column == 'engagement_reported_count' %}{{ relation }}.engagement_count as engagement_reported_count
    {%- else %}{{ relation }}.{{ column }}{% endif %}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- One key for post, capture and window: a NULL window would never match in a join. -#}
{% macro snapshot_key() -%}
    md5(concat_ws('|', post_key, {{ micros('captured_at') }}, window_kind, coalesce(cast(window_start as varchar), ''), coalesce(cast(window_end as varchar), '')))
{%- endmacro %}

{#- Each person's most frequent value of a column; of equals the first by name, so that two builds agree. -#}
{% macro most_frequent(relation, column) -%}
    select
        person_key,
        {{ column }}
    from (
        select
            person_key,
            {{ column }},
            row_number() over (partition by person_key order by count(*) desc, {{ column }}) as place
        from {{ relation }}
        where {{ column }} is not null
        group by person_key, {{ column }}
    ) as ranked
    where place = 1
{%- endmacro %}

{#- The platform's own net figure, else gained less lost. -#}
{% macro follower_net_count(prefix) -%}
    coalesce({{ prefix }}follower_net_count, {{ prefix }}follower_gain_count - {{ prefix }}follower_loss_count)
{%- endmacro %}

{#- The same sum where every member is exact; NULL where only a bound of one is known. For rates. -#}
{% macro exact_engagement_count(prefix, members) -%}
    case
            when not ({% for column in var('engagement_columns') -%}
                coalesce(array_contains({{ members }}, '{{ column }}') and array_contains({{ prefix }}censored_columns, '{{ column }}'), false)
                {{- ' or ' if not loop.last }}
            {%- endfor %})
                then {{ engagement_count(prefix, members) }}
        end
{%- endmacro %}

{#- Of a group's rows, the last known value by `at`: a later row without a value does not take the value away. -#}
{% macro latest_known(column, at) -%}
    max_by({{ column }}, {{ at }}) filter (where {{ column }} is not null)
{%- endmacro %}

{#- Every item of the lists of a group. -#}
{% macro all_items(column) -%}
    {{ return(adapter.dispatch('all_items')(column)) }}
{%- endmacro %}

{% macro duckdb__all_items(column) -%}
    flatten(list({{ column }}) filter (where {{ column }} is not null))
{%- endmacro %}

{% macro default__all_items(column) -%}
    flatten(collect_list({{ column }}))
{%- endmacro %}
