"""A small made-up release for the app's tests: every table the dashboards read, filled in SQL with plausible figures.

Only suggestions come from their own engine: they are sentences and queries that must fit each other.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import duckdb
import polars as pl

from pipelines.suggestions.evidence import fill
from tests.unit.suggestions import made_up

SQL_DIR = Path(__file__).parent / "release_sql"
END_DATE = "2026-11-21"


def build_release(data_dir: Path, days: int = 120, name: str = "20261122T060000", published_at: str | None = None) -> Path:
    """Write ``releases/<name>.duckdb`` under data_dir, point ``warehouse.duckdb`` at it and return the release's path.

    published_at is the publishing time the release claims; None means now.
    """
    releases = data_dir / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    path = releases / f"{name}.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'Asia/Shanghai'; create temp macro rnd(a, b) as (hash(a || b::varchar) % 100003) / 100003.0;")
        connection.execute(f"set variable last_day = date '{END_DATE}'; set variable first_day = date '{END_DATE}' - {days - 1};")
        connection.execute(f"set variable published_at = {'now()' if published_at is None else repr(published_at)}::timestamptz;")
        connection.execute(f"set variable release_id = '{name}';")
        for script in sorted(SQL_DIR.glob("*.sql")):
            connection.execute(script.read_text(encoding="utf-8"))
        fill(connection, _suggestions())
    link = data_dir / "warehouse.duckdb"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / path.name)
    return path


@lru_cache(maxsize=1)
def _suggestions() -> dict[str, pl.DataFrame]:
    given = made_up.inputs(made_up.ZOO)
    return {
        "marts.mart_suggestions": made_up.suggestions(made_up.ZOO),
        "marts.mart_suggestion_outcomes": given["outcomes"],
        "marts.mart_suggestion_calibration": given["calibration"],
    }


def empty_release(data_dir: Path) -> Path:
    """A release with every table and not one business row: what an install looks like before its first export."""
    path = build_release(data_dir, name="empty")
    with duckdb.connect(str(path)) as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_name not in ('dim_metrics', 'dim_dates', 'dim_platforms', 'release')"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"delete from {table}")
    return path
