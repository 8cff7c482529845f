"""Effects to suggestions: what may be said of which, ranked, with a falsifier; and what cannot be said yet, with the way to find out."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import polars as pl

from pipelines.suggestions.channel import CHANNEL
from pipelines.suggestions.confidence import WEIGHTS, downgraded, no_outcomes
from pipelines.suggestions.confidence import calibration as untried
from pipelines.suggestions.content import CONTENT
from pipelines.suggestions.evidence import evidence_rows, evidence_sql
from pipelines.suggestions.falsifier import falsifier, frozen, suggestion_id
from pipelines.suggestions.homes import homed
from pipelines.suggestions.interaction import INTERACTION
from pipelines.suggestions.levers import eligible_rates
from pipelines.suggestions.lifecycle import settle
from pipelines.suggestions.marketing import MARKETING
from pipelines.suggestions.scores import monthly_totals, score
from pipelines.suggestions.shape import (
    CONFIDENCES,
    EXPIRES_DAYS,
    MODEL_VERSION,
    NO_EVIDENCE,
    SUGGESTIONS,
    canonical,
    fingerprint,
    frame,
)
from pipelines.suggestions.user import USER
from pipelines.suggestions.wording import Kind, Topic, action, not_enough, sentence

ALL_KINDS = (CONTENT, USER, INTERACTION, CHANNEL, MARKETING)
RUNGS = ("A", "B", "C")  # a plain difference is never a suggestion
FIGURES = ("effect", "standard_error", "effect_shrunk", "shrunk_low", "shrunk_high", "ci_low", "ci_high", "ci_level", "p_value", "q_value")
NEEDED = (*FIGURES, "expected_gain", "expected_gain_low", "expected_gain_high", "n_count", "account_count", "family_count")
TEXTS = ("outcome", "outcome_unit", "estimand", "family_id", "evidence_rows_sql", "lever", "to_level")
# One action per lever and scope: two slots or two metrics of one platform would ask for the same posts twice.
SAME_ACTION = ("suggestion_kind", "lever", "platform", "account_key", "segment_key", "campaign_key")
COPIED = (
    *("suggestion_kind", "lever", "from_level", "to_level", "platform", "account_key", "segment_key", "campaign_key", "outcome"),
    *("outcome_unit", "design_rung", "estimand", "effect_key", "evidence_rows_sql", "scale", "family_id", "family_count", *FIGURES),
)


def suggestion_tables(
    effects: pl.DataFrame,
    checks: pl.DataFrame,
    calibration: pl.DataFrame,
    decisions: pl.DataFrame,
    outcomes: pl.DataFrame,
    posts: pl.DataFrame,
    accounts: pl.DataFrame,
    platforms: pl.DataFrame,
    segments: pl.DataFrame,
    snapshot: pl.DataFrame,
    history: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """Table `suggestions`: for every kind and topic either suggestions, best first, or one row that says what is missing."""
    as_of: dt.date | None = snapshot["as_of_date"].max() if snapshot.height else None  # type: ignore[assignment]
    loads = fingerprint("".join(snapshot["loads_text"].drop_nulls())) if snapshot.height else None
    calibration = calibration if calibration.height else untried(no_outcomes())
    effects = homed(effects)
    evidence = evidence_rows(effects, calibration, platforms, accounts, segments)
    kept = [with_reason(effect) for effect in effects.sort("effect_key").to_dicts()]
    factors = {row["suggestion_kind"]: row for row in calibration.to_dicts()}
    of_effect = checks_by_effect(checks)
    totals = monthly_totals(effects, posts)
    rates = eligible_rates(posts, [effect for effect in kept if effect["why"] is None])
    made: list[dict[str, Any]] = []
    for kind in ALL_KINDS:
        own = [effect for effect in kept if effect["suggestion_kind"] == kind.kind]
        for topic in kind.topics:
            of_topic = [effect for effect in own if kind.topic_of(str(effect["lever"])) is topic]
            said = [
                _suggestion(topic, effect, evidence[effect["effect_key"]], factors[kind.kind], rates.get(effect["effect_key"], 1.0))
                for effect in best_of_each_action([effect for effect in of_topic if effect["why"] is None])
            ]
            made += said or [_missing(kind, topic, of_topic, evidence)]
    made = [row | {"checks_json": canonical(of_effect.get(row.get("effect_key") or "", []))} for row in made]
    shared = {"data_snapshot_id": loads, "created_on": as_of, "model_version": MODEL_VERSION}
    shared["expires_on"] = as_of + dt.timedelta(EXPIRES_DAYS) if as_of else None
    made = [row | {"score_number": score(row, totals)} for row in made]
    rows = settle([shared | row for row in made], decisions.to_dicts(), outcomes.to_dicts(), history.to_dicts(), as_of)
    return {"suggestions": ranked(frame(rows, SUGGESTIONS))}


def with_reason(effect: dict[str, Any]) -> dict[str, Any]:
    """The effect with `why` it is no suggestion; None when it is one: actionable, of rung A to C, a gain, and nothing left open."""
    status = effect["status"]
    if status != "estimated":
        why = effect["reason"] or status
    elif effect["design_rung"] not in RUNGS:
        why = "only_a_difference"
    elif not _known(effect["expected_gain"]) or effect["expected_gain"] <= 0:
        why = "no_gain"
    elif not effect["is_actionable"] or effect["confidence"] not in CONFIDENCES:
        why = effect["reason"] or ("e_value_failed" if effect["confidence"] in CONFIDENCES else "not_significant")
    elif is_unclear(effect):
        why = "unclear_action"
    else:
        complete = all(_known(effect[name]) for name in NEEDED) and all(effect[name] for name in TEXTS)
        why = None if complete else "incomplete"
    return effect | {"why": why}


def is_unclear(effect: dict[str, Any]) -> bool:
    """Whether the level is a rest of many things, which nobody can decide to do more of."""
    return effect["lever"] in ("content_type", "topic") and effect["to_level"] in ("other", "unknown", "", None)


def best_of_each_action(effects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of effects that ask for the same lever in the same scope the one with the largest effect, weighted with its confidence."""
    best: dict[tuple[Any, ...], dict[str, Any]] = {}
    for effect in effects:
        key = tuple(effect[part] for part in SAME_ACTION)
        if key not in best or _promise(effect) > _promise(best[key]):
            best[key] = effect
    return list(best.values())


