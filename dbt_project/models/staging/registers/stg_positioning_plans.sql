-- Forms of content under the names that posts have; other values stand as written.
{%- set content_types = {
    'short_video': ['短视频'], 'long_video': ['长视频', '中长视频'], 'image_text': ['图文', '图片'], 'article': ['文章', '长文'], 'text': ['文字', '动态'],
    'live': ['直播'], 'h5': ['H5'], 'animation': ['动画'], 'topic': ['话题'], 'audio': ['音频']} %}
select
    load_id,
    row_number,
    loaded_at,
    source_name,
    {{ register_key(['platform', 'account_name', 'dimension_type', 'dimension_value', 'starts_on']) }} as positioning_plan_key,
    platform,
    {{ register_account() }} as account_key,
    dimension_type,
    coalesce(
        case when dimension_type = 'content_type' then {{ key_of_word('dimension_value', content_types) }} end, dimension_value
    ) as dimension_value,
    planned_share_rate,
    weekly_post_count,
    starts_on,
    ends_on,
    note,
    extra
from (
    {{ current_register('positioning_plans', ['platform', 'account_name', 'dimension_type', 'dimension_value', 'starts_on']) }}
) as rows_of_now
