"""The loop closed: suggestions adopted by a random half of the accounts, sixty days more, and the verdicts against the truth."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl

from pipelines.analyses.analysis import analyses, empty
from pipelines.simulate import frames
from pipelines.simulate.adoption import Adoption, adopt
from pipelines.simulate.world import World
from pipelines.suggestions.adoption import split
from pipelines.suggestions.engine import suggestion_tables
from pipelines.suggestions.falsifier import frozen
from pipelines.suggestions.outcomes import outcome_tables
from tests.lab.content import found_effects
from tests.lab.measures import Measures

MOVABLE = ("has_question", "has_vote", "has_lottery", "first_reply", "publish_slot")
FALSE_PROMISE = 0.25  # log: what a made-up suggestion promises of a lever that does nothing
COMPLIANCE = 0.9
AFTER_DAYS = 60
MOST = 2  # adopted suggestions a world


def suggestions(world: World) -> pl.DataFrame:
    """What the app would show for this world."""
    effects, checks, _ = found_effects(world)
    days = frames.account_daily(world)
    shapes = {table: schema for a in analyses() for table, schema in a.writes.items()}
    accounts = days.select("account_key", "platform").unique().sort("account_key").with_columns(account_name="account_key")
    names = accounts.select("platform", name_zh="platform", name_en="platform").unique().sort("platform")
    return suggestion_tables(
        effects,
        checks,
        calibration=empty(shapes["suggestion_calibration"]),
        decisions=_decisions([]),
        outcomes=empty(shapes["suggestion_outcomes"]),
        posts=frames.post_features(world),
        accounts=accounts,
        platforms=names,
        segments=empty({"segment_key": pl.String, "segment_name_zh": pl.String, "segment_name_en": pl.String}),
        snapshot=pl.DataFrame({"as_of_date": [world.scenario.end], "loads_text": ["lab"]}),
        history=empty(shapes["suggestions"]),
    )["suggestions"]


def score_loop(world: World, measures: Measures) -> None:
    """Adopt the best movable suggestions one by one, and one false promise; judge each after its window."""
    shown = suggestions(world).filter(
        (pl.col("status") == "open") & pl.col("lever").is_in(MOVABLE) & pl.col("outcome").str.ends_with("_count")
    )
    chosen = shown.sort("score_number", "suggestion_id", descending=[True, False]).head(MOST).to_dicts()
    for row in chosen:
        _adopt(world, row, measures, is_true_promise=True)
    if chosen:
        _adopt(world, _false_promise(chosen[0]), measures, is_true_promise=False)
    measures.add("loop: suggestions one can adopt, per world", shown.height)


def _false_promise(row: dict[str, Any]) -> dict[str, Any]:
    """The same suggestion for a lever without any effect: numbers in the title."""
    changed = {"lever": "has_number", "from_level": "false", "to_level": "true", "platform": None, "outcome": "comment_count"}
    return row | changed | {"suggestion_id": "false-promise", "outcome_unit": "per_post", "scale": "log", "predicted_number": FALSE_PROMISE}


def _adopt(world: World, row: dict[str, Any], measures: Measures, *, is_true_promise: bool) -> None:
    accounts = frames.account_daily(world).select("account_key", "platform").unique().sort("account_key")
    mine = accounts if row["platform"] is None else accounts.filter(pl.col("platform") == row["platform"])
    drawn = split(mine["account_key"].to_list(), world.scenario.seed)
    starts = world.scenario.end + dt.timedelta(days=4)
    level: object = {"true": True, "false": False}.get(row["to_level"], row["to_level"])
    after = adopt(world, [Adoption(row["lever"], level, tuple(drawn.adopters), starts, COMPLIANCE)], days=AFTER_DAYS)
    terms = json.loads(row["falsifier_json"])
    if not is_true_promise:
        terms |= {"predicted_number": FALSE_PROMISE, "threshold_number": FALSE_PROMISE / 2}
    text, digest = frozen(terms)
    decision = {
        "entry_number": 1,
        "suggestion_id": row["suggestion_id"],
        "decision": "trial",
        "decided_by": "lab",
        "decided_at": dt.datetime.combine(starts, dt.time(), tzinfo=dt.UTC),
        "adopters": drawn.adopters,
        "controls": drawn.controls,
        "starts_on": starts,
        "randomisation_seed": drawn.seed,
        "falsifier_json": text,
        "falsifier_hash": digest,
        "suggestion_json": json.dumps(row, ensure_ascii=False, default=str),
    }
    owned = accounts.with_columns(is_owned=pl.lit(value=True))
    outcome = outcome_tables(_decisions([decision]), frames.post_features(after.world), frames.account_daily(after.world), owned)[
        "suggestion_outcomes"
    ].row(0, named=True)
    planted = after.effects.filter(pl.col("outcome") == row["outcome"])["effect"]
    if outcome["effect"] is None or planted.is_empty():
        measures.add("loop: adopted suggestions that could not be measured", True)
        return
    true, verdict = float(planted[0]), outcome["verdict"]
    measures.add("loop: adopted suggestions that could not be measured", False)
    measures.add("loop: realised interval holds the truth", outcome["ci_low"] <= true <= outcome["ci_high"])
    decided = verdict in ("confirmed", "refuted")
    measures.add("loop: verdicts decided", decided)
    if verdict == "confirmed":
        measures.add("loop: decided verdicts that agree with the truth", true > 0)
    if verdict == "refuted":
        measures.add("loop: decided verdicts that agree with the truth", true < terms["predicted_number"])
    if is_true_promise:
        measures.add("pairs: predicted", terms["predicted_number"])
        measures.add("pairs: realised", outcome["effect"])
        measures.add("loop: promised minus true effect (log)", terms["predicted_number"] - true)
    else:
        measures.add("loop: false promises confirmed", verdict == "confirmed")


def _decisions(rows: list[dict[str, Any]]) -> pl.DataFrame:
    texts = ("suggestion_id", "decision", "decided_by", "randomisation_seed", "falsifier_json", "falsifier_hash", "suggestion_json")
    schema = {"entry_number": pl.Int64, "decided_at": pl.Datetime("us", "UTC"), "starts_on": pl.Date}
    schema |= {"adopters": pl.List(pl.String), "controls": pl.List(pl.String)} | dict.fromkeys(texts, pl.String)
    return pl.DataFrame(rows, schema=schema)
