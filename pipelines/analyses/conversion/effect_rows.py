"""Rows of the common shape of effects, filled so that what is not said is NULL."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from pipelines.analyses.effects_shape import EFFECT_CHECKS, EFFECTS
from pipelines.analyses.statistics import Array

# Analyses never read marts; they only say where a reader finds the rows.
MARTS = "marts"


def effect_key(*parts: Any) -> str:
    """The parts joined into a key that stays the same from run to run; '-' for what is none."""
    return "/".join("-" if part in (None, "") else str(part).replace("/", "_") for part in parts)


def effect(**said: Any) -> dict[str, Any]:
    """One row of EFFECTS; NaN becomes NULL. KeyError for a column that the shape has not."""
    unknown = set(said) - set(EFFECTS)
    if unknown:
        raise KeyError(f"not in the shape of effects: {sorted(unknown)}")
    return {column: _plain(said.get(column)) for column in EFFECTS}


def check(
    key: str, name: str, state: str, value: float | None = None, threshold: float | None = None, is_gate: bool = False
) -> dict[str, Any]:
    """One row of EFFECT_CHECKS."""
    return {"effect_key": key, "check_name": name, "state": state, "value": _plain(value), "threshold": threshold, "is_gate": is_gate}


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def frames(effects: list[dict[str, Any]], checks: list[dict[str, Any]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows as frames of the two shapes, sorted by key."""
    return (
        pl.DataFrame(effects, schema=EFFECTS, infer_schema_length=None).sort("effect_key"),
        pl.DataFrame(checks, schema=EFFECT_CHECKS, infer_schema_length=None).sort("effect_key", "check_name"),
    )


def quantiles(draws: Array, level: float = 0.9) -> tuple[float, float]:
    """The central interval of draws at that level."""
    import numpy as np

    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def sql_text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
