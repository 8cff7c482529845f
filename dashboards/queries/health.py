"""What the data-health page asks: loads, rejects, source ages, check results."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards import format as fmt
from dashboards.data import one, query
from dashboards.i18n import t
from pipelines.settings import settings


def totals() -> dict[str, Any]:
    """Loads and rows over the whole install."""
    return (
        one(
            """
            select count(*) as loads, sum(rows_in)::bigint as rows_in, sum(rows_loaded)::bigint as rows_loaded,
                sum(rows_duplicate)::bigint as rows_duplicate, sum(rows_rejected)::bigint as rows_rejected,
                max(loaded_at) as last_loaded_at,
                sum(rows_rejected) / nullif(sum(rows_in), 0)::double as reject_rate
            from marts.mart_load_health
            """
        )
        or {}
    )


def balance(row: dict[str, Any]) -> str:
    """Whether every row that came in is accounted for, in words."""
    parts = {"loaded": row["rows_loaded"], "duplicate": row["rows_duplicate"], "rejected": row["rows_rejected"]}
    fits = row["rows_in"] == sum(parts.values())
    return t("data_health.balance" if fits else "data_health.balance_broken", **{name: fmt.count(n) for name, n in parts.items()})


def release_line(release: dict[str, Any]) -> str:
    """The published release in a line: its id, when it was published, by which version of the code, from how many files."""
    return t(
        "data_health.release",
        id=release.get("release_id", fmt.MISSING),
        at=fmt.moment(release.get("published_at")),
        version=str(release.get("code_version") or fmt.MISSING)[:12],
        loads=fmt.count(release.get("load_count")),
    )


def check_totals() -> dict[str, Any]:
    """Expectations of the latest run at each door: how many, how many held, how many failed by severity."""
    return (
        one(
            f"""
            select count(*) as checks, count(*) filter (where success) as passed,
                count(*) filter (where not success and severity = 'critical') as critical, count(*) filter (where not success) as failed,
                max(checked_at) as checked_at
            from ({LATEST})
            """
        )
        or {}
    )


# Doors are checked at different moments of a run; each one's latest run counts.
LATEST = """
    select * from quality.expectation_results
    qualify run_id = arg_max(run_id, checked_at) over (partition by door, dataset)
"""


def check_note(row: dict[str, Any]) -> str:
    """What failed, in words."""
    if not row["checks"]:
        return t("data_health.no_checks")
    return t("data_health.all_passed") if not row["failed"] else t("data_health.some_failed", n=row["failed"], critical=row["critical"])


def sources() -> pd.DataFrame:
    """One row per source, late ones first."""
    return query(
        """
        select platform, account_key, format_id, data_through_date, last_captured_at, last_loaded_at, expected_by_at, is_late
        from marts.mart_source_freshness order by is_late desc nulls last, data_through_date, platform, account_key
        """
    )


def loads() -> pd.DataFrame:
    """One row per load, latest first; those with rejects keep their commonest reason."""
    return query(
        """
        select load_id, loaded_at, source_name, platform, account_key, format_id, rows_in, rows_loaded, rows_duplicate, rows_rejected,
            top_reject_reason, array_to_string(unknown_columns, ', ') as unknown_columns, captured_at, captured_at_basis
        from marts.mart_load_health order by loaded_at desc, source_name limit 2000
        """
    )


def rejects(load_id: str | None = None) -> pd.DataFrame:
    """One row per rejected row with its reason, of one load or of all."""
    return query(
        """
        select l.source_name, r.row_number, r.reason_code, r.column_name, r.message, r.raw_row
        from raw.rejects as r inner join raw.loads as l on r.load_id = l.load_id
        where $load_id::varchar is null or r.load_id = $load_id::varchar
        order by l.loaded_at desc, l.source_name, r.row_number limit 2000
        """,
        load_id=load_id,
    )


def rejects_by_reason() -> pd.DataFrame:
    """One row per reason: rows refused and in how many files."""
    return query(
        """
        select reason_code, count(*) as rows_rejected, count(distinct load_id) as load_count
        from raw.rejects group by reason_code order by rows_rejected desc
        """
    )


def refused_files() -> pd.DataFrame:
    """One row per file that could not be taken in: what was wrong and what to do."""
    return query(
        """
        select source_name, reason_code, message, nearest_format, array_to_string(missing_headers, ', ') as missing_headers, noticed_at
        from raw.quarantined_files order by noticed_at desc, source_name
        """
    )


def checks(only_failed: bool) -> pd.DataFrame:
    """One row per expectation of the latest run, failed ones first."""
    return query(
        f"""
        select success, severity, door, dataset, expectation, column_name, observed_value, unexpected_count, element_count,
            message, checked_at
        from ({LATEST}) where not ($only_failed and success)
        order by success, severity, door, dataset, column_name
        """,
        only_failed=only_failed,
    )


def data_docs() -> list[str]:
    """Where Great Expectations wrote its pages, one per door; [] before it did."""
    return [str(page) for page in sorted(settings().quality.rglob("data_docs/local_site/index.html"))]
