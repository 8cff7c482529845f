"""What others say about the brand, hour by hour: crises at known hours, one benign peak of traffic, a slow drift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
import polars as pl

from pipelines.simulate import parameters as p
from pipelines.simulate.world import World

CATEGORIES = ("产品质量", "服务/客服", "价格/活动规则", "物流", "隐私/安全", "虚假宣传", "员工/高管言行", "政策合规", "谣言")
SHARES = {"weibo": 0.40, "douyin": 0.24, "xiaohongshu": 0.20, "bilibili": 0.08, "wechat": 0.05, "channels": 0.03}
RISE_HOURS, HALF_LIFE_HOURS, END_HOURS = 2.0, 8.0, 30
BENIGN_HOURS = 40


@dataclass(frozen=True)
class Crisis:
    """A wave of negative mentions: `magnitude` m means 1 + 2m times the usual number at its peak, most of them on one platform."""

    starts_at: datetime  # Beijing wall-clock, whole hour
    ends_at: datetime
    magnitude: float
    category: str
    platform: str


@dataclass(frozen=True)
class Hours:
    """Expected mentions and negative ones per platform and hour; `hours` is Beijing wall-clock time."""

    hours: list[datetime]
    expected: dict[str, np.ndarray]
    negative: dict[str, np.ndarray]
    crises: list[Crisis]
    benign: tuple[datetime, datetime]


def plan(world: World) -> Hours:
    """The hours as expected, before chance."""
    s, news = world.scenario, world.scenario.truth.news
    rng = s.rng("news plan")
    start = datetime.combine(s.end - timedelta(days=news.days - 1), time.min)
    count = news.days * 24
    hours = [start + timedelta(hours=k) for k in range(count)]
    index = np.arange(count)
    of_day = 0.25 + np.exp(-0.5 * ((index % 24 - 12.5) / 3) ** 2) + 1.3 * np.exp(-0.5 * ((index % 24 - 21) / 2.5) ** 2)
    weekend = np.array([1.12 if h.weekday() >= 5 else 1.0 for h in hours])
    volume = news.mentions_per_hour * min(s.scale, 1.0)
    base = volume * of_day / of_day[:24].mean() * weekend
    # Crises keep to the last two thirds, so that there is a past to compare with; the sale lies away from them.
    slots = np.linspace(news.days * 0.40, news.days - 4, len(news.magnitudes) + 1) if news.magnitudes else np.array([news.days * 0.7])
    place = int(rng.integers(0, len(slots)))
    sale = int(slots[place]) * 24 + 8
    rise = np.clip((index - sale) / 12, 0, 1) * (index >= sale) * (index < sale + BENIGN_HOURS)
    traffic = base * (1 + (news.benign_factor - 1) * rise)
    share = news.negative_share * (1 + news.drift * np.clip((index - count / 3) / (count * 2 / 3), 0, 1))
    expected = {k: v * traffic for k, v in SHARES.items()}
    negative = {k: v * share for k, v in expected.items()}
    crises = []
    for magnitude, slot in zip(rng.permutation(news.magnitudes), np.delete(slots, place), strict=True):
        begins = int(slot) * 24 + int(rng.integers(0, 24))
        platform = str(rng.choice(list(SHARES)[:3], p=[0.5, 0.3, 0.2]))
        age = index - begins + 1.0
        wave = np.where(
            (age > 0) & (age <= END_HOURS), np.minimum(age / RISE_HOURS, 1) * 0.5 ** (np.maximum(age - RISE_HOURS, 0) / HALF_LIFE_HOURS), 0
        )
        # People talk about a scandal at night too: the wave follows the mean of the day half-way.
        usual = news.negative_share * (0.5 * base + 0.5 * volume)
        extra = 2 * magnitude * wave * usual
        for key, part in SHARES.items():
            own = 0.7 * (key == platform) + 0.3 * part
            negative[key] = negative[key] + own * extra
            expected[key] = expected[key] + own * extra * 1.2
        crises.append(
            Crisis(hours[begins], hours[min(begins + END_HOURS, count - 1)], float(magnitude), str(rng.choice(CATEGORIES)), platform)
        )
    return Hours(hours, expected, negative, crises, (hours[sale], hours[min(sale + BENIGN_HOURS, count - 1)]))


def counts(world: World) -> tuple[Hours, np.ndarray, np.ndarray]:
    """The plan, and platforms × hours of all and of negative mentions: negative binomial around it."""
    found, rng = plan(world), world.scenario.rng("news counts")
    shape = 1 / world.scenario.truth.news.dispersion
    negative_mean = np.array(list(found.negative.values()))
    other_mean = np.array(list(found.expected.values())) - negative_mean
    # Hours are busy or quiet for everyone; a platform adds its own chance.
    busy = rng.gamma(shape, 1 / shape, negative_mean.shape[1])
    own = rng.gamma(2 * shape, 0.5 / shape, (2, *negative_mean.shape))
    negative, other = rng.poisson(negative_mean * busy * own[0]), rng.poisson(other_mean * busy * own[1])
    return found, negative + other, negative


def mention_hours(world: World) -> pl.DataFrame:
    """One row per platform and hour: mentions and the negative ones among them. Hours are UTC instants."""
    found, total, negative = counts(world)
    keys, n = list(SHARES), len(found.hours)
    hours = pl.Series(found.hours * len(keys)).dt.replace_time_zone("Asia/Shanghai").dt.convert_time_zone("UTC")
    return pl.DataFrame(
        {"platform": np.repeat(keys, n), "hour_at": hours, "mention_count": total.ravel(), "negative_count": negative.ravel()}
    ).sort("platform", "hour_at")


def crises(world: World) -> pl.DataFrame:
    """One row per planted crisis and one for the benign peak (`is_benign`): when, how big, what about, where."""
    found = plan(world)
    rows = [
        {"starts_at": c.starts_at, "ends_at": c.ends_at, "magnitude": c.magnitude, "category": c.category, "platform": c.platform}
        for c in found.crises
    ]
    rows.append({"starts_at": found.benign[0], "ends_at": found.benign[1], "magnitude": None, "category": None, "platform": None})
    moments = {"starts_at": pl.Datetime("us"), "ends_at": pl.Datetime("us")}
    table = pl.DataFrame(rows, schema=moments | {"magnitude": pl.Float64, "category": pl.String, "platform": pl.String})
    return (
        table.with_columns(
            (pl.col(c).dt.replace_time_zone("Asia/Shanghai").dt.convert_time_zone("UTC") for c in ("starts_at", "ends_at")),
        )
        .with_columns(is_benign=pl.col("category").is_null())
        .sort("starts_at")
    )


def platforms() -> tuple[str, ...]:
    """Platforms on which the brand is talked about."""
    return tuple(k for k in SHARES if k in p.PLATFORMS)
