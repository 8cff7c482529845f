"""The world: followers add up, counts only grow, planted effects are there, nulls are null."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from pipelines.simulate import parameters as p
from pipelines.simulate.people import EVENT_ORDER, FAR, build_people
from pipelines.simulate.world import Scenario, World, build


@pytest.fixture(scope="module")
def world() -> World:
    return build(Scenario(seed=3, days=120, accounts=2, scale=4.0))


def test_followers_are_yesterdays_plus_gains_minus_losses(world: World) -> None:
    days = world.account_days
    before = np.column_stack([world.accounts["followers_at_start"], days["follower_total"][:, :-1]])
    assert (days["follower_total"] == before + days["follower_gain"] - days["follower_loss"]).all()
    assert (days["follower_net"] == days["follower_gain"] - days["follower_loss"]).all()


def test_counts_never_fall_by_themselves_and_actions_never_exceed_views(world: World) -> None:
    views = world.increments["views"]
    assert all((v >= 0).all() for v in world.increments.values())
    assert (world.increments["likes"] <= views).all()
    shown = world.posts["platform"].to_numpy() == "xiaohongshu"
    assert (world.increments["impressions"][shown] >= views[shown]).all()


def test_an_accounts_day_is_the_sum_over_its_posts(world: World) -> None:
    for index in (0, 5):
        posts = world.posts.filter(pl.col("account_index") == index)
        total = np.zeros(world.scenario.all_days + p.AGE_DAYS, dtype=int)
        for number, day in posts.select("post_index", "day").iter_rows():
            total[day : day + p.AGE_DAYS] += world.increments["likes"][number]
        assert (total[: world.scenario.all_days] == world.account_days["likes"][index]).all()


@pytest.mark.parametrize(
    ("feature", "count", "truth"),
    [("question_title", "comments", 0.25), ("question_title", "likes", 0.0), ("number_title", "comments", 0.0)],
)
def test_planted_effects_are_in_the_rates(world: World, feature: str, count: str, truth: float) -> None:
    age = p.AGE_DAYS - 1
    rates = [v.rates.get(count, 0) for v in p.PLATFORMS.values()]
    base = world.posts["platform"].replace_strict(dict(zip(p.PLATFORMS, map(float, rates), strict=True)))
    stickers = p.FEATURE_EFFECTS["vote_sticker"].get(count, 0.0) * world.posts["vote_sticker"]
    frame = world.posts.select(
        "platform", feature, views=pl.Series(world.cumulative["views"][:, age]), count=pl.Series(world.cumulative[count][:, age]),
        expected_rate=base * np.exp(stickers.to_numpy()),
    ).filter((pl.col("views") > 2000) & (pl.col("expected_rate") > 0))  # fmt: skip
    lift = frame.group_by(feature).agg(value=((pl.col("count") + 0.3) / (pl.col("views") * pl.col("expected_rate"))).log().mean())
    values = dict(lift.iter_rows())
    assert values[1] - values[0] == pytest.approx(truth, abs=0.06)


def test_a_purge_takes_away_what_was_there(world: World) -> None:
    purge = world.purges[0]
    before, after = (world.posts_of(purge.account_index, day).sort("post_index") for day in (purge.day - 1, purge.day))
    common = before.join(after, on="post_index", suffix="_after")
    assert common["likes_after"].sum() < common["likes"].sum()
    assert (common["views_after"] >= common["views"]).all()
    later = world.posts_of(purge.account_index, purge.day + 1).join(after, on="post_index", suffix="_before")
    assert (later["likes"] >= later["likes_before"]).all()


def test_people_walk_the_funnel_in_order(world: World) -> None:
    people = build_people(world)
    steps = people.events.filter(pl.col("event_type").is_in(p.FUNNEL_STEPS)).pivot("event_type", index="session", values="second")
    for earlier, later in [("impression", "click"), ("click", "visit"), ("visit", "register"), ("order", "pay")]:
        both = steps.drop_nulls([earlier, later])
        assert both.height > 20
        assert (both[later] > both[earlier]).all()
    orders = people.events.filter(pl.col("event_type") == "order")
    assert (orders["second"] > orders["registered_second"]).all()
    assert people.events.filter(pl.col("event_type") == "register")["person"].is_unique().all()
    assert (people.people.filter(pl.col("registered_second") == FAR).height) > 0
    assert set(people.events["event_type"].unique()) == set(EVENT_ORDER)


def test_segments_behave_differently(world: World) -> None:
    people = build_people(world)
    acts = people.events.join(people.people.select("person", "segment"), on="person").group_by("segment", "event_type").len()
    count = {(s, e): n for s, e, n in acts.iter_rows()}
    per_session = {(s, e): count[s, e] / count[s, "impression"] for s, e in count}
    assert per_session["fan", "like"] > 5 * per_session["lurker", "like"]
    assert per_session["spreader", "share"] > 4 * per_session["fan", "share"]
    assert per_session["buyer", "pay"] > 5 * per_session["lurker", "pay"]
    assert per_session["deal_hunter", "coupon"] > 5 * per_session["buyer", "coupon"]


def test_seeds_differ_and_scale_scales() -> None:
    small = Scenario(days=60, accounts=1, end=date(2026, 3, 31))
    one, other, big = (build(s) for s in (small, Scenario(8, 60, 1, end=small.end), Scenario(days=60, accounts=1, scale=5, end=small.end)))
    assert one.posts["title"].to_list() != other.posts["title"].to_list()
    assert 3.5 < big.posts.height / one.posts.height < 6.5


def test_holidays_move_demand() -> None:
    from pipelines.simulate import calendar

    days = [date(2026, 2, 10), date(2026, 2, 17), date(2026, 11, 11), date(2026, 10, 1)]
    ordinary, festival, double11, national = calendar.ordering(days)
    assert festival < ordinary < double11
    assert calendar.posting(days)[1] < 0 and calendar.posting(days)[3] < 0
    assert national == pytest.approx(ordinary)
