"""The world behind the files: accounts, posts and how their counts grow day by day, with every effect known."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.simulate import calendar, titles
from pipelines.simulate import parameters as p
from pipelines.simulate.facts import post_facts
from pipelines.simulate.growth import account_days, grow
from pipelines.simulate.truth import Truth


@dataclass(frozen=True)
class Scenario:
    """What to simulate. `scale` multiplies posts, people and orders; `matrix_accounts` come on top on MATRIX_PLATFORMS."""

    seed: int = 7
    days: int = 365
    accounts: int = 2
    scale: float = 1.0
    end: date = p.DEFAULT_END
    platforms: tuple[str, ...] = p.DEMO_PLATFORMS
    truth: Truth = field(default_factory=Truth)
    name: str = "demo"
    matrix_accounts: int = 0

    @property
    def start(self) -> date:
        return self.end - timedelta(days=self.days - 1)

    @property
    def first_day(self) -> date:
        return self.start - timedelta(days=p.BURN_IN_DAYS)

    @property
    def all_days(self) -> int:
        return self.days + p.BURN_IN_DAYS

    def rng(self, name: str) -> np.random.Generator:
        """An own random stream per purpose: what is added later does not move what is there."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    @property
    def regime_day(self) -> int | None:
        """First day index of the new regime; None: the rules never change."""
        return None if self.truth.regime is None else p.BURN_IN_DAYS + round(self.truth.regime.starts_after * self.days)

    def is_changed(self, day: np.ndarray) -> np.ndarray:
        """Whether each day lies in the new regime."""
        return np.zeros(len(day), dtype=bool) if self.regime_day is None else np.asarray(day >= self.regime_day)

    def index(self, day: date) -> int:
        return (day - self.first_day).days

    def day(self, index: int) -> date:
        return self.first_day + timedelta(days=index)


@dataclass(frozen=True, eq=False)
class World:
    """`posts` has one row per post; `increments[m]` is posts × age in days; `account_days[m]` is accounts × days (burn-in included)."""

    scenario: Scenario
    accounts: pl.DataFrame
    posts: pl.DataFrame
    increments: dict[str, np.ndarray]
    account_days: dict[str, np.ndarray]
    planted_titles: dict[str, int]
    purges: list[Purge]
    gains: np.ndarray  # accounts × days, beyond the end too: followers that the posts so far still bring

    @cached_property
    def cumulative(self) -> dict[str, np.ndarray]:
        return {m: np.cumsum(v, axis=1, dtype=np.int64) for m, v in self.increments.items()}

    def posts_of(self, account_index: int, until: int, since: int = 0) -> pl.DataFrame:
        """Posts of one account that are out by the end of day `until`, newest first, with their counts of that evening."""
        mine = self.posts.filter((pl.col("account_index") == account_index) & pl.col("day").is_between(since, until))
        rows = mine["post_index"].to_numpy()
        age = np.minimum(until - mine["day"].to_numpy(), p.AGE_DAYS - 1)
        counts = {m: v[rows, age] for m, v in self.cumulative.items()}
        for purge in self.purges:
            if purge.account_index == account_index and purge.day <= until:
                removed = purge.removed(self.cumulative[purge.metric][rows], mine["day"].to_numpy())
                counts[purge.metric] = counts[purge.metric] - removed
        return mine.with_columns(**{m: pl.Series(v) for m, v in counts.items()}).sort("published_at", "post_index", descending=True)

    def day_series(self, account_index: int, metric: str, first: int, last: int) -> np.ndarray:
        return self.account_days[metric][account_index, first : last + 1]


@dataclass(frozen=True)
class Purge:
    """The platform takes fake counts away: from `day` on, a share of what posts had by then is gone."""

    account_index: int
    metric: str
    day: int
    share: float

    def removed(self, cumulative: np.ndarray, published: np.ndarray) -> np.ndarray:
        age = self.day - 1 - published
        had = np.where(age >= 0, np.take_along_axis(cumulative, np.clip(age, 0, p.AGE_DAYS - 1)[:, None], axis=1)[:, 0], 0)
        return np.floor(had * self.share).astype(np.int64)


def build(scenario: Scenario) -> World:
    """The whole world of a scenario; the same scenario gives the same world."""
    accounts = _accounts(scenario)
    drawn = draw_posts(scenario, accounts, 0, scenario.all_days)
    posts, planted = finish_posts(scenario, drawn)
    increments, followers = grow(scenario, accounts, posts, 0, scenario.all_days - 1)
    gains = followers.pop("gains")
    days = account_days(scenario, accounts, posts, increments) | followers
    return World(scenario, accounts, posts, increments, days, planted, _purges(scenario, accounts), gains)


