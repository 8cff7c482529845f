"""Account days or posts as a panel: one column per account, on the log scale, only accounts that are known well enough."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.analyses.panels.did import MINIMUM_DONORS, Panel
from pipelines.analyses.statistics import Array

BASE_DAYS = 56
SHORTEST_BASE = 28
SHORTEST_WINDOW = 7
COMPLETE_SHARE = 0.8  # of the days of base and of window each, that an account must be known on


@dataclass(frozen=True)
class AccountPanel:
    """A panel with the names of its units (treated first) and its days."""

    panel: Panel
    accounts: list[str]
    days: list[dt.date]

    @property
    def treated_accounts(self) -> list[str]:
        """Accounts at the treated level that are in the panel."""
        return [a for a, is_treated in zip(self.accounts, self.panel.is_treated, strict=True) if is_treated]

    @property
    def control_accounts(self) -> list[str]:
        """Accounts that serve as controls."""
        return [a for a, is_treated in zip(self.accounts, self.panel.is_treated, strict=True) if not is_treated]


def account_panel(
    days: pl.DataFrame,
    outcome: str,
    treated: Sequence[str],
    controls: Sequence[str],
    starts_on: dt.date,
    ends_on: dt.date,
    *,
    base_days: int = BASE_DAYS,
    log: bool = True,
) -> AccountPanel | str:
    """Accounts × days from `base_days` before the start to the end, or the reason why there is no treated account to look at.

    An account takes part when it is known on 80 % of the days of base and of window and usually above zero; its missing days are
    filled from its own level and that day's level of all accounts, so that they say nothing of their own.
    """
    first = starts_on - dt.timedelta(days=base_days)
    grid = [first + dt.timedelta(days=i) for i in range((ends_on - first).days + 1)]
    wanted = days.filter(pl.col("account_key").is_in([*treated, *controls]) & pl.col("business_date").is_between(first, ends_on))
    known = wanted.filter(pl.col(outcome).is_not_null())
    if known.is_empty():
        return "no_data"
    begins = known.filter(pl.col("account_key").is_in(list(treated)))["business_date"].min()
    if not isinstance(begins, dt.date):
        return "no_treated_data"
    grid = [day for day in grid if day >= begins]
    in_window = np.array([day >= starts_on for day in grid])
    if (~in_window).sum() < SHORTEST_BASE:
        return "too_few_days"
    if in_window.sum() < SHORTEST_WINDOW:
        return "too_few_days"
    names, values = _matrix(known, outcome, grid)
    seen = np.isfinite(values)
    complete = (seen[in_window].mean(axis=0) >= COMPLETE_SHARE) & (seen[~in_window].mean(axis=0) >= COMPLETE_SHARE)
    if log:
        with np.errstate(all="ignore"):
            base = np.where(seen & ~in_window[:, None], values, np.nan)
            complete &= np.nan_to_num(np.nanmedian(np.where(np.isfinite(base).any(axis=0), base, 0.0), axis=0)) > 0
    is_treated = np.isin(names, list(treated))
    if not (complete & is_treated).any():
        return "incomplete_days"
    chosen = np.concatenate([np.flatnonzero(complete & is_treated), np.flatnonzero(complete & ~is_treated)])
    values = values[:, chosen]
    panel = Panel(_filled(np.log1p(np.maximum(values, 0)) if log else values), is_treated[chosen], in_window)
    return AccountPanel(panel, [str(n) for n in names[chosen]], grid)


def longest_panel(
    days: pl.DataFrame,
    outcome: str,
    treated: Sequence[str],
    controls: Sequence[str],
    starts_on: dt.date,
    ends_on: dt.date,
    *,
    base_days: int = BASE_DAYS,
    log: bool = True,
) -> AccountPanel | str:
    """`account_panel` with the longest base (all of it, three quarters, half) over which three controls are known; else the longest."""
    lengths = [b for b in (base_days, base_days * 3 // 4, base_days // 2) if b >= SHORTEST_BASE] or [base_days]
    found = [account_panel(days, outcome, treated, controls, starts_on, ends_on, base_days=b, log=log) for b in lengths]
    return next((f for f in found if isinstance(f, AccountPanel) and len(f.control_accounts) >= MINIMUM_DONORS), found[0])


def _matrix(known: pl.DataFrame, outcome: str, grid: list[dt.date]) -> tuple[Array, Array]:
    """Account names in order, and days × accounts with NaN where unknown."""
    names = known["account_key"].unique().sort()
    at_day = pl.DataFrame({"business_date": grid, "day": np.arange(len(grid))})
    at_name = pl.DataFrame({"account_key": names, "unit": np.arange(len(names))})
    placed = (
        known.select("account_key", pl.col("business_date"), pl.col(outcome).cast(pl.Float64))
        .join(at_day, on="business_date")
        .join(at_name, on="account_key")
    )
    values = np.full((len(grid), len(names)), np.nan)
    values[placed["day"].to_numpy(), placed["unit"].to_numpy()] = placed[outcome].to_numpy()
    return names.to_numpy(), values


def _filled(values: Array) -> Array:
    """Missing cells from unit level plus day level."""
    level = np.nanmean(values, axis=0)
    away = values - level
    seen = np.isfinite(away)
    day = np.where(seen, away, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return np.where(seen, values, level + day[:, None])
