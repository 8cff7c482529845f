"""Diminishing returns: by how many percent conversions grow when spend grows by one percent, from the days of one and the same ad object.

Conversions of a day by that day's spend (log to log, quasi-Poisson), weekends and a trend apart. Days are not drawn by lot: when demand
moves the budget, the figure is too high. Hence rung C at best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.analyses.conversion.rates import Z95, shrink_normal
from pipelines.analyses.statistics import Array

MIN_DAYS, MIN_CONVERSIONS, MIN_VARIATION = 21, 30, 0.15
REASONS = {"days": "too_few_days", "conversions": "too_few_conversions", "variation": "too_little_spend_variation"}


@dataclass(frozen=True)
class Slope:
    """An elasticity with its standard error, or why there is none; variation is the spread of log spend that weekends and trend leave."""

    estimate: float
    error: float
    variation: float
    reason: str | None


def spend_returns(parts: list[pl.DataFrame], rows: pl.DataFrame) -> pl.DataFrame:
    """One row per part: elasticity (raw, interval, shrunk), money per further conversion with its interval, and the reason where none."""
    slopes = [elasticity(days) for days in parts]
    known = np.array([slope.reason is None for slope in slopes])
    raw, error = np.array([s.estimate for s in slopes]), np.array([s.error for s in slopes])
    shrunk, shrunk_error = np.full(raw.size, np.nan), np.full(raw.size, np.nan)
    if known.any():
        shrunk[known], shrunk_error[known] = shrink_normal(raw[known], error[known])
    cpa = rows["cpa_shrunk_amount"].to_numpy().astype(float)
    low, high = shrunk - Z95 * shrunk_error, shrunk + Z95 * shrunk_error
    columns = {
        "elasticity_number": raw, "elasticity_low_number": raw - Z95 * error, "elasticity_high_number": raw + Z95 * error,
        "elasticity_shrunk_number": shrunk, "marginal_cpa_amount": _per_slope(cpa, shrunk),
        "marginal_cpa_low_amount": _per_slope(cpa, high), "marginal_cpa_high_amount": _per_slope(cpa, low),
    }  # fmt: skip
    return pl.DataFrame({name: pl.Series(values, dtype=pl.Float64).fill_nan(None) for name, values in columns.items()}).with_columns(
        pl.Series("returns_status", ["estimated" if k else "not_enough_evidence" for k in known]),
        pl.Series("returns_reason", [slope.reason for slope in slopes], dtype=pl.String),
    )


def _per_slope(cpa: Array, slope: Array) -> Array:
    """Money per further conversion; unknown where more spend brings no more conversions."""
    return np.asarray(np.where(slope > 0.01, cpa / np.where(slope > 0.01, slope, 1), np.nan))


def elasticity(days: pl.DataFrame) -> Slope:
    """The slope of log conversions on log spend over one object's days with spend, or the reason why it must not be estimated."""
    used = days.filter((pl.col("spend_amount") > 0) & pl.col("conversion_count").is_not_null()).sort("business_date")
    y, spend = used["conversion_count"].to_numpy().astype(float), used["spend_amount"].to_numpy().astype(float)
    if y.size < MIN_DAYS:
        return Slope(np.nan, np.nan, np.nan, REASONS["days"])
    if y.sum() < MIN_CONVERSIONS:
        return Slope(np.nan, np.nan, np.nan, REASONS["conversions"])
    time = (used["business_date"] - used["business_date"].min()).dt.total_days().to_numpy().astype(float)
    weekend = (used["business_date"].dt.weekday() >= 6).to_numpy().astype(float)
    spread = time.std()
    beside = np.column_stack([np.ones(y.size), weekend, (time - time.mean()) / (spread if spread > 0 else 1)])
    beside = beside[:, [0, *[i for i in (1, 2) if beside[:, i].std() > 0]]]
    x = np.log(spend)
    left = x - beside @ np.linalg.lstsq(beside, x, rcond=None)[0]
    variation = float(left.std())
    if variation < MIN_VARIATION:
        return Slope(np.nan, np.nan, variation, REASONS["variation"])
    return _quasi_poisson(np.column_stack([x - x.mean(), beside]), y, variation)


def _quasi_poisson(x: Array, y: Array, variation: float) -> Slope:
    beta = np.zeros(x.shape[1])
    beta[1] = np.log(y.mean())
    for _ in range(50):
        mu = np.exp(np.clip(x @ beta, -20, 20))
        bread = np.linalg.inv((x * mu[:, None]).T @ x + 1e-9 * np.eye(x.shape[1]))
        step = bread @ (x.T @ (y - mu))
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    else:
        return Slope(np.nan, np.nan, variation, "no_convergence")
    score = x * (y - mu)[:, None]
    meat = score.T @ score
    for lag in range(1, 8):  # days that follow each other are alike (Newey-West)
        cross = score[lag:].T @ score[:-lag]
        meat += (1 - lag / 8) * (cross + cross.T)
    robust = bread @ meat @ bread * y.size / (y.size - x.shape[1])
    chance = bread * max(float(np.sum((y - mu) ** 2 / mu)) / (y.size - x.shape[1]), 1.0)
    return Slope(float(beta[0]), float(np.sqrt(max(robust[0, 0], chance[0, 0]))), variation, None)
