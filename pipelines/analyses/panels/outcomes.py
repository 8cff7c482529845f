"""What a decision brought: the adopters against the others, by the best design that the data allows, intent to treat.

A  the accounts (or single posts or days) were drawn by coin: difference of changes, or of rows within account
B  not drawn, but three or more controls with complete days: difference-in-differences with an interval from placebos, and beside it
   a synthetic control
D  neither: before and after, labelled so; the calendar alone can make such a difference
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.panels.account_panel import SHORTEST_WINDOW, AccountPanel, longest_panel
from pipelines.analyses.panels.did import CI_LEVEL, MINIMUM_DONORS, pre_trend_p, t_interval, with_placebos
from pipelines.analyses.panels.experiments import Comparison, compare_means
from pipelines.analyses.panels.rows import known
from pipelines.analyses.panels.synthetic_control import demeaned_effect

REALISED = {
    "status": pl.String,
    "reason": pl.String,
    "design_rung": pl.String,
    "estimator": pl.String,
    "scale": pl.String,
    "effect": pl.Float64,
    "standard_error": pl.Float64,
    "ci_low": pl.Float64,
    "ci_high": pl.Float64,
    "ci_level": pl.Float64,
    "p_value": pl.Float64,
    "second_estimator": pl.String,
    "second_effect": pl.Float64,
    "is_disagreement": pl.Boolean,
    "pre_trend_p": pl.Float64,
    "placebo_rank": pl.Int64,
    "placebo_count": pl.Int64,
    "treated_count": pl.Int64,
    "control_count": pl.Int64,
    "n_count": pl.Int64,
    "window_starts_on": pl.Date,
    "window_ends_on": pl.Date,
    "base_starts_on": pl.Date,
    "is_window_complete": pl.Boolean,
    "baseline_number": pl.Float64,
}
FEWEST_POSTS = 3  # of an account in base and in window each
FEWEST_PER_ARM = 2
FEWEST_ROWS_PER_ARM = 10


def realised_effect(
    panel: pl.DataFrame,
    treated_accounts: Sequence[str],
    control_accounts: Sequence[str],
    starts_on: dt.date,
    window_days: int,
    outcome: str,
    randomised: bool,
    *,
    date: str = "business_date",
    grain: str = "account_day",
    base_days: int = 56,
    as_of: dt.date | None = None,
    scale: str = "log",
    assignment: str | None = None,
) -> dict[str, Any]:
    """One row of shape REALISED; thin data gives status not_enough_evidence with a reason, never an exception and never 0."""
    frame = panel.with_columns(pl.col(date).cast(pl.Date).alias("business_date"), pl.col(outcome).cast(pl.Float64))
    frame = frame.filter(pl.col(outcome).is_not_null())
    latest = as_of or frame["business_date"].max()
    planned = starts_on + dt.timedelta(days=window_days - 1)
    ends_on = min(planned, latest) if isinstance(latest, dt.date) else starts_on
    first = starts_on - dt.timedelta(days=base_days)
    row: dict[str, Any] = dict.fromkeys(REALISED)
    row |= {"status": "not_enough_evidence", "scale": scale, "ci_level": CI_LEVEL, "base_starts_on": first}
    row |= {"window_starts_on": starts_on, "window_ends_on": ends_on, "is_window_complete": ends_on >= planned}
    treated = sorted(set(treated_accounts))
    controls = sorted(set(control_accounts) - set(treated))
    span = frame.filter(pl.col("business_date").is_between(first, ends_on) & pl.col("account_key").is_in([*treated, *controls]))
    own = span.filter(pl.col("account_key").is_in(treated))
    before = own.filter(pl.col("business_date") < starts_on)[outcome]
    row["baseline_number"] = known(before.mean())
    window = own.filter(pl.col("business_date") >= starts_on)
    missing = "no_treated_data" if own.is_empty() else "no_window_data" if window.is_empty() else None
    if missing or (ends_on - starts_on).days + 1 < min(SHORTEST_WINDOW, window_days):
        return row | {"reason": missing or "window_not_over_yet"}
    log = scale == "log"
    if assignment is not None:
        return row | _within_accounts(window, outcome, assignment, log)
    if before.is_empty():
        return row | {"reason": "no_base_data"}
    if grain == "account_day" and not randomised:
        found = longest_panel(span, outcome, treated, controls, starts_on, ends_on, base_days=base_days, log=log)
        if isinstance(found, AccountPanel) and len(found.control_accounts) >= MINIMUM_DONORS:
            return row | {"base_starts_on": found.days[0]} | _against_controls(found)
    changes = _changes(span, outcome, starts_on, log)
    return row | _from_changes(changes, treated, controls, randomised)


def _against_controls(found: AccountPanel) -> dict[str, Any]:
    """Rung B on account days: difference-in-differences, the synthetic control beside it."""
    estimate, second = with_placebos(found.panel), with_placebos(found.panel, demeaned_effect)
    half = max(estimate.high - estimate.low, second.high - second.low) / 2
    counts = (len(found.treated_accounts), len(found.control_accounts))
    found_effect = Comparison(estimate.effect, estimate.standard_error, estimate.low, estimate.high, estimate.p_value, counts)
    return {
        **_estimated("B", "did", found_effect),
        "second_estimator": "synthetic_control",
        "second_effect": known(second.effect),
        "is_disagreement": bool(abs(second.effect - estimate.effect) > half),
        "pre_trend_p": known(pre_trend_p(found.panel)),
        "placebo_rank": estimate.placebo_rank,
        "placebo_count": len(estimate.placebos),
        "treated_count": counts[0],
        "control_count": counts[1],
        "n_count": int(found.panel.values.size),
    }


def _changes(span: pl.DataFrame, outcome: str, starts_on: dt.date, log: bool) -> pl.DataFrame:
    """One row per account with enough rows on both sides: change of its mean, the variance of that change, its slope before."""
    value = pl.col(outcome).clip(lower_bound=0).log1p() if log else pl.col(outcome)
    day = (pl.col("business_date") - pl.lit(starts_on)).dt.total_days().cast(pl.Float64)
    rows = span.select("account_key", value=value, day=day)
    before, after = pl.col("day") < 0, pl.col("day") >= 0
    earlier, days = pl.col("value").filter(before), pl.col("day").filter(before)
    later, away = pl.col("value").filter(after), days - days.mean()
    return (
        rows.sort("account_key", "day", "value")
        .group_by("account_key", maintain_order=True)
        .agg(
            change=later.mean() - earlier.mean(),
            variance=later.var() / later.len() + earlier.var() / earlier.len(),
            slope=(away * (earlier - earlier.mean())).sum() / (away**2).sum(),
            fewest=pl.min_horizontal(later.len(), earlier.len()),
            row_count=pl.len(),
        )
        .filter(pl.col("fewest") >= FEWEST_POSTS)
    )


def _from_changes(changes: pl.DataFrame, treated: list[str], controls: list[str], randomised: bool) -> dict[str, Any]:
    """Rung A or B from each account's change; D from the treated accounts alone."""
    own, others = (changes.filter(pl.col("account_key").is_in(names)) for names in (treated, controls))
    rows = [int(frame["row_count"].to_numpy().sum()) for frame in (own, others)]
    counts = {"treated_count": own.height, "control_count": others.height, "n_count": sum(rows)}
    if own.is_empty():
        return counts | {"reason": "no_treated_data"}
    mine, theirs = own["change"].to_numpy(), others["change"].to_numpy()
    slopes = compare_means(own["slope"].to_numpy(), others["slope"].to_numpy(), equal_spread=True)
    trend = {"pre_trend_p": known(slopes.p_value)}
    if randomised and min(len(mine), len(theirs)) >= FEWEST_PER_ARM:
        return counts | trend | _estimated("A", "difference_of_changes", compare_means(mine, theirs))
    if len(theirs) >= MINIMUM_DONORS:
        found = compare_means(mine, theirs, equal_spread=True)
        placebos = np.abs(theirs - (theirs.sum() - theirs) / (len(theirs) - 1))
        rank = {"placebo_rank": 1 + int((placebos >= abs(found.difference)).sum()), "placebo_count": len(theirs)}
        return counts | trend | rank | _estimated("B", "did", found)
    return counts | {"control_count": 0, "n_count": rows[0]} | _before_after(own)


