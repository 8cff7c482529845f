"""Campaigns as account-day panels: one treated account and eight controls each, event shocks, weekly season, drifting levels."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from pipelines.simulate import calendar as days_of
from pipelines.simulate.truth import CampaignPanel
from pipelines.simulate.world import World

DAYS, CONTROLS = 180, 8
PULL_DAYS = 10
BASE_VIEWS = 8_000.0
PERSISTENCE, SHOCK_SD, WALK_SD, NOISE_SD = 0.5, 0.10, 0.005, 0.08
WEEK = (-0.10, -0.06, -0.02, 0.0, 0.08, 0.14, 0.10)


def account_key(panel: CampaignPanel, number: int) -> str:
    """Accounts of a campaign's panel: 0 is treated, 1 the one next door, 2–8 are untouched."""
    return f"{panel.platform}:{panel.key}_{'treated' if number == 0 else f'control{number}'}"


def campaigns(world: World) -> pl.DataFrame:
    """One row per campaign: its window, treated account, control accounts and budget, as a register would say it."""
    end = world.scenario.end
    return pl.DataFrame(
        [
            {
                "campaign_key": c.key,
                "campaign": c.key,
                "starts_on": end - timedelta(days=c.starts),
                "ends_on": end - timedelta(days=c.ends),
                "platform": c.platform,
                "account_key": account_key(c, 0),
                "control_account_keys": [account_key(c, k) for k in range(1, CONTROLS + 1)],
                "budget_amount": 60_000.0,
            }
            for c in world.scenario.truth.campaign_panels
        ],
        schema_overrides={"budget_amount": pl.Float64},
    )


def campaign_daily(world: World) -> pl.DataFrame:
    """One row per panel account and day, 180 days to the world's end, with the columns of `account_daily`."""
    return pl.concat([_panel(world, c) for c in world.scenario.truth.campaign_panels]).sort("account_key", "business_date")


def _panel(world: World, c: CampaignPanel) -> pl.DataFrame:
    s, rng, n = world.scenario, world.scenario.rng(f"panel {c.key}"), CONTROLS + 1
    first = s.end - timedelta(days=DAYS - 1)
    days = days_of.day_list(first, DAYS)
    week = np.array(WEEK)[[d.weekday() for d in days]]
    event = np.array([(10, 21) <= (d.month, d.day) <= (11, 11) for d in days], float)
    reaction = s.truth.event_shock + s.truth.event_shock_sd * rng.normal(size=n)
    level = np.log(BASE_VIEWS) + rng.normal(0, 0.8, n)
    walk = np.cumsum(rng.normal(0, WALK_SD, (n, DAYS)), axis=1)
    common = np.cumsum(rng.normal(0, 0.01, DAYS))
    mean = level[:, None] + week * rng.uniform(0.8, 1.2, n)[:, None] + event * reaction[:, None] + common + walk
    mean += _persistent(rng, n) + rng.normal(0, NOISE_SD, (n, DAYS))
    before_end = (s.end - first).days - np.arange(DAYS)
    window = (before_end <= c.starts) & (before_end >= c.ends)
    after = (before_end < c.ends) & (before_end >= c.ends - PULL_DAYS)
    mean[0] += c.effect * window + c.pull * after
    mean[1] += c.spill * window
    views = rng.poisson(np.exp(mean))
    engagement = rng.binomial(views, 0.05)
    likes = rng.binomial(engagement, 0.7)
    gain = rng.binomial(views, 0.002)
    lost = rng.poisson(12, (n, DAYS))
    return pl.DataFrame(
        {
            "platform": [c.platform] * (n * DAYS),
            "account_key": np.repeat([account_key(c, k) for k in range(n)], DAYS),
            "business_date": days * n,
            "view_count": views.ravel(),
            "engagement_count": engagement.ravel(),
            "like_count": likes.ravel(),
            "comment_count": rng.binomial(engagement - likes, 0.3).ravel(),
            "follower_total_count": (20_000 + np.cumsum(gain - lost, axis=1)).ravel(),
            "follower_gain_count": gain.ravel(),
            "posts_published_count": rng.poisson(1.0, n * DAYS),
        }
    )


def _persistent(rng: np.random.Generator, n: int) -> np.ndarray:
    """AR(1) deviations of n accounts."""
    out = np.zeros((n, DAYS))
    for day in range(1, DAYS):
        out[:, day] = PERSISTENCE * out[:, day - 1] + rng.normal(0, SHOCK_SD, n)
    return out
