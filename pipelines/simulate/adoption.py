"""What happens after advice is taken: the world goes on, with the lever moved for the adopters and all else drawn from the same streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.simulate import frames
from pipelines.simulate import parameters as p
from pipelines.simulate.answers import COUNTS, LEVERS, REPLY_LEVER
from pipelines.simulate.growth import account_days, grow, hour_effects, log_effects
from pipelines.simulate.truth import Truth
from pipelines.simulate.world import Scenario, World, draw_posts, finish_posts

PHASE = " after"
SLOT_LEVER = "publish_slot"


@dataclass(frozen=True)
class Adoption:
    """A lever moved by some accounts from a day on. `compliance` is the share of their posts that follow.

    `lever` is a key of `answers.LEVERS`, "first_reply" or "publish_slot"; `to_level` is true/false, a number of emoji, "1h", or for a slot
    its hours: (19, 20, 21) or "19-21", both ends included. `accounts` are account keys; without them every account of the world.
    """

    lever: str
    to_level: object
    accounts: tuple[str, ...]
    starts_on: date
    compliance: float = 1.0


@dataclass(frozen=True)
class Aftermath:
    """`world` is what happened, `untouched` what would have happened; `effects` has one row per adoption and outcome.

    `effect` is the true mean log change of the adopters' posts published from `starts_on` on (intent to treat: those who did not follow
    count too), `effect_followed` the same over posts whose lever moved, `compliance_share` the posts that stood at the level.
    """

    world: World
    untouched: World
    effects: pl.DataFrame


def hours_of(level: object) -> tuple[int, ...]:
    """The hours of a slot: numbers as they are, "19-21" with both ends. ValueError: not a slot."""
    if isinstance(level, str):
        first, _, last = level.partition("-")
        low, high = int(first), int(last or first)
        return tuple(h % 24 for h in range(low, (high if high >= low else high + 24) + 1))
    if isinstance(level, Sequence):
        return tuple(int(h) for h in level)
    raise ValueError(f"{level!r} is no slot of hours")


def _number(level: object) -> int:
    return int(str(level)) if str(level).isdigit() else int(str(level).lower() == "true")


def adopt(world: World, adoptions: Sequence[Adoption | tuple], days: int = 60) -> Aftermath:
    """The world and `days` more, once with the adoptions and once without them. KeyError: no such lever."""
    chosen = [a if isinstance(a, Adoption) else Adoption(*a) for a in adoptions]
    s = world.scenario
    longer = replace(s, days=s.days + days, end=s.end + timedelta(days=days), truth=_same_regime_day(world, days))
    drawn = draw_posts(longer, world.accounts, s.all_days, days, PHASE)
    keys = frames.account_keys(world).gather(drawn["account_index"])
    moved = drawn
    for number, adoption in enumerate(chosen):
        moved = _move(longer, moved, keys, adoption, number)
    untouched, after = _goes_on(world, longer, drawn), _goes_on(world, longer, moved)
    return Aftermath(after, untouched, _effects(longer, drawn, moved, keys, chosen))


def _same_regime_day(world: World, days: int) -> Truth:
    truth, s = world.scenario.truth, world.scenario
    if truth.regime is None:
        return truth
    return replace(truth, regime=replace(truth.regime, starts_after=truth.regime.starts_after * s.days / (s.days + days)))


def _adopters(s: Scenario, drawn: pl.DataFrame, keys: pl.Series, adoption: Adoption) -> np.ndarray:
    mine = keys.is_in(adoption.accounts).to_numpy() if adoption.accounts else np.ones(len(keys), dtype=bool)
    return mine & (drawn["day"].to_numpy() >= s.index(adoption.starts_on))


def _move(s: Scenario, drawn: pl.DataFrame, keys: pl.Series, adoption: Adoption, number: int) -> pl.DataFrame:
    """The posts with one lever moved where its adopters comply."""
    rng = s.rng(f"adoption {number}")
    follows = _adopters(s, drawn, keys, adoption) & (rng.random(drawn.height) < adoption.compliance)
    at = pl.Series(follows)
    if adoption.lever == SLOT_LEVER:
        hours = np.array(hours_of(adoption.to_level))
        there = np.isin(drawn["hour"].to_numpy(), hours)
        target = np.where(there, drawn["hour"].to_numpy(), rng.choice(hours, drawn.height))
        return drawn.with_columns(hour=pl.when(at).then(pl.Series(target)).otherwise("hour"))
    if adoption.lever == REPLY_LEVER:
        swift = pl.Series(rng.integers(120, 3600, drawn.height))
        return drawn.with_columns(
            brand_reply=pl.when(at).then(1).otherwise("brand_reply"), reply_seconds=pl.when(at).then(swift).otherwise("reply_seconds")
        )
    feature = LEVERS[adoption.lever]
    level = _number(adoption.to_level)
    changed = drawn.with_columns(pl.when(at).then(level).otherwise(feature).alias(feature))
    if feature == "vote_sticker" and level:
        changed = changed.with_columns(is_lottery=pl.when(at).then(pl.lit(adoption.lever == "has_lottery")).otherwise("is_lottery"))
    return changed


def _goes_on(world: World, longer: Scenario, drawn: pl.DataFrame) -> World:
    """The world with the posts of the days after its end, and followers and account days through to the new end."""
    s = world.scenario
    posts, planted = finish_posts(longer, drawn, world.posts.height, PHASE)
    known = world.account_days
    before = {"follower_total": known["follower_total"], "follower_loss": known["follower_loss"], "gains": world.gains}
    increments, followers = grow(longer, world.accounts, posts, s.all_days, longer.all_days - 1, before, PHASE)
    gains = followers.pop("gains")
    together = pl.concat([world.posts, posts], how="vertical_relaxed")
    counts = {m: np.concatenate([world.increments[m], v]) for m, v in increments.items()}
    days = account_days(longer, world.accounts, together, counts) | followers
    titles = {k: v + planted.get(k, 0) for k, v in world.planted_titles.items()}
    return World(longer, world.accounts, together, counts, days, titles, world.purges, gains)


def _effects(s: Scenario, before: pl.DataFrame, after: pl.DataFrame, keys: pl.Series, adoptions: Sequence[Adoption]) -> pl.DataFrame:
    rows = []
    change = {c: _log_means(s, after, c) - _log_means(s, before, c) for c in dict.fromkeys(COUNTS.values())}
    change["engagement"] = _engagement(s, after) - _engagement(s, before)
    for number, adoption in enumerate(adoptions):
        mine = _adopters(s, after, keys, adoption)
        at_level = _stands_at(after, adoption)
        moved = mine & at_level & ~_stands_at(before, adoption)
        for outcome, count in {**COUNTS, "engagement_count": "engagement"}.items():
            values = change[count]
            rows.append(
                {
                    "adoption": number,
                    "lever": adoption.lever,
                    "to_level": str(adoption.to_level),
                    "outcome": outcome,
                    "effect": float(values[mine].mean()) if mine.any() else None,
                    "effect_followed": float(values[moved].mean()) if moved.any() else None,
                    "post_count": int(mine.sum()),
                    "compliance_share": float(at_level[mine].mean()) if mine.any() else None,
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)


def _stands_at(posts: pl.DataFrame, adoption: Adoption) -> np.ndarray:
    if adoption.lever == SLOT_LEVER:
        return np.isin(posts["hour"].to_numpy(), hours_of(adoption.to_level))
    if adoption.lever == REPLY_LEVER:
        return posts["brand_reply"].to_numpy() > 0
    level = _number(adoption.to_level)
    here = posts[LEVERS[adoption.lever]].to_numpy() == level
    if adoption.lever in ("has_vote", "has_lottery") and level:
        here &= posts["is_lottery"].to_numpy() == (adoption.lever == "has_lottery")
    return np.asarray(here)


def _log_means(s: Scenario, posts: pl.DataFrame, count: str) -> np.ndarray:
    """The part of a post's log mean that levers can move."""
    views = hour_effects(s, posts) + log_effects(s, posts, "views")
    return views if count in ("views", "impressions") else views + log_effects(s, posts, count)


def _engagement(s: Scenario, posts: pl.DataFrame) -> np.ndarray:
    total = np.zeros(posts.height)
    platform = posts["platform"].to_numpy()
    for key in np.unique(platform):
        here = platform == key
        for count in frames.MEMBERS.get(key, frames.USUAL_MEMBERS):
            total[here] += p.PLATFORMS[key].rates.get(count, 0.0) * np.exp(_log_means(s, posts, count)[here])
    return np.log(np.maximum(total, 1e-12))
