"""Effects of content, best slots and suggestions in one world, against what was planted."""

from __future__ import annotations

import polars as pl

from pipelines.analyses.analysis import analyses, empty
from pipelines.analyses.causal.content_effects import content_effects
from pipelines.analyses.causal.effects import judged_effects
from pipelines.analyses.causal.publish_slots import publish_slots
from pipelines.simulate import frames
from pipelines.simulate.answers import Answers, answers
from pipelines.simulate.world import World
from tests.lab.measures import Measures

PLANTED = {("has_question", "comment_count"): 0.25, ("has_vote", "comment_count"): 0.40}
NULLS = ("has_number", "emoji_count")
NEAR_BEST = 0.05  # log: a slot this near to the best is as good


def found_effects(world: World, **more: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """What the engine says of a world's posts: judged effects, their checks, and the slots. `more` are effects of other analyses."""
    posts = frames.post_features(world)
    content, slots = content_effects(posts), publish_slots(posts)
    judge = next(a for a in analyses() if a.name == "effects")
    shapes = {table: schema for a in analyses() for table, schema in a.writes.items()}
    inputs = {name: empty(shapes[_table(name)]) for name in judge.reads}
    inputs |= {"content_effects": content["content_effects"], "content_checks": content["content_effect_checks"]}
    inputs |= {"slot_effects": slots["slot_effects"], "slot_checks": slots["slot_effect_checks"]} | more
    judged = judged_effects(**inputs)
    return judged["effects"], judged["effect_checks"], slots["publish_slots"]


def _table(name: str) -> str:
    return name if name.endswith("_effects") else name.replace("_checks", "_effect_checks")


def score_effects(world: World, measures: Measures, name: str) -> None:
    """Bias and coverage of planted effects, rejections of nulls, false discoveries and recall among what the engine would act on."""
    truth = answers(world)
    effects, _, slots = found_effects(world)
    whole = effects.filter((pl.col("analysis") == "content_effects") & pl.col("platform").is_null() & pl.col("effect").is_not_null())
    for (lever, outcome), _planted in PLANTED.items():
        row = whole.filter((pl.col("lever") == lever) & (pl.col("outcome") == outcome))
        if row.height:
            true = truth.effect(lever, outcome)
            measures.add(f"{name}: bias of {lever} on {outcome} (log)", row["effect"][0] - true)
            measures.add(f"{name}: 95 % interval of {lever} holds the truth", row["ci_low"][0] <= true <= row["ci_high"][0])
    nulls = whole.filter(pl.col("lever").is_in(NULLS))
    measures.share(f"{name}: null features rejected at 5 %", nulls["p_value"] < 0.05)
    acted = effects.filter("is_actionable")
    levers = set(truth.effects["lever"])
    judged = [
        true > 0
        for row in acted.filter(pl.col("analysis") == "content_effects").iter_rows(named=True)
        if row["lever"] in levers and (true := true_effect(truth, row)) is not None
    ]
    measures.share(f"{name}: false discoveries among actionable content effects", [not good for good in judged])
    measures.add(f"{name}: suggestion families", acted.select("analysis", "lever").unique().height)
    for lever, outcome in PLANTED:
        measures.add(f"{name}: {lever} found", acted.filter((pl.col("lever") == lever) & (pl.col("outcome") == outcome)).height > 0)
    score_slots(truth, effects, slots, measures, name)


def true_effect(truth: Answers, row: dict[str, object]) -> float | None:
    """What was planted for an effect row's action; None where nothing is written under its name."""
    try:
        return float(truth.effect(str(row["lever"]), str(row["outcome"]), row["platform"], str(row["to_level"])))
    except KeyError:
        return None


def score_slots(truth: Answers, effects: pl.DataFrame, slots: pl.DataFrame, measures: Measures, name: str) -> None:
    """Regret of the best slot, coverage of the selected one's interval, and slots suggested where every hour is alike."""
    planted = truth.slots().select("platform", "slot", "regret", "gain", "is_flat")
    best = slots.filter(pl.col("is_best") & (pl.col("day_type") == "all")).join(planted, on=["platform", "slot"], how="inner")
    curved = best.filter(~pl.col("is_flat"))
    measures.add(f"{name}: regret of the best slot (log)", *curved["regret"])
    measures.share(f"{name}: best slot is the best", curved["regret"] <= NEAR_BEST)
    held = (best["shrunk_low"] <= best["gain"]) & (best["gain"] <= best["shrunk_high"])
    measures.share(f"{name}: 90 % interval of the selected slot holds the truth", held.drop_nulls())
    acted = effects.filter((pl.col("lever") == "publish_slot") & pl.col("is_actionable")).join(
        planted, left_on=["platform", "to_level"], right_on=["platform", "slot"], how="inner"
    )
    measures.share(f"{name}: suggested slots that bring nothing", acted["gain"] <= 0)
    measures.add(f"{name}: slots suggested", acted.height)
