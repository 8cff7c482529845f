"""Who adopts: a seeded coin over accounts, or over days where accounts are too few. Anybody can toss it again and gets the same."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

LEAST_ACCOUNTS = 4  # two and two: fewer cannot be compared
ACCOUNTS, DAYS = "accounts", "days"


@dataclass(frozen=True)
class Split:
    """Who follows the action and who goes on as before. `seed` begins with what was tossed over."""

    adopters: list[str]
    controls: list[str]
    seed: str

    @property
    def by_days(self) -> bool:
        """Whether the accounts follow the action on days drawn by coin."""
        return self.seed.startswith(DAYS)


def split(accounts: Iterable[str], seed: int) -> Split:
    """A random half of the accounts; with fewer than four, all of them on random days."""
    listed = sorted(set(accounts))
    if len(listed) < LEAST_ACCOUNTS:
        return Split(listed, [], f"{DAYS}:{seed}")
    drawn = sorted(listed, key=lambda account: _toss(seed, account))
    half = len(listed) // 2
    return Split(sorted(drawn[:half]), sorted(drawn[half:]), f"{ACCOUNTS}:{seed}")


def is_adoption_day(day: dt.date, seed: str) -> bool:
    """Whether a day is one of the action. Of each pair of days one is drawn, so that both arms see the same weeks."""
    first = day.toordinal() - day.toordinal() % 2
    return (int(_toss(int(seed.split(":")[1]), str(first))[:8], 16) + day.toordinal()) % 2 == 0


def with_adoption_days(rows: pl.DataFrame, date: str, seed: str) -> pl.DataFrame:
    """The rows with `is_adoption_day`."""
    days = rows[date].drop_nulls().unique().sort()
    drawn = pl.Series("is_adoption_day", [is_adoption_day(day, seed) for day in days.to_list()], dtype=pl.Boolean)
    return rows.join(pl.DataFrame({date: days, "is_adoption_day": drawn}), on=date, how="left")


def new_seed(suggestion_id: str, today: dt.date) -> int:
    """A seed nobody chose: it follows from the suggestion and the day."""
    return int(hashlib.sha256(f"{suggestion_id}|{today}".encode()).hexdigest()[:8], 16)


def _toss(seed: int, what: str) -> str:
    return hashlib.sha256(f"{seed}|{what}".encode()).hexdigest()
