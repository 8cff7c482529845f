"""Rows of effects and of their checks, built from figures: keys, empty values, shrinkage, gains and the size of a settling experiment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.effects_shape import EFFECT_CHECKS, EFFECTS
from pipelines.analyses.statistics import Array

RELEASE = "marts"  # the schema people query; evidence is shown to them, not read here
REASONS = {"overlap": "no_overlap", "placebo_outcome": "placebo_failed", "placebo_in_time": "placebo_failed"}
TREND_LEVEL = 0.01  # p-value under which a check of "nothing happened before" has failed
SMALLEST_SPREAD = 0.05  # of effects, log scale: shrinkage never claims that all effects are exactly the same
FAMILY_FOR_SHRINKING = 3
Z80 = 1.959964 + 0.841621  # 5 % two-sided, 80 % power
Z90 = 1.644854


def effect_key(analysis: str, lever: str, levels: str, outcome: str, *scope: str | None) -> str:
    """The same words for the same question in every run: analysis/lever/levels/outcome/scope, "-" where a scope is not limited."""
    return "/".join([analysis, lever, levels, outcome, *(s or "-" for s in scope)])


def effect_frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows as a frame of shape EFFECTS; columns not said are NULL, NaN becomes NULL."""
    return _frame(rows, EFFECTS)


def check_frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows as a frame of shape EFFECT_CHECKS; NaN becomes NULL."""
    return _frame(rows, EFFECT_CHECKS)


def _frame(rows: Sequence[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    unknown = {key for row in rows for key in row} - schema.keys()
    if unknown:
        raise KeyError(f"No such columns: {sorted(unknown)}")
    filled = [{name: known(row.get(name)) for name in schema} for row in rows]
    return pl.DataFrame(filled, schema=schema)


def known(value: Any) -> Any:
    """The value, a Python number if it was numpy's; None for NaN and infinities."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def check(
    key: str, name: str, passed: bool | None, value: float | None, threshold: float | None, *, is_gate: bool = False
) -> dict[str, Any]:
    """One row of checks; `passed` None means it could not be done."""
    state = "na" if passed is None else "pass" if passed else "fail"
    return {
        "effect_key": key,
        "check_name": name,
        "state": state,
        "value": _number(value),
        "threshold": _number(threshold),
        "is_gate": is_gate,
    }


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def p_check(key: str, name: str, p_value: float, *, is_gate: bool = True) -> dict[str, Any]:
    """A check that fails where something is found although nothing can be there (p-value under TREND_LEVEL)."""
    return check(key, name, None if math.isnan(p_value) else p_value >= TREND_LEVEL, p_value, TREND_LEVEL, is_gate=is_gate)


def failed_gate(checks: Iterable[dict[str, Any]]) -> str | None:
    """The reason a failed gate gives (``pre_trend`` → ``pre_trend_failed``), or None."""
    names = (c["check_name"] for c in checks if c["is_gate"] and c["state"] == "fail")
    return next((REASONS.get(name, f"{name}_failed") for name in names), None)


def shrink(effects: Array, errors: Array, centre: float = 0.0, *, fewest: int = FAMILY_FOR_SHRINKING) -> tuple[Array, Array]:
    """Empirical-Bayes effects around `centre` and their standard errors, NaN where unknown; unchanged in families under `fewest`."""
    usable = np.isfinite(effects) & np.isfinite(errors) & (errors > 0)
    if usable.sum() < fewest:
        return effects.copy(), errors.copy()
    spread = float(np.mean((effects[usable] - centre) ** 2 - errors[usable] ** 2))
    spread = max(spread, SMALLEST_SPREAD**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        keep = np.where(usable, spread / (spread + errors**2), np.nan)
    return centre + keep * (effects - centre), np.sqrt(keep) * errors


def log_gain(effect: float, baseline: float | None, units: float | None) -> float | None:
    """Outcome units a month that a log effect brings over `units` units of that baseline; None where one is unknown."""
    if baseline is None or units is None or not math.isfinite(effect):
        return None
    return (math.exp(effect) - 1) * baseline * units


def shrunk_columns(effect: float, error: float, baseline: float | None, units: float | None) -> dict[str, Any]:
    """The shrunk effect's columns of EFFECTS with 90 % bounds, and the gains they mean; effects are log ratios."""
    low, high = effect - Z90 * error, effect + Z90 * error
    return {
        "effect_shrunk": effect,
        "shrunk_low": low,
        "shrunk_high": high,
        "expected_gain": log_gain(effect, baseline, units),
        "expected_gain_low": log_gain(low, baseline, units),
        "expected_gain_high": log_gain(high, baseline, units),
    }


def quoted(values: Iterable[str]) -> str:
    """SQL literals, comma-separated."""
    return ", ".join("'" + v.replace("'", "''") + "'" for v in sorted(values))
