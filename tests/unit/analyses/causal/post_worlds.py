"""A made-up company: posts of many accounts with planted effects, confounded the way real accounts confound them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

PLATFORMS = ("weibo", "douyin", "kuaishou", "bilibili", "wechat", "xiaohongshu")
LEVELS = {"view_count": 3.0, "like_count": 0.5, "comment_count": -1.0, "share_count": -1.5, "save_count": -1.2}
BEST_HOURS = {"weibo": 12.0, "douyin": 20.0, "kuaishou": 19.0, "bilibili": 18.0}  # the other two have none
FIRST_DAY = dt.date(2026, 5, 4)
OUTCOMES = (
    "view_count",
    "impression_count",
    "like_count",
    "comment_count",
    "share_count",
    "repost_count",
    "save_count",
    "engagement_count",
)


@dataclass(frozen=True)
class World:
    """What is planted; the defaults are the baseline."""

    accounts: int = 15
    days: int = 120
    posts_a_day: float = 0.88
    amplitude: float = 0.35
    question: float = 0.25
    vote: float = 0.40
    long_title: float = -0.10
    quality: float = 0.6
    confounding: float = 1.0
    dispersion: float = 0.3
    reversed_on: tuple[str, ...] = ()
    platforms: tuple[str, ...] = field(default=PLATFORMS)


NULL = World(amplitude=0, question=0, vote=0, long_title=0)


def hour_effect(platform: str, hour: Any, amplitude: float = 0.35) -> Any:
    """The planted log effect of publishing at that hour."""
    if platform not in BEST_HOURS:
        return np.zeros_like(np.asarray(hour, dtype=float))
    away = np.abs(np.asarray(hour, dtype=float) - BEST_HOURS[platform])
    return amplitude * np.exp(-0.5 * (np.minimum(away, 24 - away) / 2) ** 2)


def make_posts(world: World, seed: int) -> pl.DataFrame:
    """One row per post in the shape of int_post_features."""
    rng = np.random.default_rng(seed)
    frames = [_platform_posts(world, platform, place, rng) for place, platform in enumerate(world.platforms)]
    return pl.concat(frames).sort("post_key")


def _platform_posts(world: World, platform: str, place: int, rng: Any) -> pl.DataFrame:
    g = world.accounts
    strength = rng.normal(0, 0.8, g)
    posts = rng.poisson(world.posts_a_day * world.days, g)
    who = np.repeat(np.arange(g), posts)
    n = len(who)
    u = strength[who]
    c = world.confounding
    day = rng.integers(0, world.days, n)
    weekday = (np.array([(FIRST_DAY + dt.timedelta(days=int(d))).isoweekday() for d in range(world.days)]))[day]
    festival = (day > 40) & (day < 48)
    office = rng.random(n) < 1 / (1 + np.exp(-(c * u - 0.5)))
    hour = np.where(office, rng.choice([9, 10, 11], n), rng.choice(24, n, p=_hours()))
    evening = hour >= 18
    topic_mix = rng.dirichlet(np.ones(6) * 1.5, g)
    topic = (topic_mix[who].cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(0, 5)
    kind = (rng.dirichlet(np.ones(3) * 3, g)[who].cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(0, 2)
    question = rng.random(n) < 1 / (1 + np.exp(-(-0.4 - 0.9 * c * u + 0.2 * (topic - 2.5) + 0.5 * evening)))
    vote = rng.random(n) < np.where(festival, 0.25, 0.06)
    number = rng.random(n) < 0.25 + 0.15 * kind
    emoji = rng.poisson(np.exp(0.1 + 0.5 * c * u))
    long_title = rng.random(n) < 0.3
    quality = rng.normal(0, 1, n)
    followers = np.exp(rng.normal(9, 0.8, g))[who] * np.exp(0.002 * day * (1 + 0.3 * u))
    common = (
        0.3 * place
        + 0.85 * (np.log(followers) - 9)
        + u
        + np.array([0, 0.25, -0.2])[kind]
        + 0.1 * (topic - 2.5)
        + hour_effect(platform, hour, world.amplitude)
        + np.array([0, 0, 0, 0, 0.05, 0.12, 0.1])[weekday - 1]
        + 0.3 * festival
        + world.quality * quality
        + rng.normal(0, 0.45, n)
    )
    sign = -1.0 if platform in world.reversed_on else 1.0
    planted = {
        "comment_count": sign * world.question * question + world.vote * vote,
        "share_count": world.long_title * long_title,
    }
    counts = {
        name: _negative_binomial(rng, np.exp(2.0 + level + common + planted.get(name, 0)), world.dispersion)
        for name, level in LEVELS.items()
    }
    dates = [FIRST_DAY + dt.timedelta(days=int(d)) for d in day]
    return pl.DataFrame(
        {
            "post_key": [f"{platform}-{i:05d}" for i in range(n)],
            "platform": [platform] * n,
            "account_key": [f"{platform}:{a:02d}" for a in who],
            "content_type": [f"type_{k}" for k in kind],
            "topic": [f"topic_{k}" for k in topic],
            "campaign_key": pl.Series([None] * n, dtype=pl.String),
            "title": [f"title {i}" for i in range(n)],
            "published_at": [dt.datetime(d.year, d.month, d.day, int(h), tzinfo=dt.UTC) for d, h in zip(dates, hour, strict=True)],
            "published_date": dates,
            "local_hour": hour.astype(np.int64),
            "iso_weekday": weekday.astype(np.int64),
            "is_holiday": np.zeros(n, dtype=bool),
            "shopping_festival": ["618" if f else None for f in festival],
            "duration_seconds": pl.Series([None] * n, dtype=pl.Float64),
            "title_length": np.where(long_title, 28, 14).astype(np.int64),
            "has_question": question,
            "has_number": number,
            "has_vote": vote,
            "has_lottery": np.zeros(n, dtype=bool),
            "emoji_count": emoji.astype(np.int64),
            "is_long_title": long_title,
            "follower_count_at_publish": followers.astype(np.int64),
            "first_reply_seconds": pl.Series([None] * n, dtype=pl.Float64),
            "age_days": (world.days - day + 14).astype(np.int64),
            "is_mature": np.ones(n, dtype=bool),
            "outcome_age_days": np.full(n, 7, dtype=np.int64),
            "view_count": counts["view_count"],
            "impression_count": pl.Series([None] * n, dtype=pl.Float64),
            "like_count": counts["like_count"],
            "comment_count": counts["comment_count"],
            "share_count": counts["share_count"],
            "repost_count": pl.Series([None] * n, dtype=pl.Float64),
            "save_count": counts["save_count"],
            "engagement_count": sum(counts[name] for name in ("like_count", "comment_count", "share_count", "save_count")),
            "first_day_view_count": pl.Series([None] * n, dtype=pl.Float64),
        },
        schema_overrides={"shopping_festival": pl.String},
    )


def _hours() -> Any:
    weight = np.array([1, 0.5, 0.3, 0.2, 0.2, 0.5, 1, 3, 5, 5, 5, 6, 8, 6, 5, 5, 6, 7, 9, 9, 9, 8, 5, 2.0])
    return weight / weight.sum()


def _negative_binomial(rng: Any, mean: Any, phi: float) -> Any:
    return rng.poisson(rng.gamma(1 / phi, mean * phi)).astype(float)
