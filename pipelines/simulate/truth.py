"""What is true in one simulated world. The defaults are the demo's; a scenario changes some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.simulate import parameters as p

Effects = Mapping[str, Mapping[str, float]]  # feature -> {count: log effect per unit}


@dataclass(frozen=True)
class Regime:
    """A change of a platform's rules part way through the period: from then on other hours and effects hold."""

    starts_after: float  # share of the period
    hour_shift: int
    feature_effects: Effects
    level_shift: float  # log, on all views


@dataclass(frozen=True)
class News:
    """What others say about the brand, hour by hour, over the last `days` days."""

    days: int = 60
    mentions_per_hour: float = 24.0
    negative_share: float = 0.08
    dispersion: float = 0.08
    magnitudes: tuple[float, ...] = (2.0, 3.0, 4.0, 5.0)  # negative mentions at a crisis' peak: 1 + 2 × magnitude times the usual
    benign_factor: float = 5.0  # all mentions at the peak of the brand's own sales event
    drift: float = 0.30  # growth of the negative share over the last two thirds
    text_noise: float = 0.10  # share of texts whose words say something else than their label


@dataclass(frozen=True)
class CampaignPanel:
    """A campaign as an account-day panel sees it: one treated account, eight controls of the same platform, a common event shock."""

    key: str
    platform: str
    starts: int  # days before the end of the world, both inclusive
    ends: int
    effect: float  # log, on the daily figures of the treated account
    spill: float = 0.0  # log, on its first control: contaminated
    pull: float = 0.0  # log, for ten days after the end: demand that the campaign only brought forward


CAMPAIGN_PANELS = (
    CampaignPanel("osmanthus_launch", "douyin", 104, 75, 0.20, spill=0.05),
    CampaignPanel("autumn_cities", "weibo", 64, 35, 0.10, pull=-0.05),
    CampaignPanel("double11_stock_up", "xiaohongshu", 30, 9, 0.0),
)


@dataclass(frozen=True)
class Journeys:
    """Exposures of people with a hidden intent, and what each channel adds (log odds). Search only shows who wanted to buy anyway."""

    people: int = 20_000
    base: float = -4.6
    intent_effect: float = 1.1
    increments: Mapping[str, float] = field(
        default_factory=lambda: {"organic": 0.25, "paid_feed": 0.45, "kol": 0.60, "search": 0.0, "community": 0.15}
    )
    exposure: Mapping[str, float] = field(
        default_factory=lambda: {"organic": 1.1, "paid_feed": 0.7, "kol": 0.35, "search": 0.35, "community": 0.30}
    )
    intent_exposure: Mapping[str, float] = field(
        default_factory=lambda: {"organic": 0.1, "paid_feed": 0.15, "kol": 0.1, "search": 1.2, "community": 0.25}
    )


@dataclass(frozen=True)
class Truth:
    """Every planted parameter of a world. Effects are logs; a feature with no effect is a planted null."""

    feature_effects: Effects = field(default_factory=lambda: p.FEATURE_EFFECTS)
    platform_effects: Mapping[str, Effects] = field(default_factory=dict)  # a platform's own effects of some features
    topic_effects: tuple[float, ...] = p.TOPIC_EFFECTS
    type_effect_factor: float = 1.0
    weekend_factor: float = 1.0
    quality_effect: float = p.QUALITY_EFFECT
    noise_sd: float = p.NOISE_SD
    strength_sd: float = p.STRENGTH_SD
    best_hour_effect: float = p.BEST_HOUR_EFFECT
    follower_elasticity: float = p.FOLLOWER_ELASTICITY
    dispersion_factor: float = 1.0
    posts_per_day: float = p.POSTS_PER_DAY
    confounding: float = 1.0  # how much an account's strength says about its hours and features
    hidden_confounding: float = 0.0  # how much the hidden quality of a post says about its features
    quality_proxy_sd: float | None = 1.0  # noise of the observed proxy of quality; None: there is none
    reply_share: float = 0.0  # posts to whose comments the brand replies within the hour; early success invites more
    reply_effect: float = 0.15  # log, on comments
    topic_mix: float = 2.0
    campaigns: tuple[p.Campaign, ...] = p.CAMPAIGNS
    campaign_panels: tuple[CampaignPanel, ...] = CAMPAIGN_PANELS
    event_shock: float = 0.35  # log, on all accounts of the panels during 双11
    event_shock_sd: float = 0.05  # how differently accounts react to it
    click_by_channel: tuple[float, ...] = p.CLICK_BY_CHANNEL
    intent_sd: float = p.INTENT_SD
    people: int = p.PEOPLE
    regime: Regime | None = None
    news: News = News(mentions_per_hour=6.0, magnitudes=(4.0, 6.0, 8.0))
    journeys: Journeys = field(default_factory=Journeys)
    dirt: float = 0.0  # of the frames: lost weak posts, unknown figures, bots, wrong time zones; 1 is usual

    def effect(self, platform: str, feature: str, count: str, changed: bool = False) -> float:
        """Log effect of one unit of a feature on a count of a platform's posts, before or after the change of regime."""
        effects = self.regime.feature_effects if changed and self.regime else self.feature_effects
        own = {} if changed else self.platform_effects.get(platform, {})
        return own.get(feature, effects.get(feature, {})).get(count, 0.0)

    def best_hour(self, platform: str, changed: bool = False) -> int | None:
        """The hour at which a platform's posts do best; None where the hour does not matter."""
        hour = p.PLATFORMS[platform].best_hour
        if hour is None or self.best_hour_effect == 0:
            return None
        return (hour + self.regime.hour_shift) % 24 if changed and self.regime else hour

    def hour_effect(self, platform: str, hour: int, changed: bool = False) -> float:
        """Log effect of publishing at an hour on views."""
        best = self.best_hour(platform, changed)
        if best is None:
            return 0.0
        apart = min(abs(hour - best), 24 - abs(hour - best))
        return self.best_hour_effect * float(2.718281828459045 ** (-0.5 * (apart / 2) ** 2))