def _accounts(s: Scenario) -> pl.DataFrame:
    """One row per account, platform by platform; the first of each platform is the main one."""
    counts = [s.accounts + s.matrix_accounts * (k in p.MATRIX_PLATFORMS) for k in s.platforms]
    names = [p.ACCOUNT_NAMES[k] if k < len(p.ACCOUNT_NAMES) else f"{p.BRAND}{k + 1}号" for k in range(max(counts))]
    rng = s.rng("accounts")
    n = sum(counts)
    strength = rng.normal(0, s.truth.strength_sd, n)
    median = np.repeat([p.PLATFORMS[k].median_followers for k in s.platforms], counts)
    rank = np.concatenate([np.arange(count) for count in counts])
    return pl.DataFrame(
        {
            "account_index": np.arange(n),
            "platform": np.repeat(np.array(s.platforms), counts),
            "account_name": [names[k] for k in rank],
            "rank": rank,
            "strength": strength,
            "followers_at_start": np.round(median * np.exp(0.35 * strength + rng.normal(0, 0.25, n) - 0.9 * (rank > 0))).astype(int),
            "platform_account_id": (rng.integers(10**9, 8 * 10**9, n)).astype(str),
        }
    )


def draw_posts(s: Scenario, accounts: pl.DataFrame, first: int, count: int, phase: str = "") -> pl.DataFrame:
    """When, what and with which features, for `count` days from `first` on. Strong accounts post in the morning and use emoji."""
    rng, t = s.rng(f"posts{phase}"), s.truth
    days = calendar.day_list(s.day(first), count)
    rate = t.posts_per_day * s.scale * np.exp(calendar.posting(days))
    per_day = rng.poisson(np.broadcast_to(rate, (accounts.height, count)))
    account, day = (np.repeat(i, per_day.ravel()) for i in np.indices(per_day.shape).reshape(2, -1))
    n = len(account)
    strength = t.confounding * accounts["strength"].to_numpy()[account]
    platform = accounts["platform"].to_numpy()[account]
    morning = rng.random(n) < 1 / (1 + np.exp(1.6 - 1.5 * strength))
    usual = rng.choice(np.arange(7, 23), n, p=_hour_weights())
    hour = np.where(morning, rng.integers(9, 12, n), usual)
    mix = s.rng("topics").dirichlet(np.full(len(p.TOPICS), t.topic_mix), accounts.height)
    topic = (rng.random(n)[:, None] > np.cumsum(mix, axis=1)[account]).sum(axis=1).clip(0, len(p.TOPICS) - 1)
    shopping = calendar.flags(days)["shopping"][day]
    evening = (hour >= 18).astype(float)
    quality, noise = rng.normal(0, 1, n), rng.normal(0, t.noise_sd, n)
    hidden = t.hidden_confounding * quality
    number_logit = -0.6 + 0.8 * (topic == p.TOPICS.index("recipe")) + hidden
    posts = pl.DataFrame(
        {
            "account_index": account,
            "platform": platform,
            "language": pl.Series(platform).replace_strict({k: v.language for k, v in p.PLATFORMS.items()}).to_list(),
            "day": day + first,
            "hour": hour,
            "topic": topic,
            "quality": quality,
            "noise": noise,
            "question_title": _coin(rng, -0.9 - 0.9 * strength + 0.4 * (topic == 2) + 0.4 * evening + hidden),
            "vote_sticker": _coin(rng, -3.0 + 1.4 * shopping + hidden),
            "number_title": _coin(rng, number_logit),
            "emoji_count": np.minimum(rng.poisson(np.exp(-0.2 + 0.5 * (strength + hidden))), 4),
            "long_title": _coin(rng, np.full(n, -1.3)),
        }
    )
    is_main = (accounts["rank"].to_numpy()[account] == 0) & (not phase)
    carried = _campaigns(s, is_main, day, s.rng("campaign posts").random(n))
    return posts.with_columns(
        second=s.rng(f"seconds{phase}").integers(0, 3600, n),
        content_type=pl.Series(_content_types(platform, s.rng(f"types{phase}").random(n))),
        campaign=pl.Series(carried, dtype=pl.String),
        is_lottery=s.rng(f"lottery{phase}").random(n) < 0.5,
        **_replies(s, quality, noise, phase),
    )


