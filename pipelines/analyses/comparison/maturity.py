"""How much of its final figure a post has at a given age, and what a young post may come to."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables, empty
from pipelines.analyses.comparison.tables import MATURITY_CURVES, POST_PROJECTIONS
from pipelines.analyses.statistics import Array

METRICS = {"view_count": "view_age_days", "engagement_count": "engagement_age_days"}
AGES = np.array([1, 3, 7, 14, 28])
FINAL_AGE = 28
MIN_POSTS = 8  # fewer posts make no curve
SHRINK_POSTS = 8  # a content type's curve counts as much as its platform's from this many posts on
MATURE_SHARE = 0.9
TAILS = (0.1, 0.9)  # the interval holds the final figure of four posts out of five
BASES = ("content_type", "platform", "linked", "not_enough_posts")


def maturity_tables(posts: pl.DataFrame, ages: pl.DataFrame) -> Tables:
    """Curves per platform and content type, and for every post what its figure will be when it is 28 days old."""
    kinds = posts.select("platform", "content_type").unique().sort("platform", "content_type")
    found = [_curves(kinds, ages, metric) for metric in METRICS]
    curves = pl.concat([*found, empty(MATURITY_CURVES)]).sort("platform", "content_type", "metric", "age_days")
    projections = [_projections(posts, curves, metric) for metric in METRICS]
    return {
        "maturity_curves": curves,
        "post_projections": pl.concat([*projections, empty(POST_PROJECTIONS)]).sort("post_key", "metric"),
    }


# --- curves -----------------------------------------------------------------------------------------------------------------------------


def _curves(kinds: pl.DataFrame, ages: pl.DataFrame, metric: str) -> pl.DataFrame:
    wide = _by_age(ages, metric)
    parts = [empty(MATURITY_CURVES)]
    for (platform,), types in kinds.group_by("platform", maintain_order=True):
        of_platform = wide.filter(pl.col("platform") == platform)
        whole = curve(_matrix(of_platform))
        for content_type in types["content_type"].to_list():
            own = _direct(_matrix(of_platform.filter(pl.col("content_type") == content_type)))
            parts.append(_curve_rows(str(platform), content_type, metric, _shrunk(own, whole)))
    return pl.concat(parts)


def _by_age(ages: pl.DataFrame, metric: str) -> pl.DataFrame:
    """One row per post, one column per age."""
    columns = [pl.col(metric).filter(pl.col("age_days") == int(age)).first().alias(f"age_{age}") for age in AGES]
    return ages.group_by("post_key", "platform", "content_type").agg(columns).sort("post_key")


def _matrix(wide: pl.DataFrame) -> Array:
    """Posts by ages, NaN where unknown or nothing was gathered: no share can be told from it."""
    values = wide.select(pl.col(f"age_{age}").cast(pl.Float64) for age in AGES).fill_null(float("nan")).to_numpy().astype(float)
    return np.where(values > 0, values, np.nan)


def curve(values: Array) -> Array:
    """The curve of a (posts x ages) matrix: rows log share, its lower and upper quantile, number of posts, whether linked; NaN if unknown.

    The share is the median over posts whose figure at 28 days is known. Where these are too few, the step to the next age is taken from all
    posts that have both ages, also those younger than 28 days.
    """
    found = _direct(values)
    linked = np.zeros(AGES.size)
    for k in range(AGES.size - 2, -1, -1):
        if np.isfinite(found[0, k]) or not np.isfinite(found[0, k + 1]):
            continue
        step = _summary(np.log(values[:, k] / values[:, k + 1]))
        if not np.isfinite(step[0]):
            continue
        reach = np.hypot(step[1:3] - step[0], found[1:3, k + 1] - found[0, k + 1])
        found[0, k] = step[0] + found[0, k + 1]
        found[1:3, k] = found[0, k] + reach * [-1, 1]
        found[3, k], linked[k] = step[3], 1.0
    return np.vstack([_monotone(found), linked])


def _direct(values: Array) -> Array:
    """Log share of the 28-day value per age, with quantiles and counts, from posts that are that old."""
    logs = np.log(values)
    found = np.column_stack([_summary(logs[:, k] - logs[:, -1]) for k in range(AGES.size)])
    return _monotone(found)


def _summary(logs: Array) -> Array:
    """Median, lower and upper quantile and number of the known values; NaN under the minimum."""
    known = logs[np.isfinite(logs)]
    if known.size < MIN_POSTS:
        return np.array([np.nan, np.nan, np.nan, known.size])
    low, high = np.quantile(known, TAILS, method="weibull")
    return np.array([np.median(known), low, high, known.size])


def _monotone(found: Array) -> Array:
    """The same with a median that never falls with age nor exceeds the final value; the quantiles move along with it."""
    known = np.flatnonzero(np.isfinite(found[0]))
    if known.size == 0:
        return found
    raw = np.minimum(found[0, known], 0.0)
    smooth = (np.maximum.accumulate(raw) + np.minimum.accumulate(raw[::-1])[::-1]) / 2
    moved = found.copy()
    moved[:3, known] += smooth - found[0, known]
    return moved


def _shrunk(own: Array, whole: Array) -> Array:
    """A content type's curve drawn towards its platform's by the number of posts; the platform's where the type has too few.

    Rows as in `curve`, plus the place in `BASES`.
    """
    mixed, has_own = np.array(whole[:4]), np.isfinite(own[0])
    weight = own[3] / (own[3] + SHRINK_POSTS)
    drawn = np.where(np.isfinite(whole[0]), weight * own[:4] + (1 - weight) * whole[:4], own[:4])
    mixed[:3] = np.where(has_own, drawn[:3], whole[:3])
    mixed[3] = np.where(has_own, own[3], whole[3])
    basis = np.select([has_own, ~np.isfinite(whole[0]), whole[4] > 0], [0, 3, 2], default=1)
    return np.vstack([_monotone(mixed), basis])


def mature_age(log_shares: Array) -> float:
    """The age at which the curve reaches nine tenths of the final value; NaN where the curve does not say."""
    known = np.flatnonzero(np.isfinite(log_shares))
    wanted = np.log(MATURE_SHARE)
    reached = known[log_shares[known] >= wanted]
    if reached.size == 0:
        return float("nan")
    first = int(reached[0])
    below = known[known < first]
    if below.size == 0 or log_shares[first] <= log_shares[below[-1]]:
        return float(AGES[first])
    ages, shares = np.log(AGES[[below[-1], first]]), log_shares[[below[-1], first]]
    return float(np.exp(np.interp(wanted, shares, ages)))


def _curve_rows(platform: str, content_type: str, metric: str, found: Array) -> pl.DataFrame:
    share, low, high = np.exp(np.minimum(found[:3], 0.0))
    age = mature_age(found[0])
    rows = pl.DataFrame(
        {
            "age_days": AGES,
            "share_rate": share,
            "lower_rate": low,
            "upper_rate": high,
            "n_count": found[3].astype(int),
            "basis": [BASES[int(place)] for place in found[4]],
        }
    )
    named = rows.with_columns(
        platform=pl.lit(platform),
        content_type=pl.lit(content_type),
        metric=pl.lit(metric),
        mature_age_days=pl.lit(age, pl.Float64),
    )
    return named.with_columns(pl.col("share_rate", "lower_rate", "upper_rate", "mature_age_days").fill_nan(None)).select(
        pl.col(column).cast(kind) for column, kind in MATURITY_CURVES.items()
    )


# --- projections ------------------------------------------------------------------------------------------------------------------------


def _projections(posts: pl.DataFrame, curves: pl.DataFrame, metric: str) -> pl.DataFrame:
    """Every post whose figure is known; the projection of a mature one is the figure itself."""
    known = posts.filter(pl.col(metric).is_not_null() & (pl.col(METRICS[metric]) > 0))
    rows = known.with_columns(metric=pl.lit(metric), observed=pl.col(metric), age_days=pl.col(METRICS[metric]))
    parts = [empty(POST_PROJECTIONS)]
    for (platform, content_type), of_kind in rows.group_by("platform", "content_type", maintain_order=True):
        own = curves.filter(platform=platform, content_type=content_type, metric=metric).sort("age_days")
        parts.append(_projected(of_kind, own))
    return pl.concat(parts)


def _projected(rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    age, observed = rows["age_days"].to_numpy(), rows["observed"].to_numpy()
    share, low, high = (np.log(own[column].fill_null(float("nan")).to_numpy()) for column in ("share_rate", "lower_rate", "upper_rate"))
    checkpoint = np.clip(np.searchsorted(AGES, age, side="right") - 1, 0, AGES.size - 1)
    n_count = own["n_count"].to_numpy()[checkpoint]
    basis = own["basis"].to_numpy()[checkpoint]
    turns = own["mature_age_days"][0]
    rule = rows["maturity_days"].fill_null(FINAL_AGE).to_numpy()
    limit = np.minimum(np.full(age.size, turns), FINAL_AGE) if turns is not None else np.minimum(rule, FINAL_AGE)
    is_mature = age >= limit
    at = [np.where(age >= AGES[0], np.interp(np.log(age), np.log(AGES), line), np.nan) for line in (share, low, high)]
    is_deleted = rows["is_deleted"].fill_null(value=False).to_numpy()  # it will not grow any more
    can = ~is_mature & ~is_deleted & (observed > 0) & np.isfinite(at[0])
    projected, lower, upper = (
        np.where(is_mature, observed, np.where(can, observed / np.exp(line), np.nan)) for line in (at[0], at[2], at[1])
    )
    reasons = [is_mature, can, is_deleted, observed <= 0, age < AGES[0]]
    basis = np.select(reasons, ["observed", basis, "deleted", "nothing_yet", "too_young"], default="not_enough_posts")
    found = rows.with_columns(
        projected=pl.Series(projected),
        lower=pl.Series(np.maximum(lower, observed)),
        upper=pl.Series(np.maximum(upper, projected)),
        is_mature=pl.Series(is_mature),
        n_count=pl.Series(n_count),
        basis=pl.Series(basis.tolist(), dtype=pl.String),
    )
    return found.with_columns(pl.col("projected", "lower", "upper").fill_nan(None)).select(
        pl.col(column).cast(kind) for column, kind in POST_PROJECTIONS.items()
    )
