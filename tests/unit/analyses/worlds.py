"""Made-up people and series with known truth, for the tests of the analyses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.people.user_segments import FEATURES

SPRING_FESTIVALS = [dt.date(2023, 1, 22), dt.date(2024, 2, 10), dt.date(2025, 1, 29), dt.date(2026, 2, 17), dt.date(2027, 2, 6)]
WEEK = np.array([0, 0, 0.05, 0.05, 0.1, 0.3, 0.25])

# Mean of each feature (in the order of FEATURES, without paid_amount) for lurkers, fans, spreaders, buyers, deal hunters.
RATES = np.array(
    [
        [20, 25, 90, 4, 3, 0.5, 0.2, 0.2, 0.5, 0.1, 0.05],
        [35, 45, 120, 12, 8, 25, 8, 4, 8, 0.5, 0.1],
        [15, 18, 60, 8, 5, 10, 3, 15, 3, 0.3, 0.1],
        [10, 12, 30, 15, 12, 2, 0.6, 0.5, 3, 4, 0.4],
        [5, 6, 12, 12, 10, 0.5, 0.3, 1, 1, 2, 1.8],
    ]
)
SHARES = [0.4, 0.2, 0.1, 0.18, 0.12]


def people_table(counts: Any, active_days: int = 30) -> pl.DataFrame:
    """A feature table like int_person_features around a matrix of counts in the order of FEATURES."""
    n = len(counts)
    rng = np.random.default_rng(n)
    return pl.DataFrame(
        {
            "person_key": [f"p{i:07d}" for i in range(n)],
            "as_of_date": [dt.date(2026, 1, 1)] * n,
            "recency_days": rng.integers(0, active_days, n),
            "tenure_days": rng.integers(1, 400, n),
            "median_gap_days": rng.gamma(2, 3, n),
            "gap_p90_days": rng.gamma(2, 8, n),
            **{name: counts[:, i] for i, name in enumerate(FEATURES)},
        }
    )


def planted_people(n: int, seed: int, *, mixed: bool = True, own_level: float = 0.5, noise: float = 0.6) -> tuple[pl.DataFrame, Any]:
    """People of five kinds (or all of one) whose counts are Poisson around a log-normal rate; and each one's kind."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(5, n, p=SHARES) if mixed else np.ones(n, dtype=int)
    level, wobble = rng.normal(0, own_level, (n, 1)), rng.normal(0, noise, (n, RATES.shape[1]))
    counts = rng.poisson(RATES[kind] * np.exp(level + wobble)).astype(float)
    orders, coupons = counts[:, 9], np.minimum(counts[:, 10], counts[:, 9])
    paid = orders * np.exp(rng.normal(4.5, 0.5, n))
    return people_table(np.column_stack([counts[:, :9], orders, paid, coupons])), kind


def calendar(first: dt.date = dt.date(2023, 1, 1), last: dt.date = dt.date(2027, 12, 31)) -> pl.DataFrame:
    """A small core.dim_dates: Spring Festival, National Day, 618 and 双11."""
    days = pl.date_range(first, last, eager=True).to_list()
    offset = [next(((day - f).days for f in SPRING_FESTIVALS if abs((day - f).days) <= 30), None) for day in days]
    holiday = [
        "春节" if o is not None and 0 <= o <= 6 else "国庆节" if (10, 1) <= (day.month, day.day) <= (10, 7) else None
        for day, o in zip(days, offset, strict=True)
    ]
    shop = [
        "618" if (5, 25) <= (day.month, day.day) <= (6, 18) else "双11" if (10, 21) <= (day.month, day.day) <= (11, 11) else None
        for day in days
    ]
    schema = {"date": pl.Date, "festival_offset_days": pl.Int64, "holiday_zh": pl.String, "shopping_festival": pl.String}
    table = pl.DataFrame({"date": days, "festival_offset_days": offset, "holiday_zh": holiday, "shopping_festival": shop}, schema=schema)
    return table.with_columns(is_working_day=(pl.col("date").dt.weekday() < 6) & pl.col("holiday_zh").is_null())


def calendar_log_effect(days: list[dt.date]) -> Any:
    """The planted effect: Spring Festival halves, 618 and 双11 lift by a third, their last three days far more."""
    table = pl.DataFrame({"date": days}).join(calendar(), on="date", how="left", maintain_order="left")
    spring = table["festival_offset_days"].is_between(0, 6).fill_null(value=False).to_numpy()
    shop = table["shopping_festival"].is_not_null().to_numpy()
    peak = np.array([(d.month, d.day) in {(6, 16), (6, 17), (6, 18), (11, 9), (11, 10), (11, 11)} for d in days])
    return -0.5 * spring + 0.3 * shop + 0.5 * peak


def long_frame(
    values: Any, *, key: str = "s", metric: str = "view_count", last: dt.date = dt.date(2025, 12, 31), provisional: int = 0
) -> Any:
    """One series like int_daily_series that ends on `last`; NaN values are left out as gaps."""
    n = len(values)
    days = [last - dt.timedelta(n - 1 - i) for i in range(n)]
    frame = pl.DataFrame(
        {
            "series_key": [key] * n,
            "metric": [metric] * n,
            "platform": ["p"] * n,
            "account_key": ["p:a"] * n,
            "business_date": days,
            "value": np.asarray(values, dtype=float),
            "is_provisional": [i >= n - provisional for i in range(n)],
        }
    )
    return frame.filter(pl.col("value").is_not_nan())


def planted_series(
    n: int, seed: int, *, last: dt.date = dt.date(2025, 12, 31), events: bool = True, level: float = 1000, noise: float = 0.15
) -> Any:
    """Counts with growth, a week, the calendar's effect (if `events`) and correlated noise, plus the days."""
    rng = np.random.default_rng(seed)
    days = [last - dt.timedelta(n - 1 - i) for i in range(n)]
    shocks, correlated = rng.normal(0, noise, n), np.zeros(n)
    for i in range(n):
        correlated[i] = 0.3 * correlated[i - 1] + 0.95 * shocks[i]
    weekly = WEEK[[day.weekday() for day in days]]
    log_mean = np.log(level) + 0.0005 * np.arange(n) + weekly + correlated + (calendar_log_effect(days) if events else 0)
    return rng.poisson(np.exp(log_mean)).astype(float)
