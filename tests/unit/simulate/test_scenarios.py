"""The lab's worlds: frames of the agreed shape, truths that the frames agree with, nulls that are null."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.simulate import frames, journeys, news, panels, texts
from pipelines.simulate.answers import answers
from pipelines.simulate.scenarios import CHANGES, DESCRIPTIONS, scenario
from pipelines.simulate.world import World, build


@pytest.fixture(scope="module")
def baseline() -> World:
    return build(scenario("S1", 5))


def within(table: pl.DataFrame, outcome: str, features: list[str]) -> dict[str, float]:
    """Log effects of features within accounts, by least squares."""
    known = table.drop_nulls(outcome).select("account_key", pl.col(features).cast(float), y=(pl.col(outcome) + 0.5).log())
    centred = known.select((pl.col(c) - pl.col(c).mean().over("account_key")) for c in [*features, "y"])
    found = np.linalg.lstsq(centred.select(features).to_numpy(), centred["y"].to_numpy(), rcond=None)[0]
    return dict(zip(features, found.tolist(), strict=True))


FEATURES = ["has_question", "has_vote", "has_lottery", "has_number", "emoji_count", "is_long_title"]


def test_every_scenario_is_built_in_seconds() -> None:
    assert set(CHANGES) == set(DESCRIPTIONS) == {f"S{k}" for k in range(10)}
    began = time.perf_counter()
    features = frames.post_features(build(scenario("S1", 1)))
    assert time.perf_counter() - began < 10
    assert 8_500 < features.height < 10_500
    for name in CHANGES:
        small = build(scenario(name, 2, accounts=2, days=30))
        assert frames.post_features(small)["post_key"].is_unique().all()


def test_the_same_scenario_gives_the_same_frames() -> None:
    one, other = (frames.post_features(build(scenario("S6", 4, accounts=3, days=40))) for _ in range(2))
    assert one.equals(other)


def test_planted_effects_are_found_within_accounts(baseline: World) -> None:
    truth = answers(baseline)
    comments = within(frames.post_features(baseline), "comment_count", FEATURES)
    for lever in FEATURES:
        assert comments[lever] == pytest.approx(
            truth.effect(lever, "comment_count"), abs=0.12 if lever in ("has_vote", "has_lottery") else 0.07
        )
    shares = within(frames.post_features(baseline), "share_count", FEATURES)
    assert shares["is_long_title"] == pytest.approx(-0.10, abs=0.07)


def test_a_hidden_confounder_makes_nulls_look_effective() -> None:
    found = within(frames.post_features(build(scenario("S4", 5))), "comment_count", FEATURES)
    assert found["has_number"] > 0.15 and found["emoji_count"] > 0.05
    assert frames.quality_proxies(build(scenario("S4", 5, accounts=1, days=30))).is_empty()


def test_outcomes_are_those_of_age_seven(baseline: World) -> None:
    clean = replace(baseline, scenario=replace(baseline.scenario, truth=replace(baseline.scenario.truth, dirt=0.0)))
    table = frames.post_features(clean)
    assert table["age_days"].min() == 7 and table["is_mature"].all()
    by_key = baseline.posts.select(post_key=pl.col("platform") + ":" + pl.col("post_number").cast(pl.String), row=pl.col("post_index"))
    rows = table.join(by_key, on="post_key", maintain_order="left")["row"].to_numpy()
    views, low, high = table["view_count"].to_numpy(), baseline.cumulative["views"][rows, 6], baseline.cumulative["views"][rows, 7]
    assert ((low <= views) & (views <= high)).all()
    assert table.filter(pl.col("platform") == "wechat")["comment_count"].null_count() == (table["platform"] == "wechat").sum()


def test_dirt_grows_with_the_scenario(baseline: World) -> None:
    usual, dirty = frames.post_features(baseline), frames.post_features(build(scenario("S6", 5)))
    assert dirty.height < usual.height
    assert dirty["view_count"].null_count() > usual["view_count"].null_count() > 0


def test_account_days_and_series_agree(baseline: World) -> None:
    days, series = frames.account_daily(baseline), frames.daily_series(baseline)
    assert days.height == 90 * 120
    views = series.filter(pl.col("metric") == "view_count").join(days, on=["account_key", "business_date"])
    assert (views["value"] == views["view_count"]).all()
    assert series.filter("is_provisional")["business_date"].n_unique() == 2


def test_calendar_knows_holidays_and_festivals(baseline: World) -> None:
    days = frames.calendar(baseline)
    assert days["date"].is_unique().all()
    row = days.filter(pl.col("date") == pl.date(2026, 11, 11)).row(0, named=True)
    assert row["shopping_festival"] == "双11" and row["iso_weekday"] == 3
    assert days.filter(pl.col("date") == pl.date(2026, 10, 1))["holiday_zh"][0] is not None


def test_slots_have_a_best_one_only_where_hours_matter(baseline: World) -> None:
    slots = answers(baseline).slots()
    best = dict(slots.filter("is_best").select("platform", "slot").iter_rows())
    assert best == {"weibo": "12-14", "douyin": "18-20", "bilibili": "18-20", "channels": "18-20"}
    assert slots.filter(pl.col("platform") == "wechat")["is_flat"].all()
    own = answers(baseline).slots(by="account_key")
    assert own["account_key"].n_unique() == 90 and (own["regret"] >= 0).all()


def test_in_the_null_world_nothing_works() -> None:
    null = answers(build(scenario("S0", 3, accounts=2, days=40)))
    assert null.effects["effect"].abs().max() == 0
    assert null.hours["effect"].abs().max() == 0 and not null.slots()["is_best"].any()
    assert null.campaign_effects["effect"].abs().max() == 0 and null.channel_increments["added_count"].abs().max() == 0
    assert null.crises["is_benign"].to_list() == [True]


def test_regime_and_reversal_are_in_the_truth() -> None:
    changed = answers(build(scenario("S7", 3, accounts=2, days=60)))
    assert changed.effect("has_question", "comment_count") == 0 and changed.effect("has_number", "comment_count") == 0.25
    assert changed.hours.filter((pl.col("platform") == "douyin") & (pl.col("regret") == 0))["local_hour"].to_list() == [12]
    against = answers(build(scenario("S5", 3, accounts=2, days=40)))
    assert [against.effect("has_question", "comment_count", k) for k in ("douyin", "bilibili")] == [-0.25, 0.25]


def test_campaign_panels_show_their_effect_on_average() -> None:
    found = []
    for seed in range(12):
        world = build(scenario("S2", seed, accounts=1))
        daily = panels.campaign_daily(world).with_columns(y=pl.col("view_count").log())
        campaign = panels.campaigns(world).row(1, named=True)
        inside = pl.col("business_date").is_between(campaign["starts_on"], campaign["ends_on"])
        change = daily.group_by("account_key").agg(
            d=pl.col("y").filter(inside).mean() - pl.col("y").filter(pl.col("business_date") < campaign["starts_on"]).tail(56).mean()
        )
        treated = change.filter(pl.col("account_key") == campaign["account_key"])["d"][0]
        found.append(treated - change.filter(pl.col("account_key").is_in(campaign["control_account_keys"]))["d"].mean())
    assert np.mean(found) == pytest.approx(0.10, abs=0.06)


def test_search_gets_the_last_touch_and_adds_nothing(baseline: World) -> None:
    paths = journeys.journeys(baseline)
    added = dict(paths.increments.select("channel", "added_count").iter_rows())
    assert added["search"] == 0 and added["kol"] > 0
    assert paths.increments["share"].sum() == pytest.approx(1)
    last = paths.touchpoints.drop_nulls("converted_at").group_by("person_key", maintain_order=True).last()["channel"]
    assert last.value_counts().sort("count")["channel"][-1] == "search"
    assert (paths.touchpoints["touched_at"] < paths.touchpoints["converted_at"]).drop_nulls().all()


def test_mentions_peak_in_crises_and_in_the_benign_sale(baseline: World) -> None:
    hours = news.mention_hours(baseline).group_by("hour_at").agg(pl.col("mention_count", "negative_count").sum())
    crises = news.crises(baseline)
    assert crises.height == 5 and crises["is_benign"].sum() == 1
    quiet = hours["negative_count"].mean()
    for row in crises.iter_rows(named=True):
        first = hours.filter(pl.col("hour_at").is_between(row["starts_at"], row["ends_at"]))
        share = first["negative_count"].sum() / first["mention_count"].sum()
        assert share < 0.14 if row["is_benign"] else first["negative_count"].mean() > 1.5 * quiet and share > 0.14


def test_texts_are_labelled_and_one_in_ten_is_noise(baseline: World) -> None:
    written, truth = texts.texts(baseline), texts.text_truth(baseline)
    assert written["text_key"].to_list() == truth["text_key"].to_list() and written["text_key"].is_unique().all()
    assert truth["is_noise"].mean() == pytest.approx(0.10, abs=0.01)
    assert truth.filter(pl.col("sentiment") == "negative")["category"].null_count() == 0
    assert not written["text"].str.contains("{", literal=True).any()
    assert written["text"].n_unique() > 3_000
