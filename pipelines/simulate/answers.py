"""What is true about the frames of a world: what every lever does, the best hours, campaigns, crises, segments, channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.simulate import frames, journeys, news, panels
from pipelines.simulate import parameters as p
from pipelines.simulate.world import World

LEVERS = {  # column of post_features -> the world's feature
    "has_question": "question_title",
    "has_vote": "vote_sticker",
    "has_lottery": "vote_sticker",
    "has_number": "number_title",
    "emoji_count": "emoji_count",
    "is_long_title": "long_title",
}
REPLY_LEVER = "first_reply"  # to_level "1h": the brand answers within the hour
DAY_PARTS = {f"{h}-{h + 2}": tuple(range(h, h + 3)) for h in range(0, 24, 3)}
COUNTS = {**frames.OUTCOMES, "first_day_view_count": "views"}


@dataclass(frozen=True)
class Answers:
    """Every truth of one world. Effects are log ratios, those of the regime that holds at the end."""

    world: World

    @cached_property
    def effects(self) -> pl.DataFrame:
        """One row per lever, level, outcome and platform: `effect` (log). Levels are text: false/true, +1, 1h, a type, a topic."""
        rows = []
        for platform in self.world.scenario.platforms:
            for lever, feature in LEVERS.items():
                level = ("0", "1") if lever == "emoji_count" else ("false", "true")
                rows += self._rows(platform, lever, *level, {c: self._feature(platform, feature, c) for c in p.COUNTS})
            reply = {"comments": self.world.scenario.truth.reply_effect if self.world.scenario.truth.reply_share else 0.0}
            rows += self._rows(platform, REPLY_LEVER, "later", "1h", reply)
            factor = self.world.scenario.truth.type_effect_factor
            base, *others = p.PLATFORMS[platform].types
            for name, _, effect in others:
                rows += self._rows(platform, "content_type", base[0], name, {"views": factor * (effect - base[2])})
            topic = dict(zip(p.TOPICS, self.world.scenario.truth.topic_effects, strict=True))
            for name, effect in topic.items():
                if name != "festival":
                    rows += self._rows(platform, "topic", "festival", name, {"views": effect - topic["festival"]})
        return pl.DataFrame(rows)

    def _feature(self, platform: str, feature: str, count: str) -> float:
        truth = self.world.scenario.truth
        return truth.effect(platform, feature, count, truth.regime is not None)

    def _rows(self, platform: str, lever: str, from_level: str, to_level: str, by_count: Mapping[str, float]) -> list[dict]:
        """One row per outcome the platform shows. A count moves by its own effect and with the views it is made of."""
        rates = p.PLATFORMS[platform].rates
        views = by_count.get("views", 0.0)

        def moved(count: str) -> float:
            return views if count in ("views", "impressions") else views + by_count.get(count, 0.0)

        shown = {o: moved(c) for o, c in COUNTS.items() if c == "views" or rates.get({"impressions": "impression_share"}.get(c, c))}
        members = [c for c in frames.MEMBERS.get(platform, frames.USUAL_MEMBERS) if rates.get(c)]
        weights = np.array([rates[c] for c in members])
        shown["engagement_count"] = float(np.log((weights * np.exp([moved(c) for c in members])).sum() / weights.sum()))
        return [
            {"lever": lever, "from_level": from_level, "to_level": to_level, "outcome": o, "platform": platform, "effect": float(e)}
            for o, e in shown.items()
        ]

    def effect(self, lever: str, outcome: str, platform: str | None = None, to_level: str | None = None) -> float:
        """True log effect of one step of a lever; over all platforms (None) the mean weighted by posts. KeyError: not planted."""
        rows = self.effects.filter((pl.col("lever") == lever) & (pl.col("outcome") == outcome))
        if to_level is not None:
            rows = rows.filter(pl.col("to_level") == to_level)
        if platform is not None:
            rows = rows.filter(pl.col("platform") == platform)
        if rows.is_empty():
            raise KeyError(f"{lever} {to_level or ''} on {outcome} of {platform or 'all platforms'}")
        rows = rows.join(self.world.posts.group_by("platform").len(), on="platform")
        return float(np.average(rows["effect"].to_numpy(), weights=rows["len"].to_numpy()))

    @cached_property
    def hours(self) -> pl.DataFrame:
        """One row per platform and hour of publication: `effect` (log, on views and everything counted from them) and `regret`."""
        truth = self.world.scenario.truth
        rows = [
            {"platform": k, "local_hour": h, "effect": truth.hour_effect(k, h, truth.regime is not None)}
            for k in self.world.scenario.platforms
            for h in range(24)
        ]
        return pl.DataFrame(rows).with_columns(regret=pl.col("effect").max().over("platform") - pl.col("effect"))

    def slots(self, slots: Mapping[str, Sequence[int]] = DAY_PARTS, by: str = "platform") -> pl.DataFrame:
        """One row per platform (or `by="account_key"`) and slot, a name for a set of hours.

        `effect` is the mean over the slot's hours as they are used there; `regret` to the best slot that is used at all on the platform,
        `current` the mean of the posts as published, `gain` = effect − current; `is_flat` says that no hour matters.
        """
        names = {h: name for name, hours in slots.items() for h in hours}
        posts = self.world.posts.select(
            "platform", "hour", account_key=frames.account_keys(self.world).gather(self.world.posts["account_index"])
        )
        posts = posts.join(self.hours, left_on=["platform", "hour"], right_on=["platform", "local_hour"]).with_columns(
            slot=pl.col("hour").replace_strict(names, default=None, return_dtype=pl.String)
        )
        per_slot = posts.drop_nulls("slot").group_by("platform", "slot").agg(effect=pl.col("effect").mean(), post_count=pl.len())
        current = posts.group_by(*dict.fromkeys(("platform", by))).agg(current=pl.col("effect").mean())
        return (
            current.join(per_slot, on="platform")
            .with_columns(
                regret=pl.col("effect").max().over(by) - pl.col("effect"),
                gain=pl.col("effect") - pl.col("current"),
                is_flat=(pl.col("effect").max().over(by) - pl.col("effect").min().over(by)) < 1e-9,
            )
            .with_columns(is_best=(pl.col("regret") < 1e-12) & ~pl.col("is_flat"))
            .sort(by, "slot")
        )

    @cached_property
    def campaign_effects(self) -> pl.DataFrame:
        """One row per campaign: log effect on its treated account, on the contaminated control and in the days after."""
        planted = {c.key: c for c in self.world.scenario.truth.campaign_panels}
        return panels.campaigns(self.world).with_columns(
            **{
                f: pl.col("campaign_key").replace_strict({k: getattr(c, f) for k, c in planted.items()})
                for f in ("effect", "spill", "pull")
            },
            contaminated_account_key=pl.when(pl.col("campaign_key").is_in([k for k, c in planted.items() if c.spill])).then(
                pl.col("control_account_keys").list.first()
            ),
        )

    @cached_property
    def crises(self) -> pl.DataFrame:
        """Planted crises and the benign peak: see `news.crises`."""
        return news.crises(self.world)

    @cached_property
    def segments(self) -> pl.DataFrame:
        """`person_key`, `segment` of everyone in `person_days`."""
        from pipelines.simulate.people import build_people

        return build_people(self.world).people.select(person_key="user_id", segment="segment")

    @cached_property
    def channel_increments(self) -> pl.DataFrame:
        """Per channel of `touchpoints`: log odds, expected conversions it added, its share of all that were added."""
        return journeys.journeys(self.world).increments


def answers(world: World) -> Answers:
    """The truth of a world; parts are worked out when asked for."""
    return Answers(world)
