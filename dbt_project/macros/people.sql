{#- The words by which sources say that a person took a coupon, quoted and in lower case; `coupon_words` in dbt_project.yml adds to them. -#}
{% macro coupon_words() -%}
    {%- set known = ['coupon', 'get_coupon', 'receive_coupon', 'claim_coupon', 'coupon_claim', 'redeem_coupon', 'use_coupon', '领券', '用券', '领取优惠券'] -%}
    {%- for word in known + var('coupon_words', []) -%}'{{ word | lower }}'{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{#-
  What earns points where the points register has no rule of its own: a default to start from, shown as such. `points_rules` in
  dbt_project.yml replaces it. event_type is a verb of `verbs` or a source's own word; no limit or no expiry is left out.
-#}
{% macro default_points_rules(condition) -%}
    {%- set rules = var('points_rules', none) or [
        {'rule': 'visit', 'event_type': 'visit', 'points_count': 1, 'daily_limit_count': 1},
        {'rule': 'like', 'event_type': 'like', 'points_count': 1, 'daily_limit_count': 5},
        {'rule': 'save', 'event_type': 'save', 'points_count': 2, 'daily_limit_count': 5},
        {'rule': 'comment', 'event_type': 'comment', 'points_count': 5, 'daily_limit_count': 3},
        {'rule': 'share', 'event_type': 'share', 'points_count': 5, 'daily_limit_count': 3},
        {'rule': 'pay', 'event_type': 'pay', 'points_count': 20, 'daily_limit_count': 3},
    ] -%}
    {%- for rule in rules %}
    select
        '{{ rule.rule }}' as rule,
        '{{ rule.event_type }}' as event_type,
        cast({{ rule.points_count }} as bigint) as points_count,
        cast({{ rule.daily_limit_count or 'null' }} as bigint) as daily_limit_count,
        cast({{ rule.valid_days or 'null' }} as bigint) as valid_days,
        cast('1970-01-01' as date) as starts_on,
        cast(null as date) as ends_on,
        'default' as rules_source
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
  The levels and the points each begins at, lowest first; the first begins at 0. `levels` in dbt_project.yml replaces them.
  Without `points` they are rows, with it the number of the level that so many points make: more points never make a lower one.
-#}
{% macro user_levels(points=none) -%}
    {%- set levels = var('levels', none) or [
        {'name_zh': '新人', 'name_en': 'Newcomer', 'from_points_count': 0},
        {'name_zh': '常客', 'name_en': 'Regular', 'from_points_count': 10},
        {'name_zh': '活跃', 'name_en': 'Active', 'from_points_count': 40},
        {'name_zh': '骨干', 'name_en': 'Contributor', 'from_points_count': 100},
        {'name_zh': '核心', 'name_en': 'Core', 'from_points_count': 200},
    ] -%}
    {%- if points is not none -%}
    cast(
        1 {%- for level in levels[1:] %}
        + case when {{ points }} >= {{ level.from_points_count }} then 1 else 0 end {%- endfor %}
        as bigint
    )
    {%- else -%}
    {%- for level in levels %}
    select
        cast({{ loop.index }} as bigint) as level_number,
        '{{ level.name_zh }}' as level_name_zh,
        '{{ level.name_en }}' as level_name_en,
        cast({{ level.from_points_count }} as bigint) as from_points_count
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{#- The first day of a date's month. -#}
{% macro month_start(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{#- A text out of a JSON object kept as text, by its key; NULL where the object lacks it. Called through adapter.dispatch. -#}
{% macro duckdb__json_text(column, key) -%}
    nullif(trim(json_extract_string({{ column }}, '$."{{ key }}"')), '')
{%- endmacro %}

{% macro default__json_text(column, key) -%}
    nullif(trim(get_json_object({{ column }}, '$["{{ key }}"]')), '')
{%- endmacro %}

{#-
  What each statement about a person says of it: one row per statement and attribute. The first property present counts, in the words
  of the sources; `profile_keys` in dbt_project.yml replaces the list.
-#}
{% macro profile_values(relation) -%}
    {%- set attributes = var('profile_keys', none) or {
        'age': ['age', '$age', 'user_age', 'age_group', '年龄', '年龄段'],
        'gender': ['gender', '$gender', 'sex', '性别'],
        'region': ['province', '$province', 'region', '$region', '省份', '地区', '地域'],
        'device': ['device', 'device_type', '$os', 'os', '$model', '设备'],
        'occupation': ['occupation', 'job', 'profession', '职业'],
    } -%}
    {%- set json_text = adapter.dispatch('json_text') -%}
    {%- for attribute, keys in attributes.items() %}
    select
        person_key,
        observed_at,
        '{{ attribute }}' as attribute,
        coalesce(
            null
            {%- for key in keys %},
            {{ json_text('properties', key) }}
            {%- endfor %}
        ) as value
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- One spelling of gender, and age in groups; what is not understood stays as it was said. -#}
{% macro gender_group(value) -%}
    case
        when lower({{ value }}) in ('male', 'm', 'man', '男', '男性') then 'male'
        when lower({{ value }}) in ('female', 'f', 'woman', '女', '女性') then 'female'
        else {{ value }}
    end
{%- endmacro %}

{% macro age_group(value) -%}
    case
        when {{ value }} is null or not regexp_matches({{ value }}, '^[0-9]{1,3}([.]0+)?$') then {{ value }}
        when cast({{ value }} as double) < 18 then '<18'
        when cast({{ value }} as double) < 25 then '18-24'
        when cast({{ value }} as double) < 35 then '25-34'
        when cast({{ value }} as double) < 45 then '35-44'
        when cast({{ value }} as double) < 55 then '45-54'
        else '55+'
    end
{%- endmacro %}
