"""Which days a period is compared with: the days before, the same weekdays before, the same place in last year's calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.analyses.statistics import Array

PERIODS = (7, 28)
BASELINES = ("previous", "same_weekdays", "last_year")
WEEKS_BEFORE = 8  # the same weekdays of so many weeks before the period
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Comparison:
    """A period's days and, in one row per day, the days it is compared with, as days since 1970."""

    kind: str
    days: Array
    before: Array

    @property
    def length(self) -> int:
        return int(self.days.size)

    def dates(self) -> tuple[dt.date, dt.date, dt.date, dt.date]:
        """First and last day of the period and of what it is compared with."""
        ends = (self.days.min(), self.days.max(), self.before.min(), self.before.max())
        first, last, before_first, before_last = (EPOCH + dt.timedelta(days=int(day)) for day in ends)
        return first, last, before_first, before_last


class Calendar:
    """The calendar of `core.dim_dates`, asked by days since 1970."""

    def __init__(self, dates: pl.DataFrame) -> None:
        rows = _last_year(dates.sort("date"))
        self._first = int(day_number(rows["date"])[0]) if rows.height else 0
        self._last_year = rows["last_year"].to_physical().to_numpy() if rows.height else np.zeros(0, dtype=int)
        special = rows.select((pl.col("is_holiday") | pl.col("shopping_festival").is_not_null()).fill_null(value=False)).to_series()
        self._special = special.to_numpy().astype(float)

    def knows(self, days: Array) -> bool:
        return bool(days.size and days.min() >= self._first and days.max() < self._first + self._special.size)

    def last_year(self, days: Array) -> Array:
        """The day of the year before at the same place: of the Spring Festival, of the shopping festival, else of the week."""
        return np.asarray(self._last_year[days - self._first])

    def special_days(self, days: Array) -> float:
        """How many of the days, or of a row of days on average, are holidays or belong to a shopping festival."""
        if not self.knows(days):
            return 0.0
        special = self._special[days - self._first]
        return float(special.sum() if special.ndim == 1 else special.mean(axis=1).sum())


def day_number(dates: pl.Series) -> Array:
    """Days since 1970-01-01."""
    return np.asarray(dates.cast(pl.Date).to_physical().to_numpy(), dtype=int)


def comparisons_of(last_day: int, length: int, calendar: Calendar) -> list[Comparison]:
    """Every comparison of the `length` days (whole weeks) that end on `last_day`; last year's only where the calendar reaches.

    A day is compared with its own weekday, so that a day missing on one side takes no other weekday with it.
    """
    days = np.arange(last_day - length + 1, last_day + 1)
    week = np.arange(length)[:, None] // 7  # the same weekdays of whole weeks that lie before the period's first day
    found = [
        Comparison(kind, days, days[:, None] - 7 * (week + np.arange(1, weeks + 1)))
        for kind, weeks in (("previous", length // 7), ("same_weekdays", WEEKS_BEFORE))
    ]
    if calendar.knows(days):
        found.append(Comparison("last_year", days, calendar.last_year(days)[:, None]))
    return found


def _last_year(dates: pl.DataFrame) -> pl.DataFrame:
    """The calendar plus `last_year`, the day to compare with."""
    offset = pl.col("festival_offset_days")
    spring = dates.filter(offset == 0).select(year=pl.col("date").dt.year() + 1, spring_before="date")
    runs = _shopping_runs(dates)
    ends = runs.group_by("shopping_festival", "run").agg(ends_on=pl.col("date").max())
    ends = ends.with_columns(year=pl.col("ends_on").dt.year()).unique(["shopping_festival", "year"], keep="last", maintain_order=True)
    before = ends.select("shopping_festival", year=pl.col("year") + 1, ends_before="ends_on")
    places = runs.join(ends.select("run", "ends_on", "year"), on="run").join(before, on=["shopping_festival", "year"], how="left")
    shopping = places.select("date", in_shopping=pl.col("ends_before") - (pl.col("ends_on") - pl.col("date")))
    festival_year = (pl.col("date") - pl.duration(days=offset)).dt.year()
    return (
        dates.with_columns(year=festival_year)
        .join(spring, on="year", how="left")
        .join(shopping, on="date", how="left")
        .sort("date")
        .with_columns(
            last_year=pl.coalesce(
                pl.col("spring_before") + pl.duration(days=offset), pl.col("in_shopping"), pl.col("date") - pl.duration(days=364)
            ).cast(pl.Date)
        )
    )


def _shopping_runs(dates: pl.DataFrame) -> pl.DataFrame:
    """The days of shopping festivals, numbered by run of consecutive days."""
    days = dates.filter(pl.col("shopping_festival").is_not_null()).sort("date")
    breaks = (pl.col("date").diff() != pl.duration(days=1)) | (pl.col("shopping_festival") != pl.col("shopping_festival").shift())
    return days.select("date", "shopping_festival", run=breaks.fill_null(value=True).cum_sum())
