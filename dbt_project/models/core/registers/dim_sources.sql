-- What the platforms' folders say of their own exports, unless the register says otherwise.
with registered as (
    select * from {{ ref('stg_sources') }}
),

of_platforms as (
    select platform
    from registered
    where platform is not null and source_format_id is null
),

shipped as (
    select
        platform,
        name_zh,
        channel_type,
        terms_reference,
        personal_data_class,
        retention_days
    from {{ ref('stg_platforms') }}
    where
        channel_type is not null
        and platform not in (select platform from of_platforms)
)

select
    source_key,
    source_label,
    platform,
    source_format_id as format_id,
    channel_type,
    terms_reference,
    personal_data_class,
    retention_days,
    is_allowed,
    true as is_registered,
    owner,
    reviewed_on,
    note,
    loaded_at,
    load_id
from registered

union all

select
    {{ register_key(['platform']) }} as source_key,
    name_zh as source_label,
    platform,
    cast(null as varchar) as format_id,
    channel_type,
    terms_reference,
    personal_data_class,
    retention_days,
    true as is_allowed,
    false as is_registered,
    cast(null as varchar) as owner,
    cast(null as date) as reviewed_on,
    cast(null as varchar) as note,
    cast(null as timestamp with time zone) as loaded_at,
    cast(null as varchar) as load_id
from shipped
