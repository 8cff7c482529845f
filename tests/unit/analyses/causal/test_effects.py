"""Effects in a made-up company: what was planted is found, what was not is not, and what cannot be known is said so."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.analysis import empty
from pipelines.analyses.causal import tables
from pipelines.analyses.causal.checks import is_reversed, needed_posts
from pipelines.analyses.causal.content_effects import content_effects
from pipelines.analyses.causal.effects import judged_effects
from pipelines.analyses.causal.publish_slots import publish_slots
from pipelines.analyses.causal.shrinkage import shrink
from pipelines.analyses.effects_shape import EFFECT_CHECKS, EFFECTS
from tests.unit.analyses.causal.post_worlds import World, hour_effect, make_posts

SMALL = World(platforms=("weibo", "douyin"), accounts=15)


def judge(content=None, slots=None):
    frames = {f"{source}_effects": empty(EFFECTS) for source in tables.SOURCES}
    frames |= {f"{source}_checks": empty(EFFECT_CHECKS) for source in tables.SOURCES}
    if content:
        frames |= {"content_effects": content["content_effects"], "content_checks": content["content_effect_checks"]}
    if slots:
        frames |= {"slot_effects": slots["slot_effects"], "slot_checks": slots["slot_effect_checks"]}
    return judged_effects(**frames)


@pytest.fixture(scope="module")
def posts() -> pl.DataFrame:
    return make_posts(SMALL, seed=3)


@pytest.fixture(scope="module")
def content(posts):
    return content_effects(posts)


@pytest.fixture(scope="module")
def slots(posts):
    return publish_slots(posts)


def effect(found: pl.DataFrame, lever: str, outcome: str, platform: str | None = None) -> dict:
    scope = pl.col("platform").is_null() if platform is None else pl.col("platform") == platform
    return found.filter(pl.col("lever") == lever, pl.col("outcome") == outcome, scope).row(0, named=True)


def test_a_question_is_found_at_its_planted_size_and_an_emoji_at_none(posts, content):
    found = content["content_effects"]
    question = effect(found, "has_question", "comment_count")
    assert question["ci_low"] < 0.25 < question["ci_high"] and question["p_value"] < 0.01
    assert question["effect"] == pytest.approx(0.25, abs=0.15)
    naive = posts.group_by("has_question").agg(pl.col("comment_count").mean()).sort("has_question")["comment_count"]
    assert naive[1] < naive[0], "the plain means say the opposite: weak accounts ask more"
    for lever in ("has_number", "emoji_count"):
        row = effect(found, lever, "comment_count")
        assert abs(row["effect"]) < 3 * row["standard_error"]


def test_every_row_has_its_evidence_and_what_an_experiment_would_need(posts, content):
    import duckdb

    row = effect(content["content_effects"], "has_question", "comment_count", "weibo")
    with duckdb.connect() as connection:
        connection.register("features", posts.to_arrow())
        connection.execute("create schema marts; create table marts.mart_content_features as select * from features")
        assert len(connection.execute(row["evidence_rows_sql"]).fetchall()) == row["n_count"]
    assert row["needed_count"] > 0 and row["baseline_number"] > 0
    expected = np.expm1(row["effect_shrunk"]) * row["baseline_number"] * row["eligible_monthly_count"]
    assert row["expected_gain"] == pytest.approx(expected)


def test_an_effect_that_turns_around_between_platforms_is_refused_as_a_whole():
    posts = make_posts(World(platforms=("weibo", "douyin"), reversed_on=("douyin",), question=0.6), seed=4)
    found = content_effects(posts)
    row = effect(found["content_effects"], "has_question", "comment_count")
    assert (row["status"], row["reason"]) == ("refused", "reversed_between_platforms")
    judged = judge(found)["effects"]
    assert effect(judged, "has_question", "comment_count")["is_actionable"] is False
    assert effect(judged, "has_question", "comment_count", "weibo")["is_actionable"] is True
    assert effect(judged, "has_question", "comment_count", "douyin")["is_actionable"] is False


def test_few_accounts_are_not_enough_evidence():
    found = content_effects(make_posts(World(platforms=("weibo",), accounts=4), seed=5))["content_effects"]
    assert found["effect"].is_null().all()
    row = effect(found, "has_question", "comment_count")
    assert (row["status"], row["reason"]) == ("not_enough_evidence", "too_few_accounts")
    assert row["needed_count"] > 0


def test_the_best_slot_is_near_the_planted_hour(slots):
    row = effect(slots["slot_effects"], "publish_slot", "engagement_count", "douyin")
    assert row["to_level"] in ("18-20", "21-23") and row["effect_shrunk"] > 0
    assert row["effect_shrunk"] < row["effect"] + 0.05, "a picked effect is shrunk"
    truth = float(hour_effect("douyin", [18, 19, 20]).mean())
    assert row["shrunk_low"] < truth


def test_each_platform_has_every_slot_and_at_most_one_best(slots):
    found = slots["publish_slots"]
    assert found.group_by("platform", "day_type").len()["len"].unique().to_list() == [8]
    assert found.group_by("platform", "day_type").agg(pl.col("is_best").sum())["is_best"].max() == 1
    assert set(found["verdict"]) <= {"better", "worse", "unclear", "too_few"}


def test_posts_without_an_hour_give_no_slot_and_say_so(posts):
    found = publish_slots(posts.with_columns(local_hour=pl.lit(None, dtype=pl.Int64)))
    assert set(found["slot_effects"]["reason"]) == {"no_hour"}
    assert found["slot_effects"]["effect"].is_null().all()
    assert found["publish_slots"]["verdict"].unique().to_list() == ["too_few"]


def test_without_posts_the_tables_are_empty_or_say_nothing(posts):
    for found in (content_effects(posts.clear()), publish_slots(posts.clear())):
        for name, frame in found.items():
            schema = {t: s for a in tables.ANALYSES for t, s in a.writes.items()}[name]
            assert frame.schema == pl.Schema(schema)
    assert content_effects(posts.clear())["content_effects"]["effect"].is_null().all()


def test_the_order_of_rows_does_not_matter(posts, slots):
    again = publish_slots(posts.sample(fraction=1, shuffle=True, seed=1))
    assert again["slot_effects"].equals(slots["slot_effects"]) or again["slot_effects"]["effect"].to_numpy() == pytest.approx(
        slots["slot_effects"]["effect"].to_numpy(), abs=1e-8
    )


def test_one_family_judges_them_all(content, slots):
    found = judge(content, slots)
    effects = found["effects"]
    assert effects["family_count"].n_unique() == 1 and effects["family_id"].n_unique() == 1
    tested = effects.filter(pl.col("q_value").is_not_null() & pl.col("p_value").is_not_null())
    assert (tested["q_value"] >= tested["p_value"] - 1e-12).all()
    assert effects.filter(pl.col("status") != "estimated")["confidence"].unique().to_list() == ["none"]
    assert effect(effects, "has_question", "comment_count")["confidence"] in ("high", "medium")
    assert not effects.filter(pl.col("is_actionable") & (pl.col("confidence") == "none")).height


def test_without_any_effects_the_family_is_empty():
    found = judge()
    assert found["effects"].is_empty() and found["effect_checks"].is_empty()
    assert found["effects"].schema == pl.Schema(tables.JUDGED_EFFECTS)


def test_a_failed_gate_and_too_few_accounts_lower_confidence(content):
    row = content["content_effects"].filter(pl.col("effect_key") == "content_effects/has_question/false>true/comment_count/-")
    key = row["effect_key"][0]
    gate = pl.DataFrame(
        [{"effect_key": key, "check_name": "overlap", "state": "fail", "value": 0.0, "threshold": 0.3, "is_gate": True}],
        schema=EFFECT_CHECKS,
    )
    passed = gate.with_columns(state=pl.lit("pass"))
    soft = gate.with_columns(is_gate=pl.lit(False))
    few = row.with_columns(account_count=pl.lit(8, dtype=pl.Int64))
    confidence = [
        judge({"content_effects": effects, "content_effect_checks": checks})["effects"]["confidence"][0]
        for effects, checks in ((row, passed), (row, soft), (row, gate), (few, passed))
    ]
    assert confidence == ["high", "medium", "none", "low"]


def test_where_every_device_seems_to_bring_views_a_hidden_cause_is_likelier(posts, content):
    devices = ("has_question", "has_vote", "has_number", "is_long_title")
    lift = (0.4 * pl.sum_horizontal(pl.col(name).cast(pl.Float64) for name in devices)).exp()
    counts = [c for c in posts.columns if c.endswith("_count") and posts[c].dtype == pl.Float64 and c != "impression_count"]
    found = content_effects(posts.with_columns((pl.col(c) * lift).round() for c in counts))
    states = {name: made["content_effect_checks"].filter(check_name="common_cause")["state"].unique().to_list()
              for name, made in (("planted", content), ("lifted", found))}  # fmt: skip
    assert states == {"planted": ["pass"], "lifted": ["fail"]}
    of_devices = judge(found)["effects"].filter(pl.col("lever").is_in(devices))
    assert set(of_devices["confidence"]) == {"low", "none"}
    assert effect(of_devices, "has_question", "comment_count")["confidence"] == "low"


def test_the_needed_posts_follow_the_power_formula():
    assert needed_posts(4.0, 0.75, 0.28) == pytest.approx(2 * 2.8**2 * (0.25 + 0.75) / 0.28**2)
    assert needed_posts(4.0, 0.75, 0.28, 1.5) == pytest.approx(1.5 * 200)
    assert np.isnan(needed_posts(0.0, 1.0, 0.2))


def test_shrinkage_pulls_noise_together_and_leaves_sure_differences():
    errors, freedom = np.full(6, 0.1), np.full(6, 200.0)
    noise = shrink(np.array([0.05, -0.08, 0.02, 0.1, -0.05, 0.0]), errors, freedom)
    assert np.ptp(noise.mean) < 0.1 and noise.spread < 0.1
    sure = shrink(np.array([1.0, -1.0, 1.1, -0.9, 0.0, 0.5]), errors, freedom)
    assert np.allclose(sure.mean, [1.0, -1.0, 1.1, -0.9, 0.0, 0.5], atol=0.05)
    assert np.isnan(shrink(np.array([np.nan, 0.1]), np.array([np.nan, 0.1]), np.array([5.0, 5.0])).mean[0])


def test_only_sure_opposite_signs_are_a_reversal():
    errors, freedom = np.array([0.05, 0.05]), np.array([14.0, 14.0])
    assert is_reversed(np.array([0.3, -0.3]), errors, freedom)
    assert not is_reversed(np.array([0.3, 0.1]), errors, freedom)
    assert not is_reversed(np.array([0.1, -0.1]), 4 * errors, freedom)
