"""Maturity curves and projections: monotone, honest about few posts, and a mature post's projection is itself."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipelines.analyses.comparison.maturity import AGES, curve, mature_age, maturity_tables
from tests.unit.analyses.comparison import made_up

VALUES = arrays.arrays(float, st.tuples(st.integers(0, 30), st.just(5)), elements=st.one_of(st.just(np.nan), st.floats(1, 1e7)))


@given(VALUES)
def test_a_curve_never_falls_and_never_exceeds_the_final_value(values):
    shares = curve(values)[0]
    known = shares[np.isfinite(shares)]
    assert (np.diff(known) >= -1e-12).all() and (known <= 1e-12).all()


@given(VALUES, st.randoms(use_true_random=False))
def test_a_curve_does_not_depend_on_the_order_of_posts(values, random):
    order = list(range(len(values)))
    random.shuffle(order)
    assert np.array_equal(curve(values), curve(values[order]), equal_nan=True)


def test_planted_shares_are_found():
    posts = made_up.posts(80)
    curves = maturity_tables(posts, made_up.ages(posts))["maturity_curves"].filter(metric="view_count")
    assert curves["share_rate"].to_list() == pytest.approx([0.3, 0.6, 0.85, 0.95, 1.0], abs=0.02)
    assert curves["n_count"].to_list() == [52] * 5 and set(curves["basis"]) == {"content_type"}
    assert 7 < curves["mature_age_days"][0] < 14


def test_few_posts_make_no_curve():
    posts = made_up.posts(30)
    tables = maturity_tables(posts, made_up.ages(posts.tail(7)))
    curves = tables["maturity_curves"]
    assert curves["share_rate"].null_count() == curves.height and set(curves["basis"]) == {"not_enough_posts"}
    young = tables["post_projections"].filter(~pl.col("is_mature"))
    assert young.height and young["projected"].null_count() == young.height
    assert young["observed"].null_count() == 0


def test_a_kind_with_few_posts_takes_its_platforms_curve():
    many, few = made_up.posts(80), made_up.posts(30, content_type="video", seed=9)
    posts = pl.concat([many, few])
    ages = pl.concat([made_up.ages(many), made_up.ages(few.tail(1))])
    curves = maturity_tables(posts, ages)["maturity_curves"].filter(metric="view_count", content_type="video")
    assert set(curves["basis"]) == {"platform"}
    assert curves["share_rate"].to_list() == pytest.approx([0.3, 0.6, 0.85, 0.95, 1.0], abs=0.02)


def test_an_age_that_old_posts_lack_is_linked_through_younger_ones():
    posts = made_up.posts(80)
    ages = made_up.ages(posts)
    old = posts.filter(pl.col("view_age_days") >= 28)["post_key"].to_list()
    ages = ages.filter(~(pl.col("post_key").is_in(old) & (pl.col("age_days") < 7)))
    curves = maturity_tables(posts, ages)["maturity_curves"].filter(metric="view_count")
    assert curves["basis"].to_list() == ["linked", "linked", "content_type", "content_type", "content_type"]
    assert curves["share_rate"].to_list() == pytest.approx([0.3, 0.6, 0.85, 0.95, 1.0], abs=0.04)
    widths = (curves["upper_rate"] / curves["lower_rate"]).log()
    assert widths[0] > widths[1] > widths[2]


def test_the_projection_of_a_mature_post_is_itself_and_a_young_ones_lies_in_its_interval():
    posts = made_up.posts(80)
    rows = maturity_tables(posts, made_up.ages(posts))["post_projections"].filter(metric="view_count")
    mature, young = rows.filter("is_mature"), rows.filter(~pl.col("is_mature"))
    assert mature.height and (mature["projected"] == mature["observed"]).all() and (mature["lower"] == mature["upper"]).all()
    known = young.drop_nulls("projected")
    assert known.height and (known["projected"] >= known["observed"]).all()
    assert ((known["lower"] <= known["projected"]) & (known["projected"] <= known["upper"])).all()
    assert young.filter(pl.col("age_days") < 1)["basis"].to_list() == ["too_young"]


def test_an_interval_of_four_in_five_holds_four_finals_in_five():
    rng = np.random.default_rng(4)
    values = np.column_stack([np.exp(rng.normal(np.log(share), 0.3, size=4000)) for share in (0.3, 0.5, 0.7, 0.9)] + [np.ones(4000)])
    found = curve(values[:200])
    inside = (np.log(values[200:, 1]) >= found[1, 1]) & (np.log(values[200:, 1]) <= found[2, 1])
    assert inside.mean() == pytest.approx(0.8, abs=0.06)


def test_a_deleted_young_post_is_not_projected():
    posts = made_up.posts(80).with_columns(is_deleted=pl.col("view_age_days") < 5)
    rows = maturity_tables(posts, made_up.ages(posts))["post_projections"].filter(~pl.col("is_mature") & (pl.col("age_days") < 5))
    assert set(rows["basis"]) == {"deleted"} and rows["projected"].null_count() == rows.height


def test_the_mature_age_lies_where_the_curve_crosses_nine_tenths():
    shares = np.log(np.array([0.3, 0.6, 0.8, 0.95, 1.0]))
    age = mature_age(shares)
    assert 7 < age < 14 and np.exp(np.interp(np.log(age), np.log(AGES), shares)) == pytest.approx(0.9)
    assert mature_age(np.log(np.array([0.95, 0.96, 0.97, 0.98, 1.0]))) == 1
    assert np.isnan(mature_age(np.full(5, np.nan)))
