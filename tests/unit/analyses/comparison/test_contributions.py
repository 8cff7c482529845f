"""The parts of a change add up to it, nothing depends on order, and a reversal is told."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.analyses.comparison.contributions import Sides, contribution_tables, is_simpson_reversal, split_average, split_total
from tests.unit.analyses.comparison import made_up

# Applicants and admissions per department, Berkeley 1973 (Bickel, Hammel, O'Connell).
MEN = np.array([[825, 512], [560, 353], [325, 120], [417, 138], [191, 53], [373, 22]])
WOMEN = np.array([[108, 89], [25, 17], [593, 202], [375, 131], [393, 94], [341, 24]])


@st.composite
def sides(draw):
    count = draw(st.integers(1, 8))
    size = st.lists(st.integers(0, 1000), min_size=count, max_size=count).filter(sum)
    rate = st.lists(st.floats(0, 1e5), min_size=count, max_size=count)
    before, now = (np.array(draw(size), dtype=float) for _ in range(2))
    rates = [np.array(draw(rate)) for _ in range(2)]
    # Where a stratum has nothing there is no rate.
    rates = [np.where(size > 0, one, np.nan) for size, one in zip((before, now), rates, strict=True)]
    kept = before + now > 0
    return Sides(before[kept], now[kept], rates[0][kept], rates[1][kept])


def total(size, rate):
    return float((size * np.nan_to_num(rate)).sum())


@given(sides())
def test_the_parts_of_a_total_add_up_to_its_change(known):
    parts = split_total(known)
    change = total(known.size_now, known.rate_now) - total(known.size_before, known.rate_before)
    scale = total(known.size_now, known.rate_now) + total(known.size_before, known.rate_before)
    assert sum(float(part.sum()) for part in parts.values()) == pytest.approx(change, abs=1e-9 * max(scale, 1))


@given(sides())
def test_the_parts_of_a_stratum_add_up_to_its_own_change(known):
    parts = split_total(known)
    change = known.size_now * np.nan_to_num(known.rate_now) - known.size_before * np.nan_to_num(known.rate_before)
    assert sum(parts.values()) == pytest.approx(change, abs=1e-6)


@given(sides())
def test_the_parts_of_an_average_add_up_to_its_change(known):
    parts = split_average(known)
    averages = [total(s, r) / s.sum() for s, r in ((known.size_now, known.rate_now), (known.size_before, known.rate_before))]
    assert sum(float(part.sum()) for part in parts.values()) == pytest.approx(
        averages[0] - averages[1], abs=1e-9 * max(averages[0] + averages[1], 1)
    )


@given(sides(), st.randoms(use_true_random=False))
def test_the_order_of_strata_changes_nothing(known, random):
    order = list(range(known.size_now.size))
    random.shuffle(order)
    moved = Sides(*(side[order] for side in (known.size_before, known.size_now, known.rate_before, known.rate_now)))
    for split in (split_total, split_average):
        for name, part in split(known).items():
            assert part[order] == pytest.approx(split(moved)[name], rel=1e-9, abs=1e-9)


def test_more_of_the_same_is_volume_only():
    parts = split_total(Sides(np.array([10.0, 30.0]), np.array([20.0, 60.0]), np.array([5.0, 2.0]), np.array([5.0, 2.0])))
    assert parts["volume"].sum() == pytest.approx(110) and not parts["mix"].any() and not parts["rate"].any()


def test_a_stratum_that_appears_is_mix_and_volume_and_no_rate():
    parts = split_total(Sides(np.array([10.0, 0.0]), np.array([10.0, 10.0]), np.array([5.0, np.nan]), np.array([5.0, 50.0])))
    assert not parts["rate"].any() and parts["volume"].sum() + parts["mix"].sum() == pytest.approx(500)


def test_berkeley_admissions_are_a_reversal():
    known = Sides(MEN[:, 0].astype(float), WOMEN[:, 0].astype(float), MEN[:, 1] / MEN[:, 0], WOMEN[:, 1] / WOMEN[:, 0])
    assert MEN[:, 1].sum() / MEN[:, 0].sum() == pytest.approx(0.445, abs=5e-4)
    assert WOMEN[:, 1].sum() / WOMEN[:, 0].sum() == pytest.approx(0.304, abs=5e-4)
    parts = split_average(known)
    assert parts["mix"].sum() + parts["rate"].sum() == pytest.approx(0.3035 - 0.4452, abs=1e-3)
    assert parts["rate"].sum() > 0 > parts["mix"].sum()
    assert is_simpson_reversal(known)


def test_strata_that_go_along_are_no_reversal():
    both = Sides(np.array([10.0, 10.0]), np.array([10.0, 10.0]), np.array([0.1, 0.2]), np.array([0.2, 0.3]))
    assert not is_simpson_reversal(both)
    assert not is_simpson_reversal(Sides(np.array([10.0]), np.array([10.0]), np.array([0.1]), np.array([0.1])))


def test_rows_add_up_to_the_change_of_each_kpi():
    posts = pl.concat(
        [made_up.posts(60), made_up.posts(40, content_type="video", seed=5, step_days=1.5), made_up.posts(50, platform="y", seed=6)]
    )
    rows = contribution_tables(posts, made_up.ages(posts))["contributions"]
    assert set(rows["scope"]) == {"platform", "all"} and set(rows["kpi"]) >= {"engagement_count", "engagement_per_post"}
    sums = rows.group_by("scope", "platform", "kpi", "period_days").agg(
        change=pl.col("contribution").sum(),
        expected=(pl.col("total_value") - pl.col("total_baseline")).first(),
        size=pl.col("total_value").first(),
    )
    assert ((sums["change"] - sums["expected"]).abs() <= 1e-9 * (sums["size"] + 1)).all()
    across = rows.filter(scope="all")
    assert set(across["stratum"]) == {"x", "y"} and "view_count" not in set(across["kpi"])


def test_few_posts_are_not_divided():
    posts = made_up.posts(20, step_days=4)
    assert contribution_tables(posts, made_up.ages(posts))["contributions"].filter(period_days=7).is_empty()


def test_posts_without_a_figure_count_as_posts_with_their_kinds_average():
    posts = made_up.posts(80).with_columns(view_count=pl.lit(100.0), engagement_count=pl.lit(10.0))
    ages = made_up.ages(posts, spread=0.0)
    last = made_up.LAST - dt.timedelta(days=7)
    recent = posts.filter(pl.col("published_date") > last - dt.timedelta(days=7))["post_key"].to_list()
    rows = contribution_tables(posts, ages.filter(~pl.col("post_key").is_in(recent[1::2])))["contributions"].filter(
        kpi="engagement_count", period_days=28
    )
    assert rows["contribution"].sum() == pytest.approx(0, abs=1e-9) and rows["coverage_rate"][0] < 1