def _before_after(own: pl.DataFrame) -> dict[str, Any]:
    """Rung D: the mean change of the treated accounts; its error takes rows as independent and is therefore too small, as the rung says."""
    effect = float(own["change"].to_numpy().mean())
    error = float(np.sqrt(own["variance"].fill_null(np.nan).to_numpy().sum())) / own.height
    low, high, p_value = t_interval(effect, error, max(int(own["row_count"].sum()) - 2 * own.height, 1))
    return _estimated("D", "before_after", Comparison(effect, error, low, high, p_value, (own.height, 0)))


def _within_accounts(window: pl.DataFrame, outcome: str, assignment: str, log: bool) -> dict[str, Any]:
    """Rung A where rows were drawn: rows with the lever against rows without, within account (robust errors)."""
    value = pl.col(outcome).clip(lower_bound=0).log1p() if log else pl.col(outcome)
    drawn = window.filter(pl.col(assignment).is_not_null()).select("account_key", arm=pl.col(assignment).cast(pl.Float64), value=value)
    both = drawn.filter((pl.col("arm").n_unique() == 2).over("account_key")).sort("account_key", "arm", "value")
    accounts, rows = both["account_key"].n_unique(), both.height
    counts = {"treated_count": accounts, "control_count": 0, "n_count": rows}
    if min(int(both["arm"].sum()), rows - int(both["arm"].sum())) < FEWEST_ROWS_PER_ARM:
        return counts | {"reason": "too_few_rows"}
    centred = both.select(pl.col(c) - pl.col(c).mean().over("account_key") for c in ("arm", "value"))
    arm, y = centred["arm"].to_numpy(), centred["value"].to_numpy()
    effect = float(arm @ y / (arm @ arm))
    degrees = rows - accounts - 1
    error = float(np.sqrt(np.sum((arm * (y - effect * arm)) ** 2) * rows / degrees) / (arm @ arm))
    return counts | _estimated("A", "randomised_rows", Comparison(effect, error, *t_interval(effect, error, degrees), (accounts, 0)))


def _estimated(rung: str, estimator: str, found: Comparison) -> dict[str, Any]:
    """The columns of an estimate; without an interval it is none."""
    if not np.isfinite(found.low):
        return {"reason": "no_interval", "design_rung": rung, "estimator": estimator}
    return {
        "status": "estimated",
        "design_rung": rung,
        "estimator": estimator,
        "effect": found.difference,
        "standard_error": found.standard_error,
        "ci_low": found.low,
        "ci_high": found.high,
        "p_value": found.p_value,
    }
