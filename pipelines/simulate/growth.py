"""How posts' counts grow day by day, and with them the accounts' followers. Every effect is a log effect of the world's truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipelines.simulate import calendar
from pipelines.simulate import parameters as p

if TYPE_CHECKING:
    from pipelines.simulate.world import Scenario

FEATURES = ("question_title", "vote_sticker", "number_title", "emoji_count", "long_title")


def log_effects(s: Scenario, posts: pl.DataFrame, count: str) -> np.ndarray:
    """Summed log effect of each post's features on one of its counts."""
    total = np.zeros(posts.height)
    platform, changed = posts["platform"].to_numpy(), s.is_changed(posts["day"].to_numpy())
    for key in np.unique(platform):
        for after in np.unique(changed):
            here = (platform == key) & (changed == after)
            for feature in FEATURES:
                if effect := s.truth.effect(key, feature, count, bool(after)):
                    total[here] += effect * posts[feature].to_numpy()[here]
    if count == "comments":
        total += s.truth.reply_effect * posts["brand_reply"].to_numpy()
    return total


def hour_effects(s: Scenario, posts: pl.DataFrame) -> np.ndarray:
    """Log effect of the hour of publication on views."""
    platform, changed = posts["platform"].to_numpy(), s.is_changed(posts["day"].to_numpy()).astype(int)
    keys = list(np.unique(platform))
    table = np.array([[[s.truth.hour_effect(k, h, bool(after)) for h in range(24)] for after in (0, 1)] for k in keys])
    return table[np.searchsorted(keys, platform), changed, posts["hour"].to_numpy()]


def log_level(s: Scenario, posts: pl.DataFrame, accounts: pl.DataFrame) -> np.ndarray:
    """Log mean views of each post at the reference audience; followers and calendar come on top."""
    t = s.truth
    strength = accounts["strength"].to_numpy()
    platform = posts["platform"].to_numpy()
    level = strength[posts["account_index"].to_numpy()] + np.array(t.topic_effects)[posts["topic"].to_numpy()]
    level += log_effects(s, posts, "views") + hour_effects(s, posts)
    level += t.quality_effect * posts["quality"].to_numpy() + posts["noise"].to_numpy() - (t.quality_effect**2 + t.noise_sd**2) / 2
    campaign = posts["campaign"].to_numpy()
    for c in t.campaigns:
        level[campaign == c.name] += c.view_effect
    if t.regime:
        level[s.is_changed(posts["day"].to_numpy())] += t.regime.level_shift
    for key in np.unique(platform):
        here = platform == key
        by_type = {name: t.type_effect_factor * effect for name, _, effect in p.PLATFORMS[key].types}
        level[here] += np.log(p.PLATFORMS[key].mean_views) + posts["content_type"].filter(here).replace_strict(by_type).to_numpy()
    return level


def _day_shares(posts: pl.DataFrame) -> np.ndarray:
    """Share of a post's lifetime that falls on each age in days: G(age) = 1 − exp(−(age/λ)^0.8)."""
    hours = posts["platform"].replace_strict({k: v.maturity_hours for k, v in p.PLATFORMS.items()}).to_numpy()
    minutes = posts["published_at"].dt.hour().cast(int) * 60 + posts["published_at"].dt.minute().cast(int)
    edges = (24 - minutes.to_numpy() / 60)[:, None] + 24.0 * np.arange(p.AGE_DAYS)
    grown = 1 - np.exp(-((edges / hours[:, None]) ** 0.8))
    return np.diff(grown, axis=1, prepend=0.0)


def _rates(s: Scenario, posts: pl.DataFrame, phase: str) -> dict[str, np.ndarray]:
    """What people do per view of each post. 0 where the platform knows no such action."""
    rng = s.rng(f"rates{phase}")
    platform = posts["platform"]
    out: dict[str, np.ndarray] = {}
    for count in (*p.COUNTS, "impression_share", "viewer_share"):
        base = platform.replace_strict({k: v.rates.get(count, 0.0) for k, v in p.PLATFORMS.items()}, return_dtype=pl.Float64).to_numpy()
        wobble = rng.normal(0, 0.12 if count.endswith("_share") else 0.3, posts.height)
        out[count] = np.clip(base * np.exp(log_effects(s, posts, count) + wobble), 0, 0.97)
        if count in ("impression_share", "viewer_share"):
            out[count] = np.where(base >= 1, 1.0, out[count])
    return out


