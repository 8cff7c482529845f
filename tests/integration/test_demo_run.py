"""One simulated brand through the whole pipeline: published, complete, true to the books, and the same when run again."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.conftest import figures, rows, run_pulse

MARTS = [
    "mart_account_daily",
    "mart_reach_daily",
    "mart_engagement_daily",
    "mart_engagement_posts",
    "mart_funnel_steps",
    "mart_user_segments",
    "mart_segment_profiles",
    "mart_time_series",
    "mart_forecasts",
    "mart_forecast_scores",
    "mart_load_health",
    "mart_source_freshness",
]


def test_every_mart_has_rows(demo: Path) -> None:
    empty = [mart for mart in MARTS if rows(demo, f"select count(*) from marts.{mart}") == [(0,)]]
    assert not empty, f"empty marts: {empty}"


def test_every_row_of_every_file_is_accounted_for(demo: Path) -> None:
    assert rows(demo, "select source_name from raw.loads where rows_in <> rows_loaded + rows_duplicate + rows_rejected") == []
    rejected = rows(demo, "select sum(rows_rejected) from raw.loads")[0][0]
    assert rows(demo, "select count(*) from raw.rejects")[0][0] == rejected


def test_running_again_with_nothing_new_changes_nothing(demo_copy: Path) -> None:
    before = figures(demo_copy)
    again = json.loads(run_pulse(demo_copy, "run", "--json").stdout)
    assert again["is_new"] is False
    assert figures(demo_copy) == before


def test_rebuilding_from_the_lake_alone_gives_the_same_figures(demo_copy: Path) -> None:
    before = figures(demo_copy)
    run_pulse(demo_copy, "rebuild")
    after = figures(demo_copy)
    assert {t for t in before if before[t] != after[t]} == set()


def test_every_table_says_what_one_row_is(demo: Path) -> None:
    silent = rows(
        demo,
        """select schema_name || '.' || table_name from duckdb_tables()
           where schema_name in ('core', 'marts') and coalesce(comment, '') not like 'One row per%'""",
    )
    assert silent == []


def test_every_column_is_described(demo: Path) -> None:
    silent = rows(
        demo,
        """select schema_name || '.' || table_name || '.' || column_name from duckdb_columns()
           where schema_name in ('core', 'marts') and coalesce(comment, '') = ''""",
    )
    assert silent == []


def test_posts_of_all_captures_are_the_same_posts(demo: Path) -> None:
    duplicated = rows(
        demo,
        """select account_key, title, published_at, count(*) from core.dim_posts
           where published_precision = 'second' group by all having count(distinct post_key) > 1""",
    )
    assert duplicated == []
    assert rows(demo, "select count(*) > 0 from (select post_key from core.fct_post_snapshots group by 1 having count(*) > 5)") == [(True,)]


def test_expectations_are_kept_with_the_release(demo: Path) -> None:
    doors = {door for (door,) in rows(demo, "select distinct door from quality.expectation_results")}
    assert doors == {"lake", "release"}
    assert rows(demo, "select count(*) from quality.expectation_results where not success and severity = 'critical'") == [(0,)]
    assert list((demo / "quality").rglob("index.html")), "Data Docs were not written"
