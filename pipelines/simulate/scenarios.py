"""Ten worlds with one thing wrong in each: what the analyses are scored on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pipelines.simulate import parameters as p
from pipelines.simulate.truth import CAMPAIGN_PANELS, Journeys, News, Regime, Truth
from pipelines.simulate.world import Scenario

DESCRIPTIONS = {
    "S0": "every effect is null; confounding stays",
    "S1": "baseline",
    "S2": "small: 5 accounts per platform, 30 days",
    "S3": "an account's strength says twice as much about its hours and features",
    "S4": "a hidden, unproxied quality drives features and success",
    "S5": "the effect of a question is reversed on half of the platforms",
    "S6": "three times the dirt",
    "S7": "the platforms change their rules mid-way",
    "S8": "all campaigns run inside 双11, where accounts react differently",
    "S9": "heavy tails: four times the dispersion",
}

LAB = Truth(
    strength_sd=0.8,
    posts_per_day=0.80,
    feature_effects=p.FEATURE_EFFECTS,
    reply_share=0.35,
    people=3_000,
    news=News(),
    dirt=1.0,
)


def _null(t: Truth) -> Truth:
    nothing: dict[str, dict[str, float]] = {feature: {} for feature in p.FEATURE_EFFECTS}
    return replace(
        t,
        feature_effects=nothing,
        topic_effects=(0.0,) * len(p.TOPICS),
        type_effect_factor=0.0,
        weekend_factor=0.0,
        best_hour_effect=0.0,
        reply_effect=0.0,
        campaigns=tuple(replace(c, view_effect=0.0, click_effect=0.0) for c in t.campaigns),
        campaign_panels=tuple(replace(c, effect=0.0, spill=0.0, pull=0.0) for c in t.campaign_panels),
        click_by_channel=(0.0,) * len(p.CHANNELS),
        news=News(magnitudes=(), drift=0.0),
        journeys=Journeys(increments=dict.fromkeys(p.CHANNELS, 0.0)),
    )


def _reversed(t: Truth) -> Truth:
    against = {"question_title": {"comments": -0.25}}
    return replace(t, platform_effects=dict.fromkeys(("xiaohongshu", "weibo", "douyin"), against))


def _regime(t: Truth) -> Truth:
    now = {**t.feature_effects, "question_title": {}, "number_title": {"comments": 0.25}}
    return replace(t, regime=Regime(starts_after=0.5, hour_shift=-8, feature_effects=now, level_shift=-0.3))


def _overlap(t: Truth) -> Truth:
    windows = ((32, 12), (28, 8), (30, 9))
    panels = tuple(replace(c, starts=a, ends=b) for c, (a, b) in zip(CAMPAIGN_PANELS, windows, strict=True))
    return replace(t, campaign_panels=panels, event_shock=0.5, event_shock_sd=0.15)


CHANGES: dict[str, Callable[[Truth], Truth]] = {
    "S0": _null,
    "S1": lambda t: t,
    "S2": lambda t: t,
    "S3": lambda t: replace(t, confounding=2.0),
    "S4": lambda t: replace(t, hidden_confounding=0.6, quality_proxy_sd=None),
    "S5": _reversed,
    "S6": lambda t: replace(t, dirt=3.0),
    "S7": _regime,
    "S8": _overlap,
    "S9": lambda t: replace(t, dispersion_factor=4.0),
}


def scenario(name: str, seed: int, accounts: int = 15, days: int = 120, end: date = p.DEFAULT_END) -> Scenario:
    """One of S0–S9 as a lab world; S2 keeps to 5 accounts and 30 days. KeyError: no such scenario."""
    change = CHANGES[name]
    if name == "S2":
        accounts, days = min(accounts, 5), min(days, 30)
    return Scenario(seed=seed, days=days, accounts=accounts, end=end, truth=change(LAB), name=name)
