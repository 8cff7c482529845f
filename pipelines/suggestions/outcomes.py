"""What came of adopted suggestions: did people follow, what did it bring against the comparison group, and does the promise hold."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import polars as pl

from pipelines.suggestions.adoption import with_adoption_days
from pipelines.suggestions.confidence import calibration
from pipelines.suggestions.levers import follows, in_scope
from pipelines.suggestions.lifecycle import ADOPTED
from pipelines.suggestions.shape import COMPLIANCE_RATE, MINIMUM_COUNT, OUTCOMES, WINDOW_DAYS, fingerprint, frame, scopes_overlap

Row = dict[str, Any]
MATURE_DAYS = 7  # age at which a post's outcome is taken
DAYS_A_MONTH = 30
COPIED = (
    "suggestion_kind",
    "sentence_zh",
    "sentence_en",
    "lever",
    "to_level",
    "platform",
    "account_key",
    "outcome",
    "outcome_unit",
    "scale",
)
REALISED = (
    *("window_starts_on", "window_ends_on", "is_window_complete", "design_rung", "estimator", "effect", "standard_error", "ci_low"),
    *("ci_high", "ci_level", "p_value", "placebo_rank", "n_count", "treated_count", "control_count"),
)


def outcome_tables(decisions: pl.DataFrame, posts: pl.DataFrame, days: pl.DataFrame, accounts: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Tables `suggestion_outcomes` (one row per adopted suggestion) and `suggestion_calibration` (one row per kind)."""
    latest = decisions.sort("entry_number").unique("suggestion_id", keep="last", maintain_order=True)
    adopted = [_with_terms(d) for d in latest.filter(pl.col("decision").is_in(ADOPTED)).to_dicts()]
    measured = [_measured(decision, posts, days, accounts) for decision in adopted]
    flagged = [
        row | {"overlapping_ids": _overlapping(row, decision, measured, adopted)} for row, decision in zip(measured, adopted, strict=True)
    ]
    outcomes = frame(sorted(flagged, key=lambda row: row["entry_number"]), OUTCOMES)
    return {"suggestion_outcomes": outcomes, "suggestion_calibration": calibration(outcomes)}


def verdict(realised: Row, terms: Row, compliance: float | None) -> tuple[str, str | None]:
    """(verdict, reason) of a realised effect under the terms frozen at adoption.

    Compliance comes first. Then: refuted, the interval ends below the threshold; confirmed, it lies above 0 and holds the prediction
    (or lies wholly above it); underpowered, it is wider than twice the prediction; compatible, it holds both 0 and the prediction.
    """
    if not realised["is_window_complete"]:
        return "too_early", "window_not_over_yet"
    if compliance is not None and compliance < terms["compliance_rate"]:
        return "not_followed", None
    low, high = realised["ci_low"], realised["ci_high"]
    if realised["status"] != "estimated" or low is None or high is None:
        return "underpowered", realised["reason"] or "not_measurable"
    if (realised["n_count"] or 0) < terms["minimum_count"]:
        return "underpowered", "too_few_rows"
    predicted, threshold = terms["predicted_number"], terms["threshold_number"]
    if high < threshold:
        return "refuted", None
    if low > 0 and low <= predicted <= high:
        return "confirmed", None
    if low > predicted:
        return "confirmed", "more_than_predicted"
    if high - low > 2 * predicted:
        return "underpowered", "interval_too_wide"
    if low <= 0 and predicted <= high:
        return "compatible", None
    return "underpowered", "less_than_predicted"


