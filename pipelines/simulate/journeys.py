"""Touchpoints of people with a hidden intent, and what each channel truly adds. Search is demand capture: it adds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np
import polars as pl

from pipelines.simulate import parameters as p
from pipelines.simulate.world import World

WINDOW_DAYS = 30


@dataclass(frozen=True)
class Paths:
    """`touchpoints` has one row per touch; `increments` one per channel: conversions that would be missing without it."""

    touchpoints: pl.DataFrame
    increments: pl.DataFrame
    converted_count: int


def journeys(world: World) -> Paths:
    """Exposures within 30 days, conversions (at most one a person) and the expected conversions that each channel added."""
    s, truth, rng = world.scenario, world.scenario.truth.journeys, world.scenario.rng("journeys")
    n, channels = truth.people, p.CHANNELS
    intent = rng.normal(0, 1, n)
    rate = np.array([truth.exposure[c] for c in channels]) * np.exp(np.outer(intent, [truth.intent_exposure[c] for c in channels]))
    touches = rng.poisson(rate)
    increments = np.array([truth.increments[c] for c in channels])
    exposed = touches > 0
    logit = truth.base + truth.intent_effect * intent + exposed @ increments
    chance = 1 / (1 + np.exp(-logit))
    anyone = exposed.any(axis=1)
    converts = (rng.random(n) < chance) & anyone
    without = [1 / (1 + np.exp(-(logit - exposed[:, k] * increments[k]))) for k in range(len(channels))]
    added = np.array([float(((chance - w) * anyone).sum()) for w in without])
    person, channel = (np.repeat(i, touches.ravel()) for i in np.indices(touches.shape).reshape(2, -1))
    seconds = rng.integers(0, WINDOW_DAYS * 86400 - 7200, len(person))
    last = np.zeros(n, dtype=np.int64)
    np.maximum.at(last, person, seconds)
    bought = last + rng.integers(60, 7200, n)
    start = datetime.combine(s.end, time.min, UTC).timestamp() - (WINDOW_DAYS + 1) * 86400
    amount = np.round(rng.lognormal(4.2, 0.5, n), 2)
    # A touch of its own kind of place: what is paid or searched names no platform.
    place = np.array(p.DEMO_PLATFORMS)[rng.integers(0, len(p.DEMO_PLATFORMS), len(person))]
    table = pl.DataFrame(
        {
            "person_key": pl.Series("J" + pl.Series(person).cast(pl.String).str.zfill(6)),
            "touched_at": _moments(start + seconds),
            "channel": np.array(channels)[channel],
            "campaign_key": pl.Series([None] * len(person), dtype=pl.String),
            "platform": pl.Series(place),
            "path_number": pl.Series(np.ones(len(person), dtype=np.int64)),
            "converted_at": pl.select(pl.when(pl.Series(converts[person])).then(_moments(start + bought[person]))).to_series(),
            "conversion_amount": pl.select(pl.when(pl.Series(converts[person])).then(pl.Series(amount[person]))).to_series(),
        }
    ).sort("person_key", "touched_at", "channel")
    total = added.sum()
    found = pl.DataFrame(
        {
            "channel": list(channels),
            "log_odds": increments,
            "added_count": added,
            "share": added / total if total > 0 else np.zeros(len(channels)),
        }
    )
    return Paths(table, found, int(converts.sum()))


def _moments(epoch: np.ndarray) -> pl.Series:
    return pl.Series((epoch * 1_000_000).astype(np.int64)).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def touchpoints(world: World) -> pl.DataFrame:
    """One row per person and touch, with the columns of int_touchpoints; people who were never touched have no row."""
    return journeys(world).touchpoints
