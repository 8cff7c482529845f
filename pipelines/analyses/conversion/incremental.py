"""What channels add: the chance of paying on a day, by the touches of the week before it, among people of equal earlier activity.

A logit over person-days. Touches of the day itself are left out (they are part of buying), and what people had done before that week stands
for their intent. Nobody drew lots for the touches, so the estimate is of rung C: better than sharing out credit, no experiment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.analyses.statistics import Array

LAG_DAYS = 7
BURN_IN_DAYS = 14  # earlier days know too little of what people had done before
MAX_PEOPLE = 20_000
DRAWS = 400
PRIOR = ("event_count", "view_count", "engagement_count", "visit_count", "pay_count")
MIN_PER_PARAMETER = 5
RIDGE = 0.5


@dataclass
class Panel:
    """Person-days: whether paid, which channels in the week before, earlier activity, whose row it is."""

    channels: list[str]
    paid: Array
    touched: Array  # rows x channels
    prior: Array  # rows x covariates, standardised
    person: Array
    scale: float  # people there are per person in the panel


def increments(touches: pl.DataFrame, activity: pl.DataFrame) -> pl.DataFrame:
    """One row per channel: conversions that would be missing without it, with 95 % interval; NULL without enough evidence."""
    channels = sorted(touches["channel"].unique().to_list())
    panel = person_days(touches, activity, channels)
    if panel is None or panel.paid.sum() < MIN_PER_PARAMETER * (1 + len(channels) + panel.prior.shape[1]):
        return _frame(channels, None, "too_few_conversions")
    fitted = logit(np.column_stack([np.ones(panel.paid.size), panel.touched, panel.prior]), panel.paid, panel.person)
    if fitted is None:
        return _frame(channels, None, "no_convergence")
    beta, covariance = fitted
    rng = np.random.default_rng(29)
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(beta.size))
    draws = np.vstack([beta, beta + rng.normal(size=(DRAWS, beta.size)) @ root.T])
    return _frame(channels, _missing(panel, draws) * panel.scale, None)


def person_days(touches: pl.DataFrame, activity: pl.DataFrame, channels: list[str]) -> Panel | None:
    """The panel of everybody with a touch, from the day after they were first seen on; None where there are too few days."""
    people = touches.select("person_key").unique().sort("person_key")
    scale = 1.0
    if people.height > MAX_PEOPLE:
        chosen = np.sort(np.random.default_rng(31).choice(people.height, MAX_PEOPLE, replace=False))
        scale = people.height / MAX_PEOPLE
        people = people[chosen]
    people = people.with_row_index("row")
    done = activity.join(people, on="person_key")
    if done.is_empty():
        return None
    first = done["business_date"].min()
    done = done.with_columns((pl.col("business_date") - first).dt.total_days().alias("day"))
    days = int(done["day"].max()) + 1  # type: ignore[arg-type]
    if days <= BURN_IN_DAYS + LAG_DAYS:
        return None
    size = (people.height, days)
    came = touches.join(people, on="person_key").with_columns((pl.col("touched_at").dt.date() - first).dt.total_days().alias("day"))
    came = came.filter(pl.col("day").is_between(0, days - 1))
    counts = {name: _grid(done["row"], done["day"], size, done[name]) for name in PRIOR}
    seen_on = np.argmax(counts["event_count"] > 0, axis=1)
    day = np.arange(days)
    rows = (day[None, :] > seen_on[:, None]) & (day[None, :] >= BURN_IN_DAYS)
    touched = np.column_stack([_week_before(came.filter(pl.col("channel") == c), size)[rows] for c in channels]).astype(float)
    prior = np.column_stack([np.log1p(_shifted(np.cumsum(counts[name], axis=1), LAG_DAYS + 1))[rows] for name in PRIOR])
    spread = prior.std(axis=0)
    kept = spread > 1e-9
    prior = (prior[:, kept] - prior[:, kept].mean(axis=0)) / spread[kept]
    person = np.broadcast_to(np.arange(size[0])[:, None], size)[rows]
    return Panel(channels, (counts["pay_count"][rows] > 0).astype(float), touched, prior, person, scale)


def _grid(row: pl.Series, day: pl.Series, size: tuple[int, int], values: pl.Series | None = None) -> Array:
    codes = row.to_numpy().astype(np.int64) * size[1] + day.to_numpy()
    weights = None if values is None else values.to_numpy().astype(float)
    return np.bincount(codes, weights=weights, minlength=size[0] * size[1]).reshape(size).astype(np.float32)


def _shifted(grid: Array, days: int) -> Array:
    moved = np.zeros_like(grid)
    moved[:, days:] = grid[:, :-days]
    return moved


def _week_before(touches: pl.DataFrame, size: tuple[int, int]) -> Array:
    """Whether there was a touch on one of the seven days before each day, the day itself left out."""
    total = np.cumsum(_grid(touches["row"], touches["day"], size), axis=1)
    return (_shifted(total, 1) - _shifted(total, LAG_DAYS + 1)) > 0


def logit(x: Array, y: Array, cluster: Array) -> tuple[Array, Array] | None:
    """Coefficients (a small ridge keeps separated ones finite) and their covariance, robust to days of one person being alike."""
    penalty = np.full(x.shape[1], RIDGE)
    penalty[0] = 0.0
    beta = np.zeros(x.shape[1])
    beta[0] = np.log((y.sum() + 0.5) / (y.size - y.sum() + 0.5))
    for _ in range(40):
        p = _chance(x @ beta)
        bread = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(bread, x.T @ (y - p) - penalty * beta)
        beta = beta + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-8:
            break
    else:
        return None
    score = x * (y - _chance(x @ beta))[:, None]
    sums = np.zeros((int(cluster.max()) + 1, x.shape[1]))
    np.add.at(sums, cluster, score)
    inverse = np.linalg.inv(bread)
    used = np.unique(cluster).size
    return beta, inverse @ (sums.T @ sums) @ inverse * used / max(used - 1, 1)


def _chance(linear: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(linear, -35, 35))))


def _missing(panel: Panel, draws: Array) -> Array:
    """Draws x channels: the sum over touched person-days of the chance with the touch less the chance without it."""
    found = np.zeros((draws.shape[0], len(panel.channels)))
    columns = np.column_stack([np.ones(panel.paid.size), panel.touched, panel.prior])
    for channel in range(len(panel.channels)):
        rows = columns[panel.touched[:, channel] > 0]
        weight = 1.0
        if rows.shape[0] > 5_000:  # an even sample of them is enough for a mean
            picked = np.linspace(0, rows.shape[0] - 1, 5_000).astype(int)
            weight, rows = rows.shape[0] / 5_000, rows[picked]
        linear = rows @ draws.T
        found[:, channel] = weight * (_chance(linear) - _chance(linear - draws[:, 1 + channel][None, :])).sum(axis=0)
    return found


def _frame(channels: list[str], draws: Array | None, reason: str | None) -> pl.DataFrame:
    """The table's rows; the first draw is the estimate. A share is of what all channels with a positive estimate add."""
    table: dict[str, Array | list[None]] = {}
    names = ("conversion_count", "conversion_low_number", "conversion_high_number", "share_rate", "share_low_rate", "share_high_rate")
    if draws is None:
        table = {name: [None] * len(channels) for name in names}
    else:
        positive = np.maximum(draws, 0)
        total = positive.sum(axis=1, keepdims=True)
        share = np.divide(positive, total, out=np.zeros_like(positive), where=total > 0)
        bounds = [*np.quantile(draws[1:], [0.025, 0.975], axis=0), share[0], *np.quantile(share[1:], [0.025, 0.975], axis=0)]
        table = dict(zip(names, [draws[0], *bounds], strict=True))
    return pl.DataFrame({"channel": channels, **table}, schema_overrides=dict.fromkeys(names, pl.Float64)).with_columns(
        pl.lit("incremental").alias("model"),
        pl.lit(False).alias("is_descriptive"),
        pl.lit("C").alias("design_rung"),
        pl.lit("not_enough_evidence" if draws is None else "estimated").alias("status"),
        pl.lit(reason, dtype=pl.String).alias("reason"),
    )
