"""Experiments the customer ran in the app: accounts drawn by coin to follow a suggestion, the others left out, after their window is over.

Each becomes evidence of rung A about its lever, apart from the verdict on the suggestion: the same action may be open to other
accounts. Days drawn by coin within one account are judged with the suggestion and not here.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.panels import rows
from pipelines.analyses.panels.experiments import MISMATCH_LEVEL, sample_ratio_mismatch
from pipelines.analyses.panels.outcomes import realised_effect

GRAINS = {"per_post": ("post", "published_date"), "per_account_day": ("account_day", "business_date")}
USUAL_WINDOW_DAYS = 28
MONTH_DAYS = 30


def experiment_tables(decisions: pl.DataFrame, posts: pl.DataFrame, days: pl.DataFrame) -> Tables:
    """One effect per finished experiment whose outcome is known per post or per account and day, and its checks."""
    wanted = ("suggestion_id", "adopters", "controls", "starts_on", "suggestion_json", "falsifier_json")
    made, checks = [], []
    for values in zip(*(decisions[name].to_list() for name in wanted), strict=True):
        decision = dict(zip(wanted, values, strict=True))
        suggestion, terms = _object(decision["suggestion_json"]), _object(decision["falsifier_json"])
        if suggestion.get("outcome_unit") not in GRAINS or not suggestion.get("lever") or not decision["controls"]:
            continue
        found = _experiment(decision, suggestion, int(terms.get("window_days") or USUAL_WINDOW_DAYS), posts, days)
        if found is not None:
            made.append(found[0])
            checks += found[1]
    return {"experiment_effects": rows.effect_frame(made), "experiment_effect_checks": rows.check_frame(checks)}


def _experiment(
    decision: dict[str, Any], suggestion: dict[str, Any], window_days: int, posts: pl.DataFrame, days: pl.DataFrame
) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """The effect's row and its checks; None while the window runs or where the outcome is not one of the frame's."""
    grain, date = GRAINS[suggestion["outcome_unit"]]
    panel, outcome = (posts if grain == "post" else days), str(suggestion.get("outcome"))
    if outcome not in panel.columns or panel.is_empty():
        return None
    adopters, controls = decision["adopters"] or [], decision["controls"]
    scale = "difference" if suggestion.get("scale") == "difference" else "log"
    found = realised_effect(
        panel, adopters, controls, decision["starts_on"], window_days, outcome, True, date=date, grain=grain, scale=scale
    )
    if not found["is_window_complete"]:
        return None
    levels = f"{suggestion.get('from_level')}>{suggestion.get('to_level')}"
    scope = [suggestion.get(name) for name in ("platform", "account_key", "segment_key", "campaign_key")]
    key = rows.effect_key("experiment_effects", suggestion["lever"], levels, outcome, *scope, decision["suggestion_id"])
    fair = sample_ratio_mismatch([len(adopters), len(controls)])
    checks = [
        rows.check(key, "sample_ratio", fair >= MISMATCH_LEVEL, fair, MISMATCH_LEVEL, is_gate=True),
        rows.p_check(key, "pre_trend", _or_nan(found["pre_trend_p"]), is_gate=False),
    ]
    refused = rows.failed_gate(checks)
    is_random = found["status"] == "estimated" and found["design_rung"] == "A"
    row = {
        "effect_key": key,
        "analysis": "experiment_effects",
        **{name: suggestion.get(name) for name in ("suggestion_kind", "lever", "from_level", "to_level", "outcome", "outcome_unit")},
        **dict(zip(("platform", "account_key", "segment_key", "campaign_key"), scope, strict=True)),
        "design_rung": "A",
        "estimand": "Difference of the changes of accounts drawn by coin to follow the action and of accounts drawn to leave it, as drawn",
        "scale": scale,
        "ci_level": found["ci_level"],
        "n_count": found["n_count"],
        "treated_count": found["treated_count"],
        "account_count": (found["treated_count"] or 0) + (found["control_count"] or 0),
        "window_starts_on": found["window_starts_on"],
        "window_ends_on": found["window_ends_on"],
        "baseline_number": found["baseline_number"],
        "status": "not_enough_evidence" if not is_random else "refused" if refused else "estimated",
        "reason": (found["reason"] or "too_few_accounts") if not is_random else refused,
        "evidence_rows_sql": _evidence(grain, date, outcome, [*adopters, *controls], found["base_starts_on"], found["window_ends_on"]),
    }
    if not is_random:
        return row, checks
    names = ("effect", "standard_error", "ci_low", "ci_high", "p_value")
    return row | {name: found[name] for name in names} | _gains(found, scale, panel, date, controls), checks


def _gains(found: dict[str, Any], scale: str, panel: pl.DataFrame, date: str, controls: list[str]) -> dict[str, Any]:
    """What the lever could still bring the accounts that were left out; the draw leaves nothing to shrink."""
    window = panel.filter(
        pl.col("account_key").is_in(controls) & pl.col(date).is_between(found["window_starts_on"], found["window_ends_on"])
    )
    length = (found["window_ends_on"] - found["window_starts_on"]).days + 1
    units, effect, error = window.height / length * MONTH_DAYS, found["effect"], found["standard_error"]
    if scale == "log":
        gains = rows.shrunk_columns(effect, error, found["baseline_number"], units)
    else:
        low, high = effect - rows.Z90 * error, effect + rows.Z90 * error
        gains = {"effect_shrunk": effect, "shrunk_low": low, "shrunk_high": high}
        gains |= {"expected_gain": effect * units, "expected_gain_low": low * units, "expected_gain_high": high * units}
    return gains | {"eligible_monthly_count": units}


def _evidence(grain: str, date: str, outcome: str, accounts: list[str], first: dt.date, last: dt.date) -> str:
    table = f"{rows.RELEASE}.mart_content_features" if grain == "post" else f"{rows.RELEASE}.mart_account_daily"
    return (
        f"select account_key, {date}, {outcome} from {table} where account_key in ({rows.quoted(accounts)}) "
        f"and {date} between date '{first}' and date '{last}' order by account_key, {date}"
    )


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
