"""Goals and where they are heading: what came so far plus the forecast of the days left, against the target.

A flow (views, orders) is added up over the goal's period, a running total (followers) is judged by its last day, a rate by the ratio of its
two sums. Days beyond the forecast repeat its last week, with an interval that goes on widening; how many they are is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables, empty
from pipelines.analyses.series.tables import OUTLOOK

SHARED_SHOCKS = 0.5  # assumed correlation between the errors of two series that are added up
SHARED_BY_PARTS = 0.8  # the same for numerator and denominator of a rate: a good week has more of both
LEAST_COVERAGE = 0.8  # of the days gone by: with less, a sum so far is no sum
LONGEST_AHEAD_DAYS = 92  # beyond a quarter repeating last week says nothing


@dataclass(frozen=True)
class Sum:
    """A part of the answer: value so far, value ahead with bounds, days known and due, days ahead without a forecast."""

    so_far: float
    ahead: float
    lower: float
    upper: float
    known_days: int
    due_days: int
    guessed_days: int
    through: date

    @property
    def total(self) -> float:
        return self.so_far + self.ahead


def outlook_tables(
    goals: pl.DataFrame, daily: pl.DataFrame, forecasts: pl.DataFrame, totals: pl.DataFrame, metrics: pl.DataFrame
) -> Tables:
    """`outlook`: one row per goal with its outcome as things go, interval, share of the target and verdict, or why there is none."""
    known = daily.filter(pl.col("value").is_not_null() & ~pl.col("is_provisional").fill_null(value=False))
    as_of = known["business_date"].max()
    rows = [_outlook(goal, known, forecasts, totals, metrics, as_of) for goal in goals.sort("goal_key").to_dicts()]
    return {"outlook": pl.DataFrame(rows, schema=OUTLOOK, orient="row", strict=False) if rows else empty(OUTLOOK)}


def _outlook(
    goal: dict[str, object], daily: pl.DataFrame, forecasts: pl.DataFrame, totals: pl.DataFrame, metrics: pl.DataFrame, as_of: object
) -> dict[str, object]:
    """One goal's row."""
    row: dict[str, object] = {k: goal.get(k) for k in OUTLOOK} | {"as_of_date": as_of, "interval_level": 0.9}

    def refused(reason: str) -> dict[str, object]:
        return row | {"verdict": "not_enough_evidence", "reason": reason}

    starts, ends, metric = goal["starts_on"], goal["ends_on"], goal["metric"]
    assert isinstance(starts, date) and isinstance(ends, date)
    if not isinstance(as_of, date) or metric is None or not goal["is_known_metric"]:
        return refused("unknown_metric" if isinstance(as_of, date) else "no_data")
    if as_of < starts:
        return refused("not_begun")
    whole = (ends - starts).days + 1
    row["elapsed_rate"] = min((as_of - starts).days + 1, whole) / whole
    if (ends - as_of).days > LONGEST_AHEAD_DAYS:
        return refused("too_far_ahead")
    parts = ratio_parts(str(metric), metrics)
    sums = [_sum_of(name, goal, daily, forecasts, totals, starts, ends) for name in parts]
    if reasons := [s for s in sums if isinstance(s, str)]:
        return refused(reasons[0])
    found = [s for s in sums if isinstance(s, Sum)]
    coverage = min(s.known_days / max(s.due_days, 1) for s in found)
    row |= {
        "coverage_rate": coverage,
        "known_day_count": min(s.known_days for s in found),
        "guessed_day_count": max(s.guessed_days for s in found),
    }
    if coverage < LEAST_COVERAGE:
        return refused("too_many_days_missing")
    value, low, high, now = _combined(found)
    return row | _judged(goal, value, low, high, now, ends <= as_of, (ends - as_of).days)


def ratio_parts(metric: str, metrics: pl.DataFrame) -> list[str]:
    """The metric itself, or numerator and denominator where it is a ratio of two sums."""
    entry = metrics.filter((pl.col("metric") == metric) & (pl.col("additivity") == "weighted"))
    return [metric] if entry.is_empty() else [str(entry["numerator"][0]), str(entry["denominator"][0])]


def _sum_of(
    metric: str,
    goal: dict[str, object],
    daily: pl.DataFrame,
    forecasts: pl.DataFrame,
    totals: pl.DataFrame,
    starts: date,
    ends: date,
) -> Sum | str:
    """The metric over the goal's scope: its own series where there is one, else the sum of the accounts'; a reason where there is none."""
    mine = scope_series(daily.filter(pl.col("metric") == metric), goal.get("platform"), goal.get("account_key"))
    if mine.is_empty():
        return "no_series"
    keys = mine["series_key"].unique().sort().to_list()
    each = [_series_sum(mine.filter(pl.col("series_key") == key), forecasts, totals, key, metric, starts, ends) for key in keys]
    if any(one is None for one in each):
        return "no_forecast"
    known = [one for one in each if one is not None]
    ahead = sum(one.ahead for one in known)
    below, above = (np.array([abs(one.ahead - bound) for one, bound in zip(known, bounds, strict=True)]) for bounds in _bounds(known))
    return Sum(
        sum(one.so_far for one in known),
        ahead,
        ahead - _together(below),
        ahead + _together(above),
        min(one.known_days for one in known),
        max(one.due_days for one in known),
        max(one.guessed_days for one in known),
        min(one.through for one in known),
    )


