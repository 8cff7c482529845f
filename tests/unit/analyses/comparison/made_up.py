"""Small made-up frames in the shape that the comparison analyses read."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

LAST = dt.date(2026, 11, 20)
POSTS = {
    "post_key": pl.String,
    "platform": pl.String,
    "account_key": pl.String,
    "content_type": pl.String,
    "published_date": pl.Date,
    "is_deleted": pl.Boolean,
    "maturity_days": pl.Int64,
    "view_count": pl.Float64,
    "engagement_count": pl.Float64,
    "view_age_days": pl.Float64,
    "engagement_age_days": pl.Float64,
}
AGES = {
    "post_key": pl.String,
    "platform": pl.String,
    "content_type": pl.String,
    "age_days": pl.Int64,
    "view_count": pl.Float64,
    "engagement_count": pl.Float64,
}
DAYS = {
    "platform": pl.String,
    "account_key": pl.String,
    "business_date": pl.Date,
    "view_count": pl.Float64,
    "impression_count": pl.Float64,
    "engagement_count": pl.Float64,
    "follower_net_count": pl.Float64,
    "posts_published_count": pl.Float64,
    "view_source": pl.String,
    "is_provisional": pl.Boolean,
}


def calendar(first: str = "2024-01-01", last: str = "2026-12-31") -> pl.DataFrame:
    """Days with the Spring Festivals of 2024 to 2026, Double 11 (longer each year) and National Day."""
    days = pl.DataFrame({"date": pl.date_range(dt.date.fromisoformat(first), dt.date.fromisoformat(last), eager=True)})
    festivals = pl.Series([dt.date(2024, 2, 10), dt.date(2025, 1, 29), dt.date(2026, 2, 17)])
    offset = [min(((day - f).days for f in festivals), key=abs) for day in days["date"]]
    day = pl.col("date")
    starts = pl.when(day.dt.year() == 2026).then(15).otherwise(21)
    in_eleven = ((day.dt.month() == 10) & (day.dt.day() >= starts)) | ((day.dt.month() == 11) & (day.dt.day() <= 11))
    return days.with_columns(
        festival_offset_days=pl.Series([o if abs(o) <= 30 else None for o in offset], dtype=pl.Int64),
        shopping_festival=pl.when(in_eleven).then(pl.lit("双11")),
        is_holiday=(day.dt.month() == 10) & (day.dt.day() <= 7),
    )


def account_days(accounts: int = 2, days: int = 120, factor: float = 1.0, seed: int = 1, platform: str = "x") -> pl.DataFrame:
    """Daily figures with a week's rhythm and noise; the last 28 days are `factor` times what they would be."""
    rng = np.random.default_rng(seed)
    dates = [LAST - dt.timedelta(days=days - 1 - i) for i in range(days)]
    week = 1 + 0.3 * np.sin(2 * np.pi * np.arange(days) / 7)
    parts = []
    for account in range(accounts):
        views = 1000 * (account + 1) * week * np.exp(0.1 * rng.normal(size=days)) * np.where(np.arange(days) >= days - 28, factor, 1)
        parts.append(
            pl.DataFrame(
                {
                    "platform": [platform] * days,
                    "account_key": [f"{platform}:{account}"] * days,
                    "business_date": dates,
                    "view_count": views.round(),
                    "impression_count": [None] * days,
                    "engagement_count": (views * 0.05).round(),
                    "follower_net_count": rng.normal(5, 3, size=days).round(),
                    "posts_published_count": [1.0 if i % 3 == 0 else None for i in range(days)],
                    "view_source": ["account_report"] * days,
                    "is_provisional": [False] * days,
                },
                schema=DAYS,
            )
        )
    return pl.concat(parts)


def posts(count: int = 60, platform: str = "x", content_type: str = "text", seed: int = 2, step_days: float = 1.0) -> pl.DataFrame:
    """Posts published one after the other up to the last day."""
    rng = np.random.default_rng(seed)
    published = [LAST - dt.timedelta(days=int(i * step_days)) for i in range(count)]
    views = rng.lognormal(7, 1, size=count).round()
    ages = [(LAST - day).days + 0.5 for day in published]
    return pl.DataFrame(
        {
            "post_key": [f"{platform}-{content_type}-{i:03d}" for i in range(count)],
            "platform": [platform] * count,
            "account_key": [f"{platform}:{i % 2}" for i in range(count)],
            "content_type": [content_type] * count,
            "published_date": published,
            "is_deleted": [None] * count,
            "maturity_days": [7] * count,
            "view_count": views,
            "engagement_count": (views * 0.05).round(),
            "view_age_days": ages,
            "engagement_age_days": ages,
        },
        schema=POSTS,
    )


def changes(*rows: tuple[str, str, dt.date]) -> pl.DataFrame:
    """Days from which on a platform counts a metric in another way."""
    return pl.DataFrame(rows, schema={"platform": pl.String, "metric": pl.String, "changed_on": pl.Date}, orient="row")


def ages(of: pl.DataFrame, shares: tuple[float, ...] = (0.3, 0.6, 0.85, 0.95, 1.0), spread: float = 0.05, seed: int = 3) -> pl.DataFrame:
    """What the posts had at the ages they have reached, around the given shares of their latest figure."""
    rng = np.random.default_rng(seed)
    grid = pl.DataFrame({"age_days": [1, 3, 7, 14, 28], "share": list(shares)}, schema={"age_days": pl.Int64, "share": pl.Float64})
    rows = of.sort("post_key").join(grid, how="cross").filter(pl.col("age_days") <= pl.col("view_age_days"))
    noise = pl.Series(np.exp(spread * rng.normal(size=rows.height)))
    noise = pl.select(pl.when(rows["age_days"] == 28).then(1.0).otherwise(noise)).to_series()
    return rows.with_columns(pl.col("view_count", "engagement_count") * pl.col("share") * noise).select(list(AGES))
