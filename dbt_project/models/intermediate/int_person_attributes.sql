-- What is known of each person, attribute by attribute. Several values of one attribute share the person between them by weight.

with aliases as (
    select * from {{ ref('stg_person_aliases') }}
),

profiles as (
    select
        {{ resolved_person('aliases', 'people.person_key') }} as person_key,
        people.observed_at,
        people.properties
    from {{ ref('stg_people') }} as people
    left join aliases on people.person_key = aliases.alias_person_key
    where people.kind = 'profile' and people.properties is not null
),

basics as (
    {{ profile_values('profiles') }}
),

latest_basics as (
    select
        person_key,
        attribute,
        value
    from (
        select
            *,
            row_number() over (partition by person_key, attribute order by observed_at desc, value asc) as place
        from basics
        where value is not null
    ) as ranked
    where place = 1
),

as_of as (
    select max(business_date) as as_of_date
    from {{ ref('fct_events') }}
    where person_key is not null
),

touched as (
    select
        events.person_key,
        events.verb,
        events.channel,
        posts.content_type,
        posts.platform,
        posts.account_key,
        features.topic
    from {{ ref('fct_events') }} as events
    left join {{ ref('dim_posts') }} as posts on events.post_key = posts.post_key
    left join {{ ref('int_post_features') }} as features on events.post_key = features.post_key
    cross join as_of
    where events.person_key is not null
        and events.business_date > {{ add_days('as_of.as_of_date', -var('segment_window_days')) }}
),

liked as (
    select * from touched
    where verb in ('like', 'comment', 'share', 'save')
),

products as (
    select distinct
        order_id,
        product_name
    from {{ ref('stg_orders') }}
    where product_name is not null
),

bought as (
    select
        orders.person_key,
        products.product_name
    from {{ ref('fct_orders') }} as orders
    inner join products on orders.order_id = products.order_id
    where orders.person_key is not null and not orders.is_cancelled
),

habits as (
    select
        *,
        (like_count + comment_count + share_count + save_count)
        * 7.0 / greatest(least(tenure_days + 1, {{ var('segment_window_days') }}), 7) as weekly_interactions
    from {{ ref('int_person_features') }}
),

facts as (
    select
        person_key,
        'basic' as dimension,
        attribute,
        case
            when attribute = 'gender' then {{ gender_group('value') }}
            when attribute = 'age' then {{ age_group('value') }}
            else value
        end as value,
        1.0 as weight,
        'profiles' as source
    from latest_basics
    {% for attribute in ['topic', 'content_type', 'platform'] %}
    union all

    select
        person_key,
        'interests' as dimension,
        '{{ attribute }}' as attribute,
        {{ attribute }} as value,
        1.0 as weight,
        'events' as source
    from liked
    {% endfor %}
    union all

    select
        person_key,
        'social' as dimension,
        'partner_account' as attribute,
        account_key as value,
        1.0 as weight,
        'events' as source
    from liked

    union all

    select
        person_key,
        'social' as dimension,
        'interaction' as attribute,
        verb as value,
        1.0 as weight,
        'events' as source
    from liked

    union all

    select
        person_key,
        'social' as dimension,
        'channel' as attribute,
        channel as value,
        1.0 as weight,
        'events' as source
    from touched

    union all

    select
        person_key,
        'social' as dimension,
        'interaction_frequency' as attribute,
        case
            when weekly_interactions = 0 then 'none'
            when weekly_interactions < 1 then 'below_weekly'
            when weekly_interactions < 3 then 'weekly'
            else 'several_a_week'
        end as value,
        1.0 as weight,
        'events' as source
    from habits

    union all

    select
        person_key,
        'consumption' as dimension,
        'order_frequency' as attribute,
        case when order_count = 0 then '0' when order_count = 1 then '1' when order_count <= 3 then '2-3' else '4+' end as value,
        1.0 as weight,
        'orders' as source
    from habits

    union all

    select
        person_key,
        'consumption' as dimension,
        'basket' as attribute,
        case
            when paid_amount / order_count < 50 then '<50'
            when paid_amount / order_count < 100 then '50-100'
            when paid_amount / order_count < 200 then '100-200'
            when paid_amount / order_count < 500 then '200-500'
            else '500+'
        end as value,
        1.0 as weight,
        'orders' as source
    from habits
    where order_count > 0

    union all

    select
        person_key,
        'consumption' as dimension,
        'coupon_use' as attribute,
        case when coupon_order_count = 0 then 'never' when coupon_order_count * 2 < order_count then 'sometimes' else 'mostly' end as value,
        1.0 as weight,
        'orders' as source
    from habits
    where order_count > 0

    union all

    select
        person_key,
        'consumption' as dimension,
        'product' as attribute,
        product_name as value,
        1.0 as weight,
        'orders' as source
    from bought
)

select
    person_key,
    dimension,
    attribute,
    value,
    cast(sum(weight) as double) as weight,
    max(source) as source
from facts
where value is not null
group by person_key, dimension, attribute, value
