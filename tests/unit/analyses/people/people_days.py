"""Made-up days of people, with known truth, for the tests of what people will do."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from pipelines.analyses.people.potential_users import COUNTS

FIRST = dt.date(2026, 1, 1)
DAYS = 140


def active_days(n: int, seed: int, *, stop_on: int | None = None) -> pl.DataFrame:
    """Person-days of people who come at own gamma rates and leave after a visit with own beta chances; `stop_on`: nobody comes after."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, dt.date]] = []
    for person in range(n):
        day, rate, leaving = float(rng.integers(0, 80)), rng.gamma(2.0, 1 / 15), rng.beta(0.3, 4)
        while day < DAYS and (stop_on is None or day < stop_on):
            rows.append((f"p{person:05d}", FIRST + dt.timedelta(days=int(day))))
            if rng.random() < leaving:
                break
            day += max(rng.exponential(1 / max(rate, 1e-6)), 1.0)
    return (
        pl.DataFrame(rows, schema={"person_key": pl.String, "business_date": pl.Date}, orient="row")
        .unique()
        .sort("person_key", "business_date")
    )


def behaviour(n: int, seed: int, *, strength: float) -> pl.DataFrame:
    """Person-days with coupons and payments; the more coupons of late, the likelier a payment, by `strength` (0: no relation)."""
    rng = np.random.default_rng(seed)
    days = active_days(n, seed)
    taste = {key: rng.gamma(1.0, 1.0) for key in days["person_key"].unique().sort()}
    own = np.array([taste[key] for key in days["person_key"]])
    coupons = rng.poisson(0.4 * own)
    chance = 1 / (1 + np.exp(4.2 - strength * own))
    paid = (rng.random(days.height) < chance).astype(int)
    others = {name: rng.poisson(1.0, days.height) for name in COUNTS if name != "coupon_count"}
    return days.with_columns(
        event_count=pl.lit(3),
        coupon_count=pl.Series(coupons),
        order_count=pl.Series(paid),
        pay_count=pl.Series(paid),
        top_channel=pl.Series(rng.choice(["search", "kol"], days.height)),
        **{name: pl.Series(values) for name, values in others.items()},
    )


def features(days: pl.DataFrame) -> pl.DataFrame:
    """What int_person_features says of these people, as far as the lifecycle reads it."""
    as_of = days["business_date"].max()
    return (
        days.sort("person_key", "business_date")
        .with_columns(gap=pl.col("business_date").diff().over("person_key").dt.total_days())
        .group_by("person_key")
        .agg(
            as_of_date=pl.lit(as_of),
            recency_days=(pl.lit(as_of) - pl.col("business_date").max()).dt.total_days(),
            tenure_days=(pl.lit(as_of) - pl.col("business_date").min()).dt.total_days(),
            gap_p90_days=pl.col("gap").quantile(0.9),
            active_day_count=pl.len().cast(pl.Int64),
            paid_amount=pl.col("business_date").n_unique().cast(pl.Float64) * 10,
        )
        .sort("person_key")
    )
