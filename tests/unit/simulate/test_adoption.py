"""Adopting: the past stays, the lever moves for those who comply, and everyone's luck is as it would have been."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from pipelines.simulate import frames
from pipelines.simulate.adoption import Adoption, Aftermath, adopt, hours_of
from pipelines.simulate.scenarios import scenario
from pipelines.simulate.world import World, build

STARTS = date(2026, 11, 25)


@pytest.fixture(scope="module")
def before() -> World:
    return build(scenario("S1", 6, accounts=8, days=60))


@pytest.fixture(scope="module")
def after(before: World) -> Aftermath:
    keys = frames.account_keys(before).to_list()
    asking = tuple(k for k in keys if k.startswith("xiaohongshu"))
    moving = tuple(k for k in keys if k.startswith("douyin"))
    return adopt(before, [Adoption("has_question", True, asking, STARTS, 0.8), ("publish_slot", "18-20", moving, STARTS, 1.0)])


def paired(after: Aftermath, platform: str, count: str) -> float:
    """Mean log ratio of what happened to what would have happened, over a platform's posts since adoption."""
    posts = after.world.posts
    here = (posts["platform"].to_numpy() == platform) & (posts["day"].to_numpy() >= after.world.scenario.index(STARTS))
    one, other = (w.cumulative[count][here, -1] for w in (after.world, after.untouched))
    return float(np.mean(np.log((one + 1) / (other + 1))))


def test_the_past_is_as_it_was(before: World, after: Aftermath) -> None:
    n, days = before.posts.height, before.scenario.all_days
    for world in (after.world, after.untouched):
        assert all((world.increments[m][:n] == v).all() for m, v in before.increments.items())
        assert all((world.account_days[m][:, :days] == v).all() for m, v in before.account_days.items())
        assert world.scenario.end == date(2027, 1, 19) and world.posts["post_number"].is_unique().all()
    was, now = frames.post_features(before), frames.post_features(after.world)
    same = was.join(now, on="post_key", suffix="_now", how="left")
    assert same["title"].to_list() == same["title_now"].to_list()
    assert same["view_count"].to_list() == same["view_count_now"].to_list()


def test_levers_move_for_those_who_adopt(after: Aftermath) -> None:
    truth = {(r["adoption"], r["outcome"]): r for r in after.effects.iter_rows(named=True)}
    question, slot = truth[0, "comment_count"], truth[1, "view_count"]
    assert question["effect_followed"] == pytest.approx(0.25) and 0.75 < question["compliance_share"] < 0.95
    assert 0 < question["effect"] < 0.25 and truth[0, "like_count"]["effect"] == 0
    assert slot["compliance_share"] == 1 and slot["effect"] > 0.1
    assert paired(after, "xiaohongshu", "comments") == pytest.approx(question["effect"], abs=0.04)
    assert paired(after, "douyin", "views") == pytest.approx(slot["effect"], abs=0.04)


def test_others_are_untouched(after: Aftermath) -> None:
    posts, same = after.world.posts, after.untouched.posts
    others = ~posts["platform"].is_in(["xiaohongshu", "douyin"])
    assert posts.filter(others)["hour"].to_list() == same.filter(others)["hour"].to_list()
    assert paired(after, "weibo", "views") == pytest.approx(0, abs=0.02)


def test_followers_go_on_adding_up(after: Aftermath) -> None:
    days = after.world.account_days
    change = np.diff(days["follower_total"], axis=1)
    assert (change == (days["follower_gain"] - days["follower_loss"])[:, 1:]).all()


def test_replies_and_stickers_can_be_adopted(before: World) -> None:
    everyone = adopt(before, [Adoption("first_reply", "1h", (), STARTS), Adoption("has_lottery", "true", (), STARTS)], days=20)
    truth = {(r["adoption"], r["outcome"]): r["effect_followed"] for r in everyone.effects.iter_rows(named=True)}
    assert truth[0, "comment_count"] == pytest.approx(0.15 + 0.40, abs=0.05)  # both moved: they add up
    new = frames.post_features(everyone.world).filter(pl.col("published_date") >= STARTS)
    assert new["has_lottery"].all() and not new["has_vote"].any()


def test_slots_are_read_with_both_ends() -> None:
    assert hours_of("18-20") == (18, 19, 20) and hours_of("22-1") == (22, 23, 0, 1) and hours_of([9]) == (9,)
    with pytest.raises(ValueError, match="no slot"):
        hours_of(7)
