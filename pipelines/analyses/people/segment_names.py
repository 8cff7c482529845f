"""What sets a segment apart, and a name for it from a small table."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.analyses.people.tables import SEGMENT_FEATURES
from pipelines.analyses.statistics import Array, benjamini_hochberg

CONVINCING = 0.05  # q-value under which a difference may speak for a name


@dataclass(frozen=True)
class Template:
    """A name and the features that speak for it (positive weight) or against it (negative)."""

    zh: str
    en: str
    weights: dict[str, float]


TEMPLATES = (
    Template("核心型", "core", {"active_day_count": 1, "like_count": 0.7, "comment_count": 0.7, "share_count": 0.7, "order_count": 0.7}),
    Template("潜水型", "lurkers", {"view_count": 1, "like_count": -0.5, "comment_count": -0.5, "share_count": -0.5, "save_count": -0.5}),
    Template("粉丝型", "fans", {"like_count": 1, "comment_count": 0.3, "save_count": 0.3, "active_day_count": 0.3, "share_count": -0.2}),
    Template("互动型", "conversationalists", {"comment_count": 1, "like_count": -0.4, "share_count": -0.3}),
    Template("传播型", "spreaders", {"share_count": 1, "like_count": -0.2, "comment_count": -0.2}),
    Template("收藏型", "collectors", {"save_count": 1, "like_count": -0.4, "share_count": -0.3}),
    Template("购买型", "buyers", {"order_count": 0.7, "paid_amount": 0.7, "coupon_order_count": -0.5}),
    Template("羊毛型", "deal hunters", {"coupon_order_count": 1.2, "paid_amount": -0.3, "view_count": -0.2}),
    Template("逛逛型", "browsers", {"click_count": 0.7, "visit_count": 0.7, "order_count": -0.6}),
    Template("轻度型", "occasional", {"active_day_count": -0.7, "session_count": -0.5, "view_count": -0.7, "visit_count": -0.3}),
)
MIXED = ("混合型", "mixed")
INACTIVE = ("沉睡型", "dormant")


def segment_lift(counts: Array, features: list[str], segment_of: Array, keys: list[str]) -> pl.DataFrame:
    """Per segment and feature: the mean against everybody's, with a BH-adjusted Welch test on the log1p scale.

    `segment_of` holds each row's position in `keys`. The tests rank the differences; after clustering on the same
    features they are no evidence that groups exist. A mean of zero counts as half an event, so that the log ratio is finite.
    """
    size = np.bincount(segment_of, minlength=len(keys)).astype(float)
    mean = group_means(counts, segment_of, len(keys))
    everybody = counts.mean(axis=0)
    ratio = (mean + 0.5 / size[:, None]) / (everybody + 0.5 / len(counts))
    q_values = benjamini_hochberg(_welch_p_values(np.log1p(counts), segment_of, size))
    log_ratio = np.log(ratio)
    weight = np.where(q_values < CONVINCING, np.abs(log_ratio), -1.0)
    rank = (-weight).argsort(axis=1, kind="stable").argsort(axis=1) + 1
    shape = mean.shape
    return pl.DataFrame(
        {
            "segment_key": np.repeat(keys, len(features)),
            "feature": features * len(keys),
            "segment_mean": mean.ravel(),
            "population_mean": np.broadcast_to(everybody, shape).ravel(),
            "lift": np.where(everybody > 0, mean / np.where(everybody > 0, everybody, 1), np.nan).ravel(),
            "log_ratio": log_ratio.ravel(),
            "q_value": q_values.ravel(),
            "rank": rank.ravel(),
        },
        schema=SEGMENT_FEATURES,
    ).with_columns(pl.col("segment_mean", "population_mean", "lift", "log_ratio", "q_value").fill_nan(None))


def group_means(values: Array, group_of: Array, count: int) -> Array:
    """Mean of each column of `values` in each of `count` groups, one row per group."""
    means: Array = _sums(values, group_of, count) / np.bincount(group_of, minlength=count)[:, None]
    return means


def _sums(values: Array, segment_of: Array, count: int) -> Array:
    return np.column_stack([np.bincount(segment_of, weights=column, minlength=count) for column in values.T])


def _welch_p_values(logs: Array, segment_of: Array, size: Array) -> Array:
    """Segment against everybody else, two-sided; NaN where a side has fewer than two people or nothing varies."""
    from scipy.stats import t as student

    count = len(size)
    inside, inside_squares = _sums(logs, segment_of, count), _sums(logs**2, segment_of, count)
    n, others = size[:, None], len(logs) - size[:, None]
    outside, outside_squares = inside.sum(axis=0) - inside, inside_squares.sum(axis=0) - inside_squares
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_gap = inside / n - outside / others
        error_in = np.maximum(inside_squares / n - (inside / n) ** 2, 0) / (n - 1)
        error_out = np.maximum(outside_squares / others - (outside / others) ** 2, 0) / (others - 1)
        error = error_in + error_out
        freedom = error**2 / (error_in**2 / (n - 1) + error_out**2 / (others - 1))
        p_values = 2 * student.sf(np.abs(mean_gap) / np.sqrt(error), freedom)
    return np.where((n > 1) & (others > 1) & (error > 0), p_values, np.nan)


def name_segments(lift: pl.DataFrame, keys: list[str]) -> dict[str, tuple[str, str]]:
    """A zh and an en name per segment, each used once: the assignment of templates with the highest total score.

    Only convincing differences count. A segment that no template fits is "mixed", numbered by its key.
    """
    from scipy.optimize import linear_sum_assignment

    if not keys:
        return {}
    said = lift.with_columns(pl.when(pl.col("q_value") < CONVINCING).then(pl.col("log_ratio").clip(-2, 2)).otherwise(0.0).alias("said"))
    table = {(key, feature): value for key, feature, value in said.select("segment_key", "feature", "said").iter_rows()}
    scores = np.array([[_score(template, key, table) for template in TEMPLATES] for key in keys])
    rows, columns = linear_sum_assignment(-np.maximum(scores, 0))
    names = {key: (f"{MIXED[0]} {number}", f"{MIXED[1]} {number}") for number, key in enumerate(keys, start=1)}
    for row, column in zip(rows, columns, strict=True):
        if scores[row, column] > 0:
            names[keys[row]] = (TEMPLATES[column].zh, TEMPLATES[column].en)
    return names


def _score(template: Template, key: str, table: dict[tuple[str, str], float]) -> float:
    """Weighted mean of the log ratios; zero unless the feature with the greatest weight points the template's way."""
    leading = max(template.weights, key=lambda feature: abs(template.weights[feature]))
    if table.get((key, leading), 0.0) * template.weights[leading] <= 0:
        return 0.0
    total = sum(weight * table.get((key, feature), 0.0) for feature, weight in template.weights.items())
    return total / sum(abs(weight) for weight in template.weights.values())
