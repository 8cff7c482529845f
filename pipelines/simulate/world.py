"""The world behind the files: accounts, posts and how their counts grow day by day, with every effect known."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.simulate import calendar, titles
from pipelines.simulate import parameters as p
from pipelines.simulate.facts import post_facts


@dataclass(frozen=True)
class Scenario:
    """What to simulate. `scale` multiplies posts, people and orders."""

    seed: int = 7
    days: int = 365
    accounts: int = 2
    scale: float = 1.0
    end: date = p.DEFAULT_END
    platforms: tuple[str, ...] = p.DEMO_PLATFORMS

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

    def index(self, day: date) -> int:
        return (day - self.first_day).days

    def day(self, index: int) -> date:
        return self.first_day + timedelta(days=index)


@dataclass(frozen=True)
class World:
    """`posts` has one row per post; `increments[m]` is posts × age in days; `account_days[m]` is accounts × days (burn-in included)."""

    scenario: Scenario
    accounts: pl.DataFrame
    posts: pl.DataFrame
    increments: dict[str, np.ndarray]
    account_days: dict[str, np.ndarray]
    planted_titles: dict[str, int]
    purges: list[Purge]

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
    posts, planted = _posts(scenario, accounts)
    increments, followers = _grow(scenario, accounts, posts)
    account_days = _account_days(scenario, accounts, posts, increments) | followers
    return World(scenario, accounts, posts, increments, account_days, planted, _purges(scenario, accounts))


def _accounts(s: Scenario) -> pl.DataFrame:
    """One row per account, platform by platform; the first of each platform is the main one."""
    names = [p.ACCOUNT_NAMES[k] if k < len(p.ACCOUNT_NAMES) else f"{p.BRAND}{k + 1}号" for k in range(s.accounts)]
    rng = s.rng("accounts")
    n = len(s.platforms) * s.accounts
    strength = rng.normal(0, p.STRENGTH_SD, n)
    median = np.repeat([p.PLATFORMS[k].median_followers for k in s.platforms], s.accounts)
    rank = np.tile(np.arange(s.accounts), len(s.platforms))
    return pl.DataFrame(
        {
            "account_index": np.arange(n),
            "platform": np.repeat(np.array(s.platforms), s.accounts),
            "account_name": names * len(s.platforms),
            "rank": rank,
            "strength": strength,
            "followers_at_start": np.round(median * np.exp(0.35 * strength + rng.normal(0, 0.25, n) - 0.9 * (rank > 0))).astype(int),
            "platform_account_id": (rng.integers(10**9, 8 * 10**9, n)).astype(str),
        }
    )


def _posts(s: Scenario, accounts: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """When, what and with which features. Strong accounts post in the morning and use emoji: confounding on purpose."""
    rng = s.rng("posts")
    days = calendar.day_list(s.first_day, s.all_days)
    rate = p.POSTS_PER_DAY * s.scale * np.exp(calendar.posting(days))
    per_day = rng.poisson(np.broadcast_to(rate, (accounts.height, s.all_days)))
    account, day = (np.repeat(i, per_day.ravel()) for i in np.indices(per_day.shape).reshape(2, -1))
    n = len(account)
    strength = accounts["strength"].to_numpy()[account]
    platform = accounts["platform"].to_numpy()[account]
    morning = rng.random(n) < 1 / (1 + np.exp(1.6 - 1.5 * strength))
    usual = rng.choice(np.arange(7, 23), n, p=_hour_weights())
    hour = np.where(morning, rng.integers(9, 12, n), usual)
    mix = s.rng("topics").dirichlet(np.full(len(p.TOPICS), 2.0), accounts.height)
    topic = (rng.random(n)[:, None] > np.cumsum(mix, axis=1)[account]).sum(axis=1).clip(0, len(p.TOPICS) - 1)
    shopping = calendar.flags(days)["shopping"][day]
    evening = (hour >= 18).astype(float)
    number_logit = -0.6 + 0.8 * (topic == p.TOPICS.index("recipe"))
    posts = pl.DataFrame(
        {
            "post_index": np.arange(n),
            "account_index": account,
            "platform": platform,
            "language": pl.Series(platform).replace_strict({k: v.language for k, v in p.PLATFORMS.items()}).to_list(),
            "day": day,
            "hour": hour,
            "topic": topic,
            "quality": rng.normal(0, 1, n),
            "noise": rng.normal(0, p.NOISE_SD, n),
            "question_title": _coin(rng, -0.9 - 0.9 * strength + 0.4 * (topic == 2) + 0.4 * evening),
            "vote_sticker": _coin(rng, -3.0 + 1.4 * shopping),
            "number_title": _coin(rng, number_logit),
            "emoji_count": np.minimum(rng.poisson(np.exp(-0.2 + 0.5 * strength)), 4),
            "long_title": _coin(rng, np.full(n, -1.3)),
        }
    )
    kind = s.rng("types").random(n)
    second = s.rng("seconds").integers(0, 3600, n)
    opened = np.datetime64(s.first_day, "s") + (day * 86400 + hour * 3600 + second).astype("timedelta64[s]")
    posts = posts.with_columns(
        content_type=pl.Series(_content_types(platform, kind)),
        published_at=pl.Series(opened.astype("datetime64[us]")),
        campaign=pl.Series(_campaigns(s, accounts, account, day, s.rng("campaign posts").random(n)), dtype=pl.String),
    )
    words = titles.titles(posts, s.rng("titles"))
    text, planted = titles.plant_awkward(posts, words, s.rng("awkward"))
    posts = posts.with_columns(title=pl.Series(text), tags=words["tags"])
    return pl.concat([posts, post_facts(posts, s.rng("facts"))], how="horizontal"), planted


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


def _campaigns(s: Scenario, accounts: pl.DataFrame, account: np.ndarray, day: np.ndarray, u: np.ndarray) -> list[str | None]:
    """Half of the main accounts' posts inside a campaign's window carry it."""
    out = np.full(len(account), None, dtype=object)
    main = accounts["rank"].to_numpy()[account] == 0
    for c in p.CAMPAIGNS:
        last = s.all_days - 1
        out[main & (day >= last - c.starts) & (day <= last - c.ends) & (u < 0.5)] = c.name
    return list(out)


def _log_effects(posts: pl.DataFrame, count: str) -> np.ndarray:
    total = np.zeros(posts.height)
    for feature, effects in p.FEATURE_EFFECTS.items():
        total += effects.get(count, 0.0) * posts[feature].to_numpy()
    return total


def _log_level(posts: pl.DataFrame, accounts: pl.DataFrame) -> np.ndarray:
    """Log mean views of each post at the reference audience; followers and calendar come on top."""
    strength = accounts["strength"].to_numpy()[posts["account_index"].to_numpy()]
    platform = posts["platform"].to_numpy()
    hour = posts["hour"].to_numpy()
    level = strength + np.array(p.TOPIC_EFFECTS)[posts["topic"].to_numpy()] + _log_effects(posts, "views")
    level += p.QUALITY_EFFECT * posts["quality"].to_numpy() + posts["noise"].to_numpy() - (p.QUALITY_EFFECT**2 + p.NOISE_SD**2) / 2
    campaign = posts["campaign"].to_numpy()
    for c in p.CAMPAIGNS:
        level[campaign == c.name] += c.view_effect
    for key in np.unique(platform):
        truth, here = p.PLATFORMS[key], platform == key
        by_type = {name: effect for name, _, effect in truth.types}
        level[here] += np.log(truth.mean_views) + posts["content_type"].filter(here).replace_strict(by_type).to_numpy()
        if truth.best_hour is not None:
            apart = np.abs(hour[here] - truth.best_hour)
            level[here] += p.BEST_HOUR_EFFECT * np.exp(-0.5 * (np.minimum(apart, 24 - apart) / 2) ** 2)
    return level


def _day_shares(posts: pl.DataFrame) -> np.ndarray:
    """Share of a post's lifetime that falls on each age in days: G(age) = 1 − exp(−(age/λ)^0.8)."""
    hours = posts["platform"].replace_strict({k: v.maturity_hours for k, v in p.PLATFORMS.items()}).to_numpy()
    minutes = posts["published_at"].dt.hour().cast(int) * 60 + posts["published_at"].dt.minute().cast(int)
    edges = (24 - minutes.to_numpy() / 60)[:, None] + 24.0 * np.arange(p.AGE_DAYS)
    grown = 1 - np.exp(-((edges / hours[:, None]) ** 0.8))
    return np.diff(grown, axis=1, prepend=0.0)


