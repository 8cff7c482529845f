"""What would refute a suggestion, fixed before anybody adopts it."""

from __future__ import annotations

import math
from typing import Any

from pipelines.suggestions.shape import COMPLIANCE_RATE, MINIMUM_COUNT, WINDOW_DAYS, canonical, fingerprint

COMPARISON = "accounts of the scope that a coin left out, else those that did not adopt it; days drawn by coin where one account adopts"
ESTIMATOR = "intent to treat: difference of changes (coin), difference-in-differences or synthetic control, else before and after"


def rules(effect: dict[str, Any]) -> dict[str, Any]:
    """The part of a falsifier that does not depend on figures: metric, window, comparison group, estimator. Part of a suggestion's id."""
    return {
        "metric": effect["outcome"],
        "unit": effect["outcome_unit"],
        "scale": effect["scale"],
        "window_days": WINDOW_DAYS,
        "window_start": "day of adoption",
        "comparison_group": COMPARISON,
        "estimator": ESTIMATOR,
        "compliance_rate": COMPLIANCE_RATE,
    }


def falsifier(effect: dict[str, Any], predicted: float, gain: float) -> dict[str, Any]:
    """The whole falsifier. Refuted is what stays below half of the gain: `threshold_gain` a month, `threshold_number` on the scale."""
    needed = effect.get("needed_count")
    return rules(effect) | {
        "expected_gain": gain,
        "threshold_gain": gain / 2,
        "predicted_number": predicted,
        "threshold_number": half_of(predicted, effect["scale"]),
        "minimum_count": max(MINIMUM_COUNT, math.ceil(needed)) if needed is not None and math.isfinite(needed) else MINIMUM_COUNT,
    }


def half_of(predicted: float, scale: str) -> float:
    """Half of a predicted effect: on the log scale the ratio that brings half of the gain."""
    return math.log1p(math.expm1(predicted) / 2) if scale == "log" else predicted / 2


def frozen(terms: dict[str, Any]) -> tuple[str, str]:
    """(JSON, hash) of a falsifier, as stored with a suggestion and with the decision about it."""
    text = canonical(terms)
    return text, fingerprint(text)


def suggestion_id(effect: dict[str, Any]) -> str:
    """Same kind, action, scope, metric and rules of judgement: same suggestion. Figures may move, anything else makes a new one."""
    parts = ("suggestion_kind", "lever", "from_level", "to_level", "platform", "account_key", "segment_key", "campaign_key")
    return fingerprint({"rules": rules(effect)} | {part: effect.get(part) for part in parts})[:16]