def finish_posts(s: Scenario, drawn: pl.DataFrame, first_index: int = 0, phase: str = "") -> tuple[pl.DataFrame, dict[str, int]]:
    """Posts with their number, moment, title, tags and facts; also how many awkward titles of each kind there are."""
    opened = (pl.col("day").cast(pl.Int64) * 86400 + pl.col("hour").cast(pl.Int64) * 3600 + pl.col("second").cast(pl.Int64)) * 1_000_000
    posts = drawn.select(
        pl.int_range(first_index, first_index + pl.len()).alias("post_index"),
        pl.all(),
        published_at=pl.lit(s.first_day).cast(pl.Datetime("us")) + opened.cast(pl.Duration("us")),
    )
    words = titles.titles(posts, s.rng(f"titles{phase}"))
    text, planted = titles.plant_awkward(posts, words, s.rng(f"awkward{phase}"))
    posts = posts.with_columns(title=pl.Series(text), tags=words["tags"])
    return pl.concat([posts, post_facts(posts, s.rng(f"facts{phase}"))], how="horizontal"), planted


def _replies(s: Scenario, quality: np.ndarray, noise: np.ndarray, phase: str) -> dict[str, pl.Series]:
    """Whether the brand answers within the hour. It looks after what does well early on: a feedback confounder."""
    rng, n = s.rng(f"replies{phase}"), len(quality)
    share = s.truth.reply_share
    early = s.truth.quality_effect * quality + noise
    logit = np.log(share / (1 - share)) + 1.0 * early if share > 0 else np.full(n, -np.inf)
    swift = rng.random(n) < 1 / (1 + np.exp(-logit))
    seconds = np.where(swift, rng.integers(120, 3600, n), 3600 + rng.exponential(8 * 3600, n).astype(int))
    known = (rng.random(n) < 0.9) & (share > 0)
    return {
        "brand_reply": pl.Series(swift.astype(int)),
        "reply_seconds": pl.select(pl.when(pl.Series(known)).then(pl.Series(seconds))).to_series(),
    }


def _hour_weights() -> np.ndarray:
    hours = np.arange(7, 23)
    weight = 0.3 + np.exp(-0.5 * ((hours - 12) / 1.5) ** 2) + 1.4 * np.exp(-0.5 * ((hours - 19) / 2) ** 2)
    return weight / weight.sum()


def _coin(rng: np.random.Generator, logit: np.ndarray) -> np.ndarray:
    return (rng.random(len(logit)) < 1 / (1 + np.exp(-logit))).astype(int)


def _content_types(platform: np.ndarray, u: np.ndarray) -> list[str]:
    out = np.empty(len(platform), dtype=object)
    for key in np.unique(platform):
        here = platform == key
        names, shares, _ = zip(*p.PLATFORMS[key].types, strict=True)
        out[here] = np.array(names, dtype=object)[np.searchsorted(np.cumsum(shares)[:-1], u[here])]
    return [str(v) for v in out]


def _campaigns(s: Scenario, is_main: np.ndarray, day: np.ndarray, u: np.ndarray) -> list[str | None]:
    """Half of the main accounts' posts inside a campaign's window carry it."""
    out = np.full(len(day), None, dtype=object)
    last = s.all_days - 1
    for c in s.truth.campaigns:
        out[is_main & (day >= last - c.starts) & (day <= last - c.ends) & (u < 0.5)] = c.name
    return list(out)


def _purges(s: Scenario, accounts: pl.DataFrame) -> list[Purge]:
    """One clean-up of fake likes, six days before the end, on the main 小红书 account (else on the first account)."""
    main = accounts.filter(pl.col("rank") == 0)
    preferred = main.filter(pl.col("platform") == "xiaohongshu")
    chosen = (preferred if preferred.height else main)["account_index"][0]
    return [Purge(int(chosen), "likes", s.all_days - 6, 0.12)]


def capture_time(s: Scenario, day: int, name: str) -> datetime:
    """When someone pressed export on `day`: late in the evening, so that the day's counts are all there. Platform-local, naive."""
    second = zlib.crc32(f"{s.seed}/{name}/{day}".encode()) % 900
    return datetime.combine(s.day(day), datetime.min.time()) + timedelta(hours=23, minutes=40, seconds=second)