def _bounds(sums: list[Sum]) -> tuple[list[float], list[float]]:
    return [s.lower for s in sums], [s.upper for s in sums]


def _together(widths: np.ndarray) -> float:
    """Half width of a sum of forecasts whose errors share half of their causes."""
    return float(np.sqrt((1 - SHARED_SHOCKS) * (widths**2).sum() + SHARED_SHOCKS * widths.sum() ** 2))


def scope_series(daily: pl.DataFrame, platform: object, account_key: object) -> pl.DataFrame:
    """The rows of one account, of one platform's total, of the business' own series, or of all accounts - in this order of choice."""
    if account_key is not None:
        return daily.filter(pl.col("account_key") == account_key)
    scoped = daily if platform is None else daily.filter(pl.col("platform") == platform)
    total = scoped.filter((pl.col("account_key") == "all") & (pl.col("platform") == ("all" if platform is None else platform)))
    return total if total.height else scoped.filter(pl.col("account_key") != "all")


def _series_sum(
    mine: pl.DataFrame, forecasts: pl.DataFrame, totals: pl.DataFrame, key: str, metric: str, starts: date, ends: date
) -> Sum | None:
    """One series: what is known inside the period, and the forecast from the day after its last final figure to the end."""
    inside = mine.filter(pl.col("business_date").is_between(starts, ends))
    through: date = mine["business_date"].max()  # type: ignore[assignment]
    is_level = metric.endswith("_total_count")
    due = (min(through, ends) - starts).days + 1
    so_far = 0.0 if is_level else float(inside["value"].sum() or 0.0)
    if through >= ends:
        last = float(inside.sort("business_date")["value"][-1]) if is_level and inside.height else 0.0
        return Sum(so_far, last, last, last, inside.height, due, 0, through)
    path = forecasts.filter(pl.col("series_key") == key).sort("business_date")
    sums = totals.filter((pl.col("series_key") == key) & (pl.col("business_date") <= ends)).sort("business_date")
    if path.is_empty() or sums.is_empty():
        return None
    wanted, reached = (ends - through).days, int(sums["horizon_days"][-1])
    base, low, high = (float(sums[c][-1] if sums[c][-1] is not None else np.nan) for c in ("total_forecast", "total_lower", "total_upper"))
    guessed = max(wanted - reached, 0)
    if guessed and not is_level:
        week = path.tail(7)["forecast"].to_numpy()
        base_after = base + float(np.resize(week, guessed).sum())
        stretch = np.sqrt(wanted / reached) * base_after / base if base else 1.0
        low, high, base = base_after - (base - low) * stretch, base_after + (high - base) * stretch, base_after
    floor = 0.0 if not metric.endswith("_net_count") else -np.inf
    return Sum(so_far, base, max(low, floor), high, inside.height, due, guessed, through)


def _combined(found: list[Sum]) -> tuple[float, float, float, float | None]:
    """Value at the end, its bounds and the value so far, of a sum or of a ratio of two sums."""
    if len(found) == 1:
        one = found[0]
        return one.total, one.so_far + one.lower, one.so_far + one.upper, one.so_far
    top, below = found
    value = top.total / below.total if below.total else float("nan")
    a, b = ((s.upper - s.lower) / max(s.total, 1e-9) / 2 for s in found)
    relative = min(float(np.sqrt(a**2 + b**2 - 2 * SHARED_BY_PARTS * a * b)), 1.0)
    return value, value * (1 - relative), value * (1 + relative), top.so_far / below.so_far if below.so_far else None


def _judged(
    goal: dict[str, object], value: float, low: float, high: float, now: float | None, is_over: bool, days_left: int
) -> dict[str, object]:
    """Shares of the target and the verdict; at_most goals are met below their target."""
    target = float(str(goal["target_number"]))
    if np.isnan(value) or np.isnan(low) or np.isnan(high):
        return {"verdict": "not_enough_evidence", "reason": "no_interval"}
    below = goal.get("target_direction") == "at_most"
    met, surely, hopeless = (value <= target, high <= target, low > target) if below else (value >= target, low >= target, high < target)
    verdict = ("achieved" if met else "missed") if is_over else "on_track" if surely else "off_track" if hopeless else "open"
    # only a flow is made day by day
    is_flow = not str(goal["metric"]).endswith("_total_count") and "_rate" not in str(goal["metric"])
    left = max(target - now, 0.0) / days_left if is_flow and not is_over and now is not None else None
    share = (lambda x: x / target) if target else (lambda x: None)
    return {
        "actual_number": now,
        "forecast_number": value,
        "forecast_lower": low,
        "forecast_upper": high,
        "attainment_rate": share(value),
        "attainment_lower": share(low),
        "attainment_upper": share(high),
        "needed_per_day_number": left,
        "verdict": verdict,
        "reason": None,
    }
