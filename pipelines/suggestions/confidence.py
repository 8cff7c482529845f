"""How far a kind's promises have held: the factor that later promises are multiplied with, and when its confidence falls a step."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from pipelines.suggestions.shape import CALIBRATION, CONFIDENCES, KINDS, OUTCOMES, frame

MEASURED = ("confirmed", "compatible", "refuted", "underpowered")  # verdicts with a realised effect of what was really done
# Only what was compared counts here: a plain before and after says more of the calendar than of the promise.
PRIOR_ERROR = 0.5  # how far from 1 a kind's slope is thought to be before anything is measured
SMALLEST, LARGEST = 0.1, 2.0  # of the factor: a promise is neither erased nor blown up
LAST, REFUTED = 10, 3
WEIGHTS = {"high": 1.0, "medium": 0.6, "low": 0.3}


def calibration(outcomes: pl.DataFrame) -> pl.DataFrame:
    """One row per kind: slope of realised on predicted effects, the factor it leads to, and whether too many were refuted lately."""
    return frame([_of_kind(kind, outcomes.filter(pl.col("suggestion_kind") == kind)) for kind in KINDS], CALIBRATION)


def downgraded(confidence: str) -> str:
    """One step less sure; the lowest stays."""
    return CONFIDENCES[min(CONFIDENCES.index(confidence) + 1, len(CONFIDENCES) - 1)]


def _of_kind(kind: str, outcomes: pl.DataFrame) -> dict[str, object]:
    measured = outcomes.filter(
        pl.col("verdict").is_in(MEASURED)
        & pl.col("design_rung").is_in(("A", "B"))
        & pl.col("effect").is_not_null()
        & (pl.col("standard_error") > 0)
        & (pl.col("predicted_number") != 0)
    )
    decided = measured.sort("window_ends_on", "entry_number").tail(LAST)
    refuted = int((decided["verdict"] == "refuted").sum())
    slope, error, low, high = _slope(measured.sort("entry_number"))
    return {
        "suggestion_kind": kind,
        "measured_count": measured.height,
        "slope_number": slope,
        "slope_low_number": low,
        "slope_high_number": high,
        "calibration_number": _shrunk(slope, error),
        "refuted_count": refuted,
        "is_downgraded": refuted > REFUTED,
    }


def _slope(measured: pl.DataFrame) -> tuple[float | None, float | None, float | None, float | None]:
    """(slope, standard error, ends of its 90 % interval) through the origin, precise measurements weighing more; None without any."""
    from scipy.stats import norm
    from scipy.stats import t as student

    if measured.height == 0:
        return None, None, None, None
    predicted, realised = measured["predicted_number"].to_numpy(), measured["effect"].to_numpy()
    weight = 1 / measured["standard_error"].to_numpy() ** 2
    information = float(np.sum(weight * predicted**2))
    slope = float(np.sum(weight * predicted * realised)) / information
    freedom = measured.height - 1
    spread = float(np.sum(weight * (realised - slope * predicted) ** 2)) / freedom if freedom else 1.0
    error = math.sqrt(max(spread, 1.0) / information)
    reach = float(student.ppf(0.95, freedom) if freedom else norm.ppf(0.95)) * error
    return slope, error, slope - reach, slope + reach


def _shrunk(slope: float | None, error: float | None) -> float:
    """The slope drawn towards 1, the more the less is known of it, within bounds."""
    if slope is None or error is None:
        return 1.0
    own, prior = 1 / error**2, 1 / PRIOR_ERROR**2
    return min(max((own * slope + prior) / (own + prior), SMALLEST), LARGEST)


def no_outcomes() -> pl.DataFrame:
    """Outcomes before anything was adopted."""
    return pl.DataFrame(schema=OUTCOMES)
