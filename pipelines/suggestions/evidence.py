"""The queries a suggestion stands on: each returns one row, rounded as the sentences show it.

The same SELECT is run here, on the frames the marts are made from, and by a reader on the release: a sentence can hold no other number.
"""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl

from pipelines.sql import literal

# Three digits that count; NULL stays NULL, 0 stays 0.
_ROUNDED = "case when {0} = 0 then 0.0 else round({0}, cast(2 - floor(log10(abs({0}))) as integer)) end as {1}"

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
        "e.campaign_key",
        "e.outcome",
        "e.outcome_unit",
        _ROUNDED.format("(e.expected_gain * c.calibration_number)", "expected_gain"),
        _ROUNDED.format("(e.expected_gain_low * c.calibration_number)", "expected_gain_low"),
        _ROUNDED.format("(e.expected_gain_high * c.calibration_number)", "expected_gain_high"),
        "90 as interval_percent",
        "cast(e.n_count as bigint) as n_count",
        "cast(e.account_count as bigint) as account_count",
        "cast(round(e.needed_count) as bigint) as needed_count",
    ]
)
SOURCES = """from marts.mart_effects as e
left join marts.mart_suggestion_calibration as c on c.suggestion_kind = e.suggestion_kind
left join core.dim_platforms as p on p.platform = e.platform
left join core.dim_accounts as a on a.account_key = e.account_key
left join marts.mart_segment_profiles as s on s.segment_key = e.segment_key"""


def evidence_sql(effect_key: str) -> str:
    """The SELECT over published tables that returns every number of one suggestion's sentences."""
    return f"select\n    {COLUMNS}\n{SOURCES}\nwhere e.effect_key = {literal(effect_key)}"


def evidence_rows(
    effects: pl.DataFrame, calibration: pl.DataFrame, platforms: pl.DataFrame, accounts: pl.DataFrame, segments: pl.DataFrame
) -> dict[str, dict[str, Any]]:
    """What `evidence_sql` returns for each effect, by effect key."""
    tables = {
        "marts.mart_effects": effects,
        "marts.mart_suggestion_calibration": calibration,
        "core.dim_platforms": platforms,
        "core.dim_accounts": accounts,
        "marts.mart_segment_profiles": segments,
    }
    with duckdb.connect(config={"threads": 1}) as connection:
        fill(connection, tables)
        found = connection.execute(f"select e.effect_key, {COLUMNS} {SOURCES} order by e.effect_key").pl()
    return {row.pop("effect_key"): row for row in found.to_dicts()}


def fill(connection: duckdb.DuckDBPyConnection, tables: dict[str, pl.DataFrame]) -> None:
    """Make tables of frames, under the names they are published by."""
    for name, rows in tables.items():
        connection.execute(f"create schema if not exists {name.split('.')[0]}")
        connection.register("incoming", rows.to_arrow())
        connection.execute(f"create table {name} as select * from incoming")
        connection.unregister("incoming")
