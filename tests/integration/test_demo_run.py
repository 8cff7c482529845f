"""One simulated brand through the whole pipeline: published, complete, true to the books, and the same when run again."""

from __future__ import annotations

import json
from pathlib import Path

from dashboards.i18n import words
from tests.integration.conftest import figures, rows, run_pulse

# What a brand of one account per platform and 150 days has no evidence for; all else is filled.
MAY_BE_EMPTY = {
    "mart_ad_budget_moves": "no pair of audiences differs beyond doubt",
    "mart_campaign_paths": "a campaign needs three other accounts",
    "mart_potential_users": "a conversion model needs more conversions in a later period",
    "mart_suggestion_outcomes": "nobody has adopted a suggestion",
}


def test_every_mart_has_rows(demo: Path) -> None:
    marts = [mart for (mart,) in rows(demo, "select table_name from duckdb_tables() where schema_name = 'marts'")]
    empty = {mart for mart in marts if rows(demo, f"select count(*) from marts.{mart}") == [(0,)]}
    assert len(marts) > 50
    assert empty <= MAY_BE_EMPTY.keys(), f"empty marts: {sorted(empty - MAY_BE_EMPTY.keys())}"


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


def test_every_forecast_model_has_a_name(demo: Path) -> None:
    models = {f"model.{model}" for (model,) in rows(demo, "select distinct model from marts.mart_forecast_scores")}
    assert models and models <= words("zh").keys() & words("en").keys()


def test_expectations_are_kept_with_the_release(demo: Path) -> None:
    doors = {door for (door,) in rows(demo, "select distinct door from quality.expectation_results")}
    assert doors == {"lake", "release"}
    assert rows(demo, "select count(*) from quality.expectation_results where not success and severity = 'critical'") == [(0,)]
    assert list((demo / "quality").rglob("index.html")), "Data Docs were not written"