def compliance(posts: pl.DataFrame, decision: Row) -> tuple[int, float | None]:
    """(posts of adopters within the window, share of them that followed the action); no share where posts do not tell."""
    suggestion, start = decision["suggestion"], decision["starts_on"]
    followed = follows(suggestion.get("lever"), suggestion.get("to_level"), posts.columns)
    ends = start + dt.timedelta(decision["terms"]["window_days"])
    own = posts.filter(
        pl.col("account_key").is_in(decision["adopters"])
        & pl.col("published_date").is_between(start, ends, closed="left")
        & in_scope(suggestion)
    )
    if decision["by_days"]:
        own = with_adoption_days(own, "published_date", decision["randomisation_seed"]).filter("is_adoption_day")
    if followed is None or own.height == 0:
        return own.height, None
    share = own.select(followed.alias("is_followed"))["is_followed"].drop_nulls()
    return own.height, float(share.mean()) if share.len() else None  # type: ignore[arg-type]


def _with_terms(decision: Row) -> Row:
    """The decision with its suggestion and falsifier read, whether the falsifier is the one that was hashed, and who takes part."""
    suggestion, terms = _object(decision["suggestion_json"]), _object(decision["falsifier_json"])
    starts = decision["starts_on"] or (decision["decided_at"].date() if decision["decided_at"] else None)
    intact = (
        fingerprint(decision["falsifier_json"] or "") == decision["falsifier_hash"]
        and {"predicted_number", "threshold_number"} <= terms.keys()
    )
    defaults = {"window_days": WINDOW_DAYS, "compliance_rate": COMPLIANCE_RATE, "minimum_count": MINIMUM_COUNT, "expected_gain": None}
    seed = decision["randomisation_seed"] or ""
    return decision | {
        "suggestion": suggestion,
        "terms": defaults | terms,
        "starts_on": starts,
        "is_intact": intact and starts is not None,
        "adopters": list(decision["adopters"] if decision["adopters"] is not None else []),
        "controls": list(decision["controls"] if decision["controls"] is not None else []),
        "by_days": seed.startswith("days:"),
        "is_random": bool(seed),
    }


def _object(text: str | None) -> Row:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _measured(decision: Row, posts: pl.DataFrame, days: pl.DataFrame, accounts: pl.DataFrame) -> Row:
    """One row of `suggestion_outcomes`, but for its overlaps."""
    suggestion, terms = decision["suggestion"], decision["terms"]
    row = {name: suggestion.get(name) for name in COPIED} | {
        "entry_number": decision["entry_number"],
        "suggestion_id": decision["suggestion_id"],
        "decision": decision["decision"],
        "decided_by": decision["decided_by"],
        "decided_on": decision["decided_at"].date() if decision["decided_at"] else None,
        "is_falsifier_intact": decision["is_intact"],
        "predicted_number": terms.get("predicted_number"),
        "threshold_number": terms.get("threshold_number"),
        "expected_gain": terms["expected_gain"],
    }
    if not decision["is_intact"]:
        return row | {"verdict": "underpowered", "reason": "falsifier_changed"}
    decision = decision | {"adopters": decision["adopters"] or _scope_accounts(suggestion, accounts)}
    realised = realise(decision, posts, days, accounts)
    count, share = compliance(posts, decision)
    found, reason = verdict(realised, terms, share)
    return (
        row
        | {name: realised[name] for name in REALISED}
        | {
            "pre_trend_p_value": realised["pre_trend_p"],
            "eligible_count": count,
            "compliance_rate": share,
            "verdict": found,
            "reason": reason,
        }
        | {"realised_gain": _monthly_gain(realised, suggestion, len(decision["adopters"]), count)}
    )