def checks_by_effect(checks: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """The checks of each effect, in the order of their names."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    listed = checks.sort("effect_key", "check_name").to_dicts()
    for check in listed:
        grouped.setdefault(check["effect_key"], []).append({name: value for name, value in check.items() if name != "effect_key"})
    return grouped


def ranked(rows: pl.DataFrame) -> pl.DataFrame:
    """Open suggestions ranked within their kind by score, in a stable order."""
    rows = rows.sort(["suggestion_kind", "score_number", "suggestion_id"], descending=[False, True, False], nulls_last=True)
    is_open = pl.col("status") == "open"
    place = pl.when(is_open).then(is_open.cast(pl.Int64).cum_sum().over("suggestion_kind"))
    return rows.with_columns(place.cast(pl.Int64).alias("rank")).select(list(SUGGESTIONS))


def _suggestion(topic: Topic, effect: dict[str, Any], row: dict[str, Any], factor: dict[str, Any], eligible: float) -> dict[str, Any]:
    predicted = _on_average(effect, eligible) * (factor["calibration_number"] or 1.0)
    text, hashed = frozen(falsifier(effect, predicted, row["expected_gain"]))
    confidence = downgraded(effect["confidence"]) if factor["is_downgraded"] else effect["confidence"]
    return (
        {name: effect[name] for name in COPIED}
        | _evidence(effect, row)
        | {
            "suggestion_id": suggestion_id(effect),
            "status": "open",
            "topic": topic.topic,
            "action_zh": action(topic, row, "zh"),
            "action_en": action(topic, row, "en"),
            "sentence_zh": sentence(topic, row, effect["design_rung"], "zh"),
            "sentence_en": sentence(topic, row, effect["design_rung"], "en"),
            "expected_gain": row["expected_gain"],
            "expected_gain_low": row["expected_gain_low"],
            "expected_gain_high": row["expected_gain_high"],
            "calibration_number": factor["calibration_number"],
            "eligible_rate": eligible,
            "predicted_number": predicted,
            "confidence": confidence,
            "is_downgraded": factor["is_downgraded"],
            "falsifier_json": text,
            "falsifier_hash": hashed,
            "needed_count": row["needed_count"],
        }
    )


def _missing(kind: Kind, topic: Topic, effects: list[dict[str, Any]], evidence: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The answer where there is no suggestion: the candidate that is nearest to one, or that there is none, and the experiment."""
    base = {"suggestion_kind": kind.kind, "topic": topic.topic, "status": NO_EVIDENCE, "is_downgraded": False}
    if not effects:
        said = {f"sentence_{language}": not_enough(topic, None, "", language) for language in ("zh", "en")}
        return base | said | {"reason": "nothing_estimated", "suggestion_id": fingerprint([kind.kind, topic.topic])[:16]}
    effect = min(effects, key=_distance)
    row = evidence[effect["effect_key"]]
    said = {f"sentence_{language}": not_enough(topic, row, effect["why"], language) for language in ("zh", "en")}
    copied = {name: effect[name] for name in COPIED if name != "suggestion_kind"}
    return (
        copied
        | base
        | said
        | _evidence(effect, row)
        | {
            "reason": effect["why"],
            "suggestion_id": fingerprint([kind.kind, topic.topic])[:16],
            "action_zh": action(topic, row, "zh"),
            "action_en": action(topic, row, "en"),
            "needed_count": row["needed_count"],
        }
    )


def _evidence(effect: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    text = canonical(row)
    return {
        "evidence_sql": evidence_sql(effect["effect_key"], effect["suggestion_kind"]),
        "evidence_json": text,
        "evidence_hash": fingerprint(text),
        "evidence_count": effect["n_count"],
        "evidence_account_count": effect["account_count"],
    }


def _on_average(effect: dict[str, Any], eligible: float) -> float:
    """The effect on the average of the scope when all that can follow do: only posts that do not follow yet have anything to gain."""
    own = float(effect["effect_shrunk"])
    return math.log1p(math.expm1(own) * eligible) if effect["scale"] == "log" else own * eligible


def _promise(effect: dict[str, Any]) -> tuple[float, float, str]:
    return float(effect["effect_shrunk"]) * WEIGHTS[effect["confidence"]], -float(effect["q_value"]), effect["effect_key"]


def _distance(effect: dict[str, Any]) -> tuple[int, float, float, str]:
    """How far an effect is from a suggestion: estimated before refused before none, gains first, then the smaller experiment.

    Gaps between segments come after others of their rank: segments are made of what people do, so that they differ in it by themselves.
    """
    order = {"estimated": 0, "refused": 1}.get(effect["status"], 2)
    gain, needed = effect["expected_gain"], effect["needed_count"]
    loses = not _known(gain) or gain <= 0
    return (
        order * 4 + 2 * loses + (is_unclear(effect) or str(effect["from_level"]).startswith("segment=")),
        needed if _known(needed) else math.inf,
        effect["q_value"] if _known(effect["q_value"]) else 1.0,
        effect["effect_key"],
    )


def _known(value: Any) -> bool:
    return value is not None and math.isfinite(value)