def _rates(s: Scenario, posts: pl.DataFrame) -> dict[str, np.ndarray]:
    """What people do per view of each post. 0 where the platform knows no such action."""
    rng = s.rng("rates")
    platform = posts["platform"]
    out: dict[str, np.ndarray] = {}
    for count in (*p.COUNTS, "impression_share", "viewer_share"):
        base = platform.replace_strict({k: v.rates.get(count, 0.0) for k, v in p.PLATFORMS.items()}, return_dtype=pl.Float64).to_numpy()
        wobble = rng.normal(0, 0.12 if count.endswith("_share") else 0.3, posts.height)
        out[count] = np.clip(base * np.exp(_log_effects(posts, count) + wobble), 0, 0.97)
        if count in ("impression_share", "viewer_share"):
            out[count] = np.where(base >= 1, 1.0, out[count])
    return out


def _grow(s: Scenario, accounts: pl.DataFrame, posts: pl.DataFrame) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Day by day: followers make views, views make actions and followers. Counts are Poisson–gamma (negative binomial), never shrinking."""
    rng = s.rng("growth")
    days = calendar.day_list(s.first_day, s.all_days + p.AGE_DAYS)
    attention = {k: calendar.attention(days, p.PLATFORMS[k].weekend) for k in s.platforms}
    per_account = np.array([attention[k] for k in accounts["platform"]])
    level, shares, rates = _log_level(posts, accounts), _day_shares(posts), _rates(s, posts)
    dispersion = posts["platform"].replace_strict({k: v.dispersion for k, v in p.PLATFORMS.items()}).to_numpy()
    out = {c: np.zeros((posts.height, p.AGE_DAYS), dtype=np.int64) for c in p.COUNTS}
    account, day = posts["account_index"].to_numpy(), posts["day"].to_numpy()
    order = np.argsort(day, kind="stable")
    bounds = np.searchsorted(day[order], np.arange(s.all_days + 1))
    followers = np.empty((accounts.height, s.all_days), dtype=np.int64)
    gains, losses = np.zeros((accounts.height, s.all_days + p.AGE_DAYS), dtype=np.int64), np.zeros_like(followers)
    now = accounts["followers_at_start"].to_numpy().astype(np.int64)
    for today in range(s.all_days):
        new = order[bounds[today] : bounds[today + 1]]
        if len(new):
            mean = np.exp(level[new] + p.FOLLOWER_ELASTICITY * np.log(np.maximum(now[account[new]], 50) / p.REFERENCE_FOLLOWERS))
            lifetime = rng.gamma(1 / dispersion[new], dispersion[new])[:, None] * mean[:, None] * shares[new]
            demand = np.exp(per_account[account[new], today : today + p.AGE_DAYS])
            views = rng.poisson(lifetime * demand * rng.gamma(12, 1 / 12, lifetime.shape))
            drawn = _actions(rng, views, rates, new)
            for count, values in drawn.items():
                out[count][new] = values
            np.add.at(gains[:, today : today + p.AGE_DAYS], account[new], drawn["follows"])
        gains[:, today] += rng.poisson(now * 0.0007)
        losses[:, today] = np.minimum(rng.poisson(now * 0.0009), now)
        now = now + gains[:, today] - losses[:, today]
        followers[:, today] = now
    gains = gains[:, : s.all_days]
    return out, {"follower_total": followers, "follower_gain": gains, "follower_loss": losses, "follower_net": gains - losses}


def _actions(rng: np.random.Generator, views: np.ndarray, rates: dict[str, np.ndarray], new: np.ndarray) -> dict[str, np.ndarray]:
    """Actions of each post and day given its views: at most one per view, nothing where the platform has none."""
    drawn = {"views": views}
    for count in p.COUNTS:
        if count not in ("views", "impressions", "viewers"):
            drawn[count] = rng.binomial(views, rates[count][new][:, None])
    seen = np.where(rates["impression_share"][new] > 0, rates["impression_share"][new], 1.0)[:, None]
    drawn["impressions"] = np.where(rates["impression_share"][new][:, None] > 0, views + rng.poisson(views * (1 / seen - 1)), 0)
    drawn["viewers"] = rng.binomial(views, rates["viewer_share"][new][:, None])
    return drawn


def _account_days(s: Scenario, accounts: pl.DataFrame, posts: pl.DataFrame, increments: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What an account's own daily report shows: the sum over its posts of what happened that day."""
    width = s.all_days + p.AGE_DAYS
    cell = posts["account_index"].to_numpy()[:, None] * width + posts["day"].to_numpy()[:, None] + np.arange(p.AGE_DAYS)
    out = {}
    for count, values in increments.items():
        flat = np.bincount(cell.ravel(), weights=values.ravel(), minlength=accounts.height * width)
        out[count] = np.rint(flat).astype(np.int64).reshape(accounts.height, width)[:, : s.all_days]
    published = np.bincount(
        posts["account_index"].to_numpy() * s.all_days + posts["day"].to_numpy(), minlength=accounts.height * s.all_days
    )
    return out | {"posts_published": published.reshape(accounts.height, s.all_days)}


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
