create table raw.loads as
select
    md5(a.account_key || n.n::varchar) as load_id, a.account_name || '_作品列表_' || strftime(getvariable('last_day') - (n.n * 7)::integer, '%Y%m%d') || '.xlsx' as source_name,
    md5(a.account_key) as sha256, (20000 + n.n * 311)::bigint as byte_count, a.platform, a.account_key, a.platform || '.works' as format_id, '2026' as format_version,
    'utf-8' as encoding, 1::bigint as header_row, (getvariable('last_day') - (n.n * 7)::integer + interval 32 hour)::timestamptz as captured_at,
    'file_name' as captured_at_basis, (getvariable('last_day') - (n.n * 7)::integer + interval 34 hour)::timestamptz as loaded_at,
    (n.n % 3)::bigint as rows_rejected, (n.n % 2)::bigint as rows_duplicate, (60 - n.n)::bigint as rows_loaded,
    rows_loaded + rows_duplicate + rows_rejected as rows_in,
    case when n.n % 4 = 0 then ['流量来源占比'] else []::varchar[] end as unknown_columns, []::varchar[] as warnings, 'post_snapshots' as entity
from core.dim_accounts as a, range(0, 6) as n (n) where a.is_owned;

create table raw.rejects as
select l.load_id, (10 + r.r)::bigint as row_number, ['bad_value', 'missing_value'][1 + (r.r % 2)::integer] as reason_code,
    ['播放量', '作品名称'][1 + (r.r % 2)::integer] as column_name, ['"十几万" is not a number', 'no id and no title'][1 + (r.r % 2)::integer] as message,
    '=cmd|2026-11-0' || r.r || '|十几万' as raw_row
from raw.loads as l, range(0, 3) as r (r) where r.r < l.rows_rejected;

create table marts.mart_load_health as
select l.*, epoch(getvariable('published_at') - l.loaded_at) / 3600 as age_hours, l.rows_rejected / nullif(l.rows_in, 0)::double as reject_rate,
    r.top_reject_reason
from raw.loads as l left join (select load_id, mode(reason_code) as top_reject_reason from raw.rejects group by load_id) as r on l.load_id = r.load_id;

create table marts.mart_source_freshness as
select platform, account_key, format_id, max(captured_at)::date - 1 - case when platform = 'x' then 4 else 0 end as data_through_date,
    max(captured_at) as last_captured_at, max(loaded_at) as last_loaded_at, max(captured_at) + interval 36 hour as expected_by_at, platform = 'x' as is_late
from raw.loads group by platform, account_key, format_id;

create table quality.expectation_results as
select 'run1' as run_id, getvariable('published_at') as checked_at, door, dataset, expectation, column_name, severity, success, observed_value, unexpected_count, element_count, message
from (values
    ('lake', 'post_snapshots', 'expect_column_values_to_not_be_null', 'post_key', 'critical', true, '0', 0::bigint, 2310::bigint, null),
    ('lake', 'post_snapshots', 'expect_column_values_to_be_between', 'completion_rate', 'warning', false, '1.3', 2::bigint, 2310::bigint, '2 of 2310 values are above 1'),
    ('lake', 'events', 'expect_column_values_to_match_regex', 'person_key', 'critical', true, '0', 0::bigint, 81234::bigint, null),
    ('release', 'marts.mart_reach_daily', 'expect_compound_columns_to_be_unique', 'platform, account_key', 'critical', true, '0', 0::bigint, 1800::bigint, null),
    ('release', 'marts.mart_funnel_steps', 'expect_column_values_to_be_between', 'conversion_from_first_rate', 'critical', true, '1.0', 0::bigint, 2880::bigint, null)
) as t (door, dataset, expectation, column_name, severity, success, observed_value, unexpected_count, element_count, message);

create table quality.release as
select getvariable('release_id') as release_id, 'run1' as run_id, getvariable('published_at') as published_at, 'a1b2c3d4e5f6' as code_version,
    (select count(*) from raw.loads) as load_count, (select max(captured_at) from raw.loads) as data_through_at,
    4::bigint as expectations_passed_count, 1::bigint as expectations_failed_count;

create table raw.quarantined_files as
select 'f00d' as sha256, '门店周报.csv' as source_name, 'unknown_format' as reason_code,
    'No known format has these headers (门店, 店长). Describe it in data/formats/<name>.yaml.' as message,
    null::varchar as nearest_format, []::varchar[] as missing_headers, []::varchar[] as unexpected_headers, now() as noticed_at;