def attention(s: Scenario, accounts: pl.DataFrame, days: int) -> np.ndarray:
    """Accounts × days: log effect of each day on how much people look at posts."""
    listed = calendar.day_list(s.first_day, days)
    by_platform = {k: calendar.attention(listed, s.truth.weekend_factor * p.PLATFORMS[k].weekend) for k in s.platforms}
    return np.array([by_platform[k] for k in accounts["platform"]])


def grow(
    s: Scenario,
    accounts: pl.DataFrame,
    posts: pl.DataFrame,
    first: int,
    last: int,
    before: dict[str, np.ndarray] | None = None,
    phase: str = "",
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Posts × age counts and accounts × days followers for the days `first` to `last`, which publish exactly `posts`.

    Followers make views, views make actions and followers. Counts are Poisson–gamma (negative binomial) and never shrink. `before` holds
    the follower arrays of the days before `first`, with the gains that their posts still bring.
    """
    # What the lifetimes are drawn from does not depend on the means: a moved lever leaves everybody's luck as it was.
    rng, luck = s.rng(f"growth{phase}"), s.rng(f"luck{phase}")
    width = last + 1 + p.AGE_DAYS
    per_account = attention(s, accounts, width)
    level, shares, rates = log_level(s, posts, accounts), _day_shares(posts), _rates(s, posts, phase)
    factor = s.truth.dispersion_factor
    dispersion = posts["platform"].replace_strict({k: v.dispersion * factor for k, v in p.PLATFORMS.items()}).to_numpy()
    out = {c: np.zeros((posts.height, p.AGE_DAYS), dtype=np.int64) for c in p.COUNTS}
    account, day = posts["account_index"].to_numpy(), posts["day"].to_numpy()
    order = np.argsort(day, kind="stable")
    bounds = np.searchsorted(day[order], np.arange(first, last + 2))
    followers = np.zeros((accounts.height, last + 1), dtype=np.int64)
    gains, losses = np.zeros((accounts.height, width), dtype=np.int64), np.zeros_like(followers)
    now = accounts["followers_at_start"].to_numpy().astype(np.int64)
    if before is not None:
        followers[:, :first], losses[:, :first] = before["follower_total"][:, :first], before["follower_loss"][:, :first]
        known = min(width, before["gains"].shape[1])
        gains[:, :known] = before["gains"][:, :known]
        now = followers[:, first - 1]
    for today in range(first, last + 1):
        new = order[bounds[today - first] : bounds[today - first + 1]]
        if len(new):
            mean = np.exp(level[new] + s.truth.follower_elasticity * np.log(np.maximum(now[account[new]], 50) / p.REFERENCE_FOLLOWERS))
            lifetime = luck.gamma(1 / dispersion[new], dispersion[new])[:, None] * mean[:, None] * shares[new]
            demand = np.exp(per_account[account[new], today : today + p.AGE_DAYS])
            views = rng.poisson(lifetime * demand * luck.gamma(12, 1 / 12, lifetime.shape))
            drawn = _actions(rng, views, rates, new)
            for count, values in drawn.items():
                out[count][new] = values
            np.add.at(gains[:, today : today + p.AGE_DAYS], account[new], drawn["follows"])
        gains[:, today] += rng.poisson(now * 0.0007)
        losses[:, today] = np.minimum(rng.poisson(now * 0.0009), now)
        now = now + gains[:, today] - losses[:, today]
        followers[:, today] = now
    seen = gains[:, : last + 1]
    return out, {"follower_total": followers, "follower_gain": seen, "follower_loss": losses, "follower_net": seen - losses, "gains": gains}


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


def account_days(s: Scenario, accounts: pl.DataFrame, posts: pl.DataFrame, increments: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
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
