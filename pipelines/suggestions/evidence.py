"""The queries a suggestion stands on: each returns one row, rounded as the sentences show it.

The same SELECT is run here, on the frames the marts are made from, and by a reader on the release: a sentence can hold no other number.
"""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl

from pipelines.sql import literal
from pipelines.suggestions.shape import MINIMUM_COUNT

# Three digits that count; NULL stays NULL, 0 stays 0.
_ROUNDED = "case when {0} = 0 then 0.0 else round({0}, cast(2 - floor(log10(abs({0}))) as integer)) end as {1}"

# A level's name where it is another table's key, or a span of hours or seconds in words.
_LEVEL_NAME = (
    "coalesce(s{0}.segment_name_{1}, p{0}.name_{1}, "
    "case when e.lever = 'publish_slot' and e.{0}_level like '__-__' then replace(e.{0}_level, '-', ':00–') || ':59' "
    "when e.lever = 'duration_bin' and e.{0}_level like '%s+' then replace(e.{0}_level, 's+', '{2}') "
    "when e.lever = 'duration_bin' and e.{0}_level like '%s' then replace(e.{0}_level, 's', '{3}') end) as {0}_name_{1}"
)
# An arm smaller than this gives no verdict (see falsifier); NULL stays NULL.
_NEEDED = (
    "case when e.outcome_unit in ('per_post', 'per_person', 'per_person_week') and e.needed_count < {0} then {0} "
    "else cast(round(e.needed_count) as bigint) end as needed_count"
)
COLUMNS = ",\n    ".join(
    [
        "e.lever",
        "e.from_level",
        "e.to_level",
        "coalesce(p.name_zh, e.platform) as platform_zh",
        "coalesce(p.name_en, e.platform) as platform_en",
        "coalesce(a.account_name, e.account_key) as account_name",
        "coalesce(s.segment_name_zh, e.segment_key) as segment_name_zh",
        "coalesce(s.segment_name_en, e.segment_key) as segment_name_en",
        *(
            _LEVEL_NAME.format(side, language, *words)
            for side in ("from", "to")
            for language, words in (("zh", (" 秒以上", " 秒")), ("en", (" seconds or more", " seconds")))
        ),
        "e.campaign_key",
        "e.outcome",
        "e.outcome_unit",
        _ROUNDED.format("(e.expected_gain * c.calibration_number)", "expected_gain"),
        _ROUNDED.format("(e.expected_gain_low * c.calibration_number)", "expected_gain_low"),
        _ROUNDED.format("(e.expected_gain_high * c.calibration_number)", "expected_gain_high"),
        "90 as interval_percent",
        "cast(e.n_count as bigint) as n_count",
        "cast(e.account_count as bigint) as account_count",
        _NEEDED.format(MINIMUM_COUNT),
    ]
)
SOURCES = """from marts.mart_effects as e
left join marts.mart_suggestion_calibration as c on c.suggestion_kind = {kind}
left join core.dim_platforms as p on p.platform = e.platform
left join core.dim_accounts as a on a.account_key = e.account_key
left join marts.mart_segment_profiles as s on s.segment_key = e.segment_key
left join marts.mart_segment_profiles as sfrom on 'segment=' || sfrom.segment_key = e.from_level
left join marts.mart_segment_profiles as sto on 'segment=' || sto.segment_key = e.to_level
left join core.dim_platforms as pfrom on 'platform=' || pfrom.platform = e.from_level
left join core.dim_platforms as pto on 'platform=' || pto.platform = e.to_level"""


def evidence_sql(effect_key: str, kind: str) -> str:
    """The SELECT over published tables that returns every number of one suggestion's sentences; `kind` is whose promises it is held to."""
    return f"select\n    {COLUMNS}\n{SOURCES.format(kind=literal(kind))}\nwhere e.effect_key = {literal(effect_key)}"


def evidence_rows(
    effects: pl.DataFrame, calibration: pl.DataFrame, platforms: pl.DataFrame, accounts: pl.DataFrame, segments: pl.DataFrame
) -> dict[str, dict[str, Any]]:
    """What `evidence_sql` returns for each effect under its kind, by effect key."""
    tables = {
        "marts.mart_effects": effects,
        "marts.mart_suggestion_calibration": calibration,
        "core.dim_platforms": platforms,
        "core.dim_accounts": accounts,
        "marts.mart_segment_profiles": segments,
    }
    with duckdb.connect(config={"threads": 1}) as connection:
        fill(connection, tables)
        found = connection.execute(f"select e.effect_key, {COLUMNS} {SOURCES.format(kind='e.suggestion_kind')} order by e.effect_key").pl()
    return {row.pop("effect_key"): row for row in found.to_dicts()}


def fill(connection: duckdb.DuckDBPyConnection, tables: dict[str, pl.DataFrame]) -> None:
    """Make tables of frames, under the names they are published by."""
    for name, rows in tables.items():
        connection.execute(f"create schema if not exists {name.split('.')[0]}")
        connection.register("incoming", rows.to_arrow())
        connection.execute(f"create table {name} as select * from incoming")
        connection.unregister("incoming")
