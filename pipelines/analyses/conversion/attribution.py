"""Who gets the credit for conversions: seven descriptive models side by side, and one estimate of what channels add.

The descriptive models share out conversions that happened; a channel through which people come who would have bought anyway gets a share
all the same. Only the model "incremental" asks what would be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables, empty
from pipelines.analyses.conversion import incremental
from pipelines.analyses.conversion.tables import ATTRIBUTION
from pipelines.analyses.statistics import Array, one_thread

HALF_LIFE_DAYS = 7.0
FIRST_SHARE, LAST_SHARE = 0.4, 0.4
MAX_CHANNELS = 15  # the rest is one channel, `OTHER`
OTHER = "other_channels"
DRAWS, DRAWS_OF_MANY, MANY_PEOPLE = 2_000, 400, 20_000
TOUCH_MODELS = ("last", "first", "linear", "position", "time_decay", "shapley")
MODELS = (*TOUCH_MODELS[:5], "markov", "shapley")
PATH = ["person_key", "path_number"]


def attribution_tables(touches: pl.DataFrame, activity: pl.DataFrame) -> Tables:
    """One row per model and channel: conversions credited, their share, intervals by bootstrap over people."""
    known = known_touches(touches)
    whole = known.filter(pl.col("is_window_complete").last().over(PATH))
    if whole.is_empty():
        return {"attribution": empty(ATTRIBUTION)}
    with one_thread():
        descriptive = credit_table(whole)
        added = incremental.increments(known, activity)
    rows = pl.concat([descriptive, added], how="diagonal")
    period = {"period_starts_on": whole["touched_at"].dt.date().min(), "period_ends_on": whole["touched_at"].dt.date().max()}
    facts = _channel_facts(whole)
    rows = rows.with_columns(**{name: pl.lit(day) for name, day in period.items()}).join(facts, on="channel", how="left")
    order = {name: i for i, name in enumerate((*MODELS, "incremental"))}
    rows = rows.sort(pl.col("model").replace_strict(order, return_dtype=pl.Int64), "channel")
    return {"attribution": rows.select([pl.col(c).cast(t) for c, t in ATTRIBUTION.items()])}


def known_touches(touches: pl.DataFrame) -> pl.DataFrame:
    """Touches with a known channel, in order of time; rare channels are one."""
    known = touches.filter(pl.col("channel").is_not_null()).sort(*PATH, "touched_at", "touch_key")
    counts = known.group_by("channel").len().sort(["len", "channel"], descending=[True, False])
    rare = counts["channel"][MAX_CHANNELS:].to_list()
    return known.with_columns(pl.when(pl.col("channel").is_in(rare)).then(pl.lit(OTHER)).otherwise(pl.col("channel")).alias("channel"))


def _channel_facts(whole: pl.DataFrame) -> pl.DataFrame:
    paths = whole.group_by("channel", *PATH).agg(pl.col("converted_at").is_not_null().any().alias("paid"))
    return paths.group_by("channel").agg(
        pl.len().cast(pl.Int64).alias("path_count"),
        pl.col("paid").sum().cast(pl.Int64).alias("converted_path_count"),
        pl.col("person_key").n_unique().cast(pl.Int64).alias("people_count"),
    )


@dataclass
class People:
    """What the models need of each person, so that a sample of people is a vector of weights."""

    channels: list[str]
    credits: dict[str, Array]  # model: person x channel
    moves: Array  # person x (from * (channels + 2) + to); from: channels, start; to: channels, conversion, none


def credit_table(whole: pl.DataFrame) -> pl.DataFrame:
    """The descriptive models over complete paths: conversions credited per channel, shares, 95 % intervals."""
    people = per_person(whole)
    everybody = np.ones((1, people.moves.shape[0]))
    point = _models(people, everybody)
    draws: dict[str, list[Array]] = {model: [] for model in MODELS}
    for weights in _samples(people.moves.shape[0]):
        for model, credit in _models(people, weights).items():
            draws[model].append(credit)
    parts = [_rows(model, people.channels, point[model][0], np.concatenate(draws[model])) for model in MODELS]
    return pl.concat(parts)


def per_person(whole: pl.DataFrame) -> People:
    """Credits and moves of each person, people and channels in the order of their names."""
    channels = sorted(whole["channel"].unique().to_list())
    person = pl.col("person_key").rank("dense").cast(pl.Int64) - 1
    age = (pl.col("converted_at") - pl.col("touched_at")).dt.total_microseconds() / 86_400e6
    rows = whole.with_columns(
        person.alias("person"),
        pl.col("channel").replace_strict({c: i for i, c in enumerate(channels)}, return_dtype=pl.Int64).alias("station"),
        pl.int_range(pl.len()).over(PATH).alias("place"),
        pl.len().over(PATH).cast(pl.Int64).alias("length"),
        pl.col("converted_at").is_not_null().alias("paid"),
        pl.col("channel").n_unique().over(PATH).alias("different"),
        pl.len().over([*PATH, "channel"]).alias("times"),
        (0.5 ** (age / HALF_LIFE_DAYS)).alias("freshness"),
    )
    last, first, one = pl.col("place") == pl.col("length") - 1, pl.col("place") == 0, pl.col("length") == 1
    middle = pl.max_horizontal(pl.col("length") - 2, 1)
    ends = pl.when(first).then(FIRST_SHARE).when(last).then(LAST_SHARE).otherwise((1 - FIRST_SHARE - LAST_SHARE) / middle)
    shares = {
        "last": last.cast(pl.Float64),
        "first": first.cast(pl.Float64),
        "linear": 1 / pl.col("length"),
        "position": pl.when(one).then(1.0).when(pl.col("length") == 2).then(0.5).otherwise(ends),
        "time_decay": pl.col("freshness") / pl.col("freshness").sum().over(PATH),
        # With the worth of a set of channels = conversions of paths within it, Shapley's value is an equal split over a path's channels.
        "shapley": 1 / (pl.col("different") * pl.col("times")),
    }
    rows = rows.with_columns(**{model: pl.when(pl.col("paid")).then(share).otherwise(0.0) for model, share in shares.items()})
    shape = (int(rows["person"].max()) + 1, len(channels))  # type: ignore[arg-type]
    credits = {model: _summed(rows["person"], rows["station"], rows[model], shape) for model in TOUCH_MODELS}
    return People(channels, credits, _moves(rows, shape))


def _summed(person: pl.Series, column: pl.Series, values: pl.Series | None, shape: tuple[int, int]) -> Array:
    codes = person.to_numpy() * shape[1] + column.to_numpy()
    weights = None if values is None else values.to_numpy()
    return np.bincount(codes, weights=weights, minlength=shape[0] * shape[1]).reshape(shape).astype(float)


def _moves(rows: pl.DataFrame, shape: tuple[int, int]) -> Array:
    """How often each person went from where to where, the start and the end of each path included."""
    c = shape[1]
    before = pl.col("station").shift(1).over(PATH).fill_null(c)
    end = pl.when(pl.col("paid")).then(c).otherwise(c + 1)
    steps = rows.select("person", (before * (c + 2) + pl.col("station")).alias("move"))
    ends = rows.filter(pl.col("place") == pl.col("length") - 1).select("person", (pl.col("station") * (c + 2) + end).alias("move"))
    both = pl.concat([steps, ends])
    return _summed(both["person"], both["move"], None, (shape[0], (c + 1) * (c + 2)))


def _samples(people: int) -> Any:
    """Weights of bootstrap samples of people, in blocks of draws x people that fit the memory; the seed is fixed."""
    rng = np.random.default_rng(23)
    wanted = DRAWS if people <= MANY_PEOPLE else DRAWS_OF_MANY
    block = max(1, min(wanted, 4_000_000 // max(people, 1)))
    for start in range(0, wanted, block):
        yield rng.poisson(1.0, (min(block, wanted - start), people)).astype(float)


def _models(people: People, weights: Array) -> dict[str, Array]:
    """Conversions credited, samples x channels, for each model."""
    found = {model: weights @ people.credits[model] for model in TOUCH_MODELS}
    c = len(people.channels)
    removal, _ = markov_removal((weights @ people.moves).reshape(-1, c + 1, c + 2))
    total = removal.sum(axis=1, keepdims=True)
    share = np.divide(removal, total, out=np.zeros_like(removal), where=total > 0)
    return found | {"markov": share * found["linear"].sum(axis=1, keepdims=True)}


def markov_removal(moves: Array) -> tuple[Array, Array]:
    """Removal effect of each channel (samples x channels) and the probability of conversion (samples).

    moves counts samples x from (channels, start) x to (channels, conversion, none): a chain of first order. Without a channel,
    whoever would have come to it is lost.
    """
    c = moves.shape[2] - 2
    sums = moves.sum(axis=2, keepdims=True)
    chance = np.divide(moves, sums, out=np.zeros_like(moves), where=sums > 0)
    whole = _absorbed(chance, c)
    removal = np.zeros((moves.shape[0], c))
    for channel in range(c):
        without = chance.copy()
        without[:, :, channel] = 0.0
        without[:, channel, :] = 0.0
        gone = _absorbed(without, c)
        removal[:, channel] = 1 - np.divide(gone, whole, out=np.ones_like(gone), where=whole > 0)
    return removal, whole


def _absorbed(chance: Array, c: int) -> Array:
    among, to_goal, start = chance[:, :c, :c], chance[:, :c, c : c + 1], chance[:, c, :c]
    reach = np.linalg.solve(np.eye(c)[None] - among, to_goal)[:, :, 0]
    return np.asarray((start * reach).sum(axis=1))


def shapley_values(worth: Array) -> Array:
    """Shapley's value of each player from the worth of every set of them; set number s holds player i where bit i of s is set."""
    from math import factorial

    players = int(worth.size).bit_length() - 1
    sets = np.arange(worth.size)
    sizes = np.array([bin(s).count("1") for s in range(worth.size)])
    weight = np.array([factorial(size) * factorial(max(players - size - 1, 0)) / factorial(players) for size in range(players + 1)])
    values = []
    for player in range(players):
        without = sets[(sets >> player) & 1 == 0]
        values.append(float(np.sum(weight[sizes[without]] * (worth[without | (1 << player)] - worth[without]))))
    return np.array(values)


def _rows(model: str, channels: list[str], credit: Array, draws: Array) -> pl.DataFrame:
    total = credit.sum()
    sums = draws.sum(axis=1, keepdims=True)
    share = draws[sums[:, 0] > 0] / sums[sums[:, 0] > 0]
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    s_low, s_high = np.quantile(share, [0.025, 0.975], axis=0) if len(share) else (np.full(len(channels), np.nan),) * 2
    none = total <= 0
    table = {
        "conversion_count": credit, "conversion_low_number": low, "conversion_high_number": high,
        "share_rate": credit / total if not none else np.full(len(channels), np.nan), "share_low_rate": s_low, "share_high_rate": s_high,
    }  # fmt: skip
    return pl.DataFrame({"channel": channels, **table}).with_columns(
        pl.col("share_rate", "share_low_rate", "share_high_rate").fill_nan(None),
        pl.lit(model).alias("model"), pl.lit(True).alias("is_descriptive"), pl.lit("D").alias("design_rung"),
        pl.lit("not_enough_evidence" if none else "estimated").alias("status"),
        pl.lit("no_conversions" if none else None, dtype=pl.String).alias("reason"),
    )  # fmt: skip