def realise(decision: Row, posts: pl.DataFrame, days: pl.DataFrame, accounts: pl.DataFrame) -> Row:
    """The realised effect by the best design there is: coin over accounts or days, else comparison with accounts that did not adopt."""
    from pipelines.analyses.panels.outcomes import realised_effect

    suggestion, terms = decision["suggestion"], decision["terms"]
    outcome, is_post = str(suggestion.get("outcome")), suggestion.get("outcome_unit") == "per_post"
    panel, date = (posts, "published_date") if is_post else (days, "business_date")
    if outcome not in panel.columns or suggestion.get("outcome_unit") not in ("per_post", "per_account_day", "per_month"):
        return _not_measurable(decision, _as_of(days, date_of="business_date"))
    as_of = _as_of(days, date_of="business_date")
    if is_post and as_of:
        as_of -= dt.timedelta(MATURE_DAYS)
    controls = decision["controls"] if decision["is_random"] else _others(decision, panel)
    if decision["by_days"]:
        panel = with_adoption_days(panel, date, decision["randomisation_seed"])
    realised = realised_effect(
        panel,
        decision["adopters"],
        controls,
        decision["starts_on"],
        terms["window_days"],
        outcome,
        decision["is_random"] and not decision["by_days"],
        date=date,
        grain="post" if is_post else "account_day",
        as_of=as_of,
        scale=suggestion.get("scale") or "log",
        assignment="is_adoption_day" if decision["by_days"] else None,
    )
    if not realised["is_window_complete"]:  # the window as agreed, not as far as the data reach
        realised = realised | {"window_ends_on": decision["starts_on"] + dt.timedelta(terms["window_days"] - 1)}
    return realised


def _others(decision: Row, panel: pl.DataFrame) -> list[str]:
    """Accounts to compare with where no coin was tossed: those named, else all others of the same platform, else all others."""
    if decision["controls"]:
        return list(decision["controls"])
    rest = panel.filter(~pl.col("account_key").is_in(decision["adopters"]))
    platform = decision["suggestion"].get("platform")
    near = rest.filter(pl.col("platform") == platform) if platform else rest
    return near["account_key"].drop_nulls().unique().sort().to_list()


def _scope_accounts(suggestion: Row, accounts: pl.DataFrame) -> list[str]:
    """Our accounts within a suggestion's scope."""
    own = accounts.filter(in_scope(suggestion) & pl.col("is_owned").fill_null(True))
    return own["account_key"].sort().to_list()


def _as_of(days: pl.DataFrame, date_of: str) -> dt.date | None:
    latest: dt.date | None = days[date_of].max() if days.height else None  # type: ignore[assignment]
    return latest


def _not_measurable(decision: Row, as_of: dt.date | None) -> Row:
    ends = decision["starts_on"] + dt.timedelta(decision["terms"]["window_days"] - 1)
    blank = dict.fromkeys([*REALISED, "pre_trend_p", "baseline_number"])
    complete = as_of is not None and as_of >= ends
    return blank | {
        "status": "not_enough_evidence",
        "reason": "not_measurable",
        "window_starts_on": decision["starts_on"],
        "window_ends_on": ends,
        "is_window_complete": complete,
    }


def _monthly_gain(realised: Row, suggestion: Row, accounts: int, posts: int) -> float | None:
    """What the realised effect is worth a month: per post or account day, times those that the adopters have in a month."""
    effect, average, start, end = (realised[name] for name in ("effect", "baseline_number", "window_starts_on", "window_ends_on"))
    if None in (effect, average, start, end):
        return None
    daily = posts / ((end - start).days + 1) if suggestion.get("outcome_unit") == "per_post" else float(accounts)
    change = math.expm1(effect) * average if suggestion.get("scale") == "log" else effect
    return float(change * daily * DAYS_A_MONTH)


def _overlapping(row: Row, decision: Row, measured: list[Row], adopted: list[Row]) -> list[str]:
    """Other adopted suggestions whose scope and window overlap: their effects cannot be told apart."""
    found = []
    for other, other_decision in zip(measured, adopted, strict=True):
        same_time = _windows_overlap(decision, other_decision)
        if other is not row and same_time and scopes_overlap(decision["suggestion"], other_decision["suggestion"]):
            found.append(str(other["suggestion_id"]))
    return sorted(found)


def _windows_overlap(one: Row, other: Row) -> bool:
    if one["starts_on"] is None or other["starts_on"] is None:
        return False
    ends = one["starts_on"] + dt.timedelta(one["terms"]["window_days"])
    other_ends = other["starts_on"] + dt.timedelta(other["terms"]["window_days"])
    return bool(one["starts_on"] < other_ends and other["starts_on"] < ends)
