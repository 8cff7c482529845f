"""Fair comparisons: planted changes are found, none is found where there is none, and what cannot be said is not said."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.analysis import analyses
from pipelines.analyses.comparison.comparisons import comparison_tables
from pipelines.analyses.comparison.equal_age import wilson
from pipelines.analyses.comparison.intervals import around, chance_of_days, cluster_log_interval, generator, verdict
from tests.unit.analyses.comparison import made_up


def compared(days: pl.DataFrame, **chosen: object) -> pl.DataFrame:
    posts = made_up.posts(60)
    rows = comparison_tables(days, made_up.calendar(), posts, made_up.ages(posts), made_up.changes())["comparisons"]
    return rows.filter(
        **{"scope": "platform", "metric": "view_count", "measure": "per_day", "period_days": 28, "baseline_kind": "previous"} | chosen
    )


@pytest.mark.parametrize("accounts", [1, 2, 6])
@pytest.mark.parametrize(("factor", "expected"), [(1.0, "too_small_to_say"), (1.6, "up"), (0.5, "down")])
def test_a_planted_change_is_told_and_its_size_lies_in_the_interval(accounts, factor, expected):
    row = compared(made_up.account_days(accounts, factor=factor))
    assert row["verdict"].to_list() == [expected]
    assert row["log_ratio_lower"][0] < np.log(factor) < row["log_ratio_upper"][0]
    assert row["interval_method"].to_list() == ["accounts" if accounts >= 5 else "day_blocks"]
    assert row["day_count"][0] == 28 and row["account_count"][0] == accounts and row["coverage_rate"][0] == 1


def test_missing_days_do_not_look_like_a_fall():
    days = made_up.account_days(2)
    some = days.filter((pl.col("business_date") < made_up.LAST - dt.timedelta(days=10)) | (pl.col("business_date").dt.day() % 2 == 0))
    row = compared(some)
    assert abs(row["log_ratio"][0]) < 0.1 and row["day_count"][0] < 28
    assert "unequal_length" in row["flags"][0]


def test_an_account_that_lacks_most_days_is_left_out_on_both_sides():
    days = made_up.account_days(2)
    young = days.filter((pl.col("account_key") == "x:0") | (pl.col("business_date") > made_up.LAST - dt.timedelta(days=20)))
    row = compared(young)
    assert row["account_count"].to_list() == [1] and abs(row["log_ratio"][0]) < 0.1
    assert {"accounts_differ", "low_coverage"} <= set(row["flags"][0])


def test_a_short_history_gives_figures_and_no_verdict():
    row = compared(made_up.account_days(1, days=16), period_days=7)
    assert row["verdict"].to_list() == ["not_enough_evidence"] and row["value"][0] > 0
    assert row["log_ratio_lower"].to_list() == [None] and row["interval_method"].to_list() == [None]


def test_figures_from_another_source_are_not_judged():
    days = made_up.account_days(2, factor=3.0)
    report = pl.col("business_date") > made_up.LAST - dt.timedelta(days=28)
    mixed = days.with_columns(view_source=pl.when(report).then(pl.lit("account_report")).otherwise(pl.lit("post_difference")))
    row = compared(mixed)
    assert "definition_break" in row["flags"][0] and row["verdict"].to_list() == ["not_enough_evidence"]


@pytest.mark.parametrize(
    ("days_ago", "metric", "is_broken"), [(20, "view_count", True), (200, "view_count", False), (20, "save_count", False)]
)
def test_figures_counted_in_another_way_are_not_judged(days_ago, metric, is_broken):
    changes = made_up.changes(("x", metric, made_up.LAST - dt.timedelta(days=days_ago)))
    days, posts = made_up.account_days(2, factor=3.0), made_up.posts(60)
    rows = comparison_tables(days, made_up.calendar(), posts, made_up.ages(posts), changes)["comparisons"]
    of_views = rows.filter(scope="platform", measure="per_day", period_days=28, baseline_kind="previous", metric="view_count")
    assert ("definition_break" in of_views["flags"][0]) is is_broken
    assert of_views["verdict"].to_list() == ["not_enough_evidence" if is_broken else "up"]
    rate = rows.filter(scope="platform", measure="per_day", period_days=28, baseline_kind="previous", metric="engagement_rate_by_views")
    assert ("definition_break" in rate["flags"][0]) is is_broken


def test_a_festival_in_one_period_only_is_flagged():
    assert "holiday_mismatch" in compared(made_up.account_days(2))["flags"][0]


def test_a_signed_figure_has_a_difference_and_no_ratio():
    row = compared(made_up.account_days(2), metric="follower_net_count")
    assert row["log_ratio"].to_list() == [None] and row["verdict"].to_list() == ["too_small_to_say"]
    assert row["difference_lower"][0] < row["difference"][0] < row["difference_upper"][0]


def test_a_rate_is_weighted_over_the_days_where_both_sides_are_known():
    days = made_up.account_days(2)
    known = days.with_columns(engagement_count=pl.when(pl.col("business_date").dt.day() % 2 == 0).then(pl.col("view_count") * 0.05))
    row = compared(known, metric="engagement_rate_by_views")
    assert row["value"][0] == pytest.approx(0.05) and row["baseline"][0] == pytest.approx(0.05)


def test_last_year_appears_only_where_history_reaches():
    assert compared(made_up.account_days(1), baseline_kind="last_year").is_empty()
    row = compared(made_up.account_days(1, days=500), baseline_kind="last_year")
    assert row["account_count"].to_list() == [1] and row["baseline_ends_on"][0].year == 2025


def test_a_platform_that_stopped_delivering_is_outdated():
    late = made_up.account_days(1, platform="y").with_columns(pl.col("business_date").dt.offset_by("-30d"))
    rows = compared(pl.concat([made_up.account_days(1), late])).sort("platform")
    assert ["outdated" in flags for flags in rows["flags"]] == [False, True]


def test_posts_are_compared_at_the_same_age():
    posts = made_up.posts(70).with_columns(view_count=pl.lit(1000.0))
    young = pl.col("published_date") > made_up.LAST - dt.timedelta(days=35)
    ages = made_up.ages(posts).with_columns(
        pl.col("view_count") * pl.when(pl.col("post_key").is_in(posts.filter(young)["post_key"].to_list())).then(2).otherwise(1)
    )
    rows = comparison_tables(made_up.account_days(2), made_up.calendar(), posts, ages, made_up.changes())["comparisons"]
    row = rows.filter(scope="platform", measure="median_at_7_days", metric="view_count", period_days=28)
    assert row["verdict"].to_list() == ["up"] and row["log_ratio"][0] == pytest.approx(np.log(2), abs=0.05)
    assert row["post_count"][0] == row["baseline_post_count"][0] == 28 and row["coverage_rate"][0] == 1
    few = rows.filter(scope="platform", measure="median_at_7_days", metric="view_count", period_days=7)
    assert few["verdict"].to_list() == ["not_enough_evidence"] and few["log_ratio_lower"].to_list() == [None]


def test_what_vanished_posts_do_to_the_average():
    posts = made_up.posts(20).with_columns(view_count=pl.Series([10.0] * 5 + [100.0] * 15), is_deleted=pl.Series([True] * 5 + [False] * 15))
    survival = comparison_tables(made_up.account_days(1), made_up.calendar(), posts, made_up.ages(posts), made_up.changes())[
        "post_survival"
    ]
    year = survival.filter(period_days=365).row(0, named=True)
    assert year["deleted_rate"] == 0.25 and (year["deleted_lower_rate"], year["deleted_upper_rate"]) == wilson(5, 20)
    assert year["mean_view_count"] == 77.5 and year["drift_rate"] == pytest.approx(100 / 77.5 - 1)
    silent = comparison_tables(made_up.account_days(1), made_up.calendar(), made_up.posts(20), made_up.ages(posts), made_up.changes())[
        "post_survival"
    ]
    assert silent["deleted_rate"].null_count() == silent.height


def test_a_platform_is_ranked_in_its_own_past_and_one_leads():
    days = pl.concat([made_up.account_days(1, factor=2.0), made_up.account_days(1, factor=0.5, platform="y", seed=7)])
    posts = made_up.posts(20)
    rows = comparison_tables(days, made_up.calendar(), posts, made_up.ages(posts), made_up.changes())["platform_standing"].filter(
        metric="view_count", period_days=7
    )
    assert rows["is_leader"].to_list() == [True, False] and rows["percentile"][0] > 0.8 > 0.2 > rows["percentile"][1]
    short = comparison_tables(
        days.filter(pl.col("business_date") > made_up.LAST - dt.timedelta(days=20)),
        made_up.calendar(),
        posts,
        made_up.ages(posts),
        made_up.changes(),
    )
    assert set(short["platform_standing"].filter(period_days=28)["verdict"]) == {"not_enough_evidence"}


def test_wilson_never_pretends_to_certainty():
    z = 1.959963984540054
    assert wilson(0, 12) == (pytest.approx(0), pytest.approx(z**2 / (12 + z**2))) and wilson(0, 0) == (None, None)


def test_chance_holds_the_truth_as_often_as_it_says():
    """Days that hang together (autocorrelation 0.4), 17 weeks of history, nothing changed: about one in twenty is outside."""
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(200):
        steps, noise = rng.normal(size=120) * 0.5, np.zeros(120)
        for day in range(120):
            noise[day] = steps[day] if day == 0 else 0.4 * noise[day - 1] + steps[day] * np.sqrt(1 - 0.16)
        values = 1000 * np.exp(noise) * (1 + 0.3 * np.sin(np.arange(120) * 2 * np.pi / 7))
        chance = chance_of_days(values, np.arange(120) >= 113, (1, 1), rng, relative=True)
        low, high = around(float(np.log(values[-7:].sum() / values[-14:-7].sum())), chance)
        inside += low <= 0 <= high
    assert 0.9 <= inside / 200 <= 0.99


def test_fewer_than_five_accounts_have_no_spread_between_accounts():
    sides = np.ones((4, 2))
    assert np.isnan(cluster_log_interval(sides, sides, generator("few"))).all()
    assert verdict(*cluster_log_interval(sides, sides, generator("few"))) == "not_enough_evidence"


@pytest.mark.parametrize("name", ["maturity", "comparisons", "contributions"])
def test_the_order_of_rows_changes_nothing_and_nothing_is_needed(name):
    analysis = next(a for a in analyses() if a.name == name)
    posts = pl.concat([made_up.posts(60), made_up.posts(40, content_type="video", seed=5)])
    frames = {"posts": posts, "ages": made_up.ages(posts), "account_days": made_up.account_days(2), "dates": made_up.calendar()}
    frames["changes"] = made_up.changes(("x", "view_count", made_up.LAST - dt.timedelta(days=20)))
    given = {argument: frames[argument] for argument in analysis.reads}
    found = analysis.run(given)
    shuffled = analysis.run({argument: frame.sample(fraction=1, shuffle=True, seed=3) for argument, frame in given.items()})
    for table, frame in found.items():
        assert frame.height and frame.equals(shuffled[table]), table
    for argument in given:
        analysis.run(given | {argument: given[argument].clear()})
    assert all(table.is_empty() for table in analysis.run({argument: frame.clear() for argument, frame in given.items()}).values())
