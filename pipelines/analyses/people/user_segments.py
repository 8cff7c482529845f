"""User segments: who behaves alike, what the groups are called, and where each person stands in the lifecycle.

People without any activity in the window are one group by rule ("inactive"); the others are clustered, if they hold more
than one group at all. Ids stay the same from run to run: new groups take the ids of the nearest groups of last time.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.people.lifecycle import lifecycle_cutpoints, lifecycle_state
from pipelines.analyses.people.segment_clustering import (
    FIT_SAMPLE,
    STABILITY_SAMPLE,
    Candidate,
    assess_all,
    bootstrap_jaccard,
    choose,
    damp_level,
    fit_kmeans,
    has_groups,
    log_standardise,
    sample_rows,
)
from pipelines.analyses.people.segment_names import INACTIVE, group_means, name_segments, segment_lift
from pipelines.analyses.people.tables import (
    SEGMENT_CANDIDATES,
    SEGMENT_CENTROIDS,
    SEGMENT_CUTPOINTS,
    SEGMENT_FEATURES,
    SEGMENT_PROFILES,
    USER_SEGMENTS,
)
from pipelines.analyses.statistics import Array, one_thread

FEATURES = (
    "active_day_count",
    "session_count",
    "view_count",
    "click_count",
    "visit_count",
    "like_count",
    "comment_count",
    "share_count",
    "save_count",
    "order_count",
    "paid_amount",
    "coupon_order_count",
)
IMPLIED = ("paid_amount", "coupon_order_count")
MINIMUM_PEOPLE = 200
RAREST_SHARE = 0.01  # a feature that fewer people have cannot describe a group of three per cent
FARTHEST = 5.0  # standard deviations; beyond, one heavy user would be a group
ALL, INACTIVE_KEY = "all", "inactive"
EVERYBODY, ACTIVE_PEOPLE = ("全体用户", "everybody"), ("活跃用户", "active people")

# What the profile's `method` says, for readers.
METHODS = {
    "kmeans_previous_k": ("沿用上次的分群数（仍然稳定）", "k-means with the number of groups of last time, which is still stable"),
    "kmeans_largest_stable_k": ("取稳定的最大分群数", "k-means with the largest number of groups that is stable"),
    "kmeans_most_stable_k": ("没有分群数完全稳定，取最稳定者", "k-means; no number of groups is fully stable, this is the most stable"),
    "one_group_too_few_people": ("人数太少，不分群", "one group: too few people to look for more"),
    "one_group_no_structure": ("数据中没有分群结构", "one group: the data holds no more than one"),
    "one_group_none_stable": ("没有稳定的分群", "one group: no finer grouping holds when repeated"),
    "rule_no_activity": ("规则：窗口期内无任何行为", "rule: nothing done in the window"),
}


@dataclass(frozen=True)
class SegmentMemory:
    """What the next run needs to keep ids and cut-points stable; store both frames."""

    centroids: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SEGMENT_CENTROIDS))
    cutpoints: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SEGMENT_CUTPOINTS))


@dataclass(frozen=True)
class SegmentResult:
    """The tables of one run: people, segments, what sets them apart, the tried group counts, and the memory."""

    segments: pl.DataFrame
    profiles: pl.DataFrame
    features: pl.DataFrame
    candidates: pl.DataFrame
    memory: SegmentMemory


@dataclass(frozen=True)
class _Grouping:
    """A clustering: each active person's group and distance, the groups' keys, and how it came about."""

    keys: list[str]
    group_of: Array
    distance: Array | None
    method: str
    centroids: pl.DataFrame
    candidates: list[Candidate] = field(default_factory=list)
    chosen: Candidate | None = None
    jaccard: Array | None = None


def segment_tables(features: pl.DataFrame, centroids: pl.DataFrame, cutpoints: pl.DataFrame) -> Tables:
    """Every table of the segments, with the memory of the last run read and renewed; see `segment_people`."""
    found = segment_people(features, SegmentMemory(centroids, cutpoints))
    return {
        "user_segments": found.segments,
        "segment_profiles": found.profiles,
        "segment_features": found.features,
        "segment_candidates": found.candidates,
        "segment_centroids": found.memory.centroids,
        "segment_cutpoints": found.memory.cutpoints,
    }


def segment_people(
    features: pl.DataFrame, previous: SegmentMemory | None = None, *, seed: int = 20_240_601, minimum_people: int = MINIMUM_PEOPLE
) -> SegmentResult:
    """Segments, profiles, lift and lifecycle for one row per person; equal input in any row order gives equal output."""
    previous = previous or SegmentMemory()
    if features.is_empty():
        return _empty(previous)
    people = features.sort("person_key")
    if people["person_key"].is_duplicated().any():
        raise ValueError("segment_people needs one row per person_key")
    used = [name for name in FEATURES if name in people.columns and people[name].null_count() < people.height]
    counts = people.select(pl.col(used).cast(pl.Float64).fill_null(0.0).clip(lower_bound=0)).to_numpy()
    is_active = counts.sum(axis=1) > 0
    import sklearn.cluster  # noqa: F401  threads can only be limited once their library is loaded

    with one_thread():
        grouping = _group(counts[is_active], used, previous.centroids, seed, minimum_people)
    keys, group_of, distance = _with_inactive(grouping, is_active)
    lift = segment_lift(counts, used, group_of, keys)
    cutpoints = _cutpoints(people, previous.cutpoints)
    return SegmentResult(
        segments=_people_table(people, keys, group_of, distance, cutpoints),
        profiles=_profiles(grouping, keys, group_of, lift),
        features=lift,
        candidates=_candidate_table(grouping),
        memory=SegmentMemory(grouping.centroids, cutpoints),
    )


def _group(counts: Array, names: list[str], known: pl.DataFrame, seed: int, minimum_people: int) -> _Grouping:
    """Cluster the active people, or say why they stay one group."""
    if len(counts) < minimum_people:
        return _one_group(counts, "one_group_too_few_people", known)
    usable = [i for i in range(len(names)) if (counts[:, i] > 0).mean() >= RAREST_SHARE and np.ptp(counts[:, i]) > 0]
    if len(usable) < 2:
        return _one_group(counts, "one_group_no_structure", known)
    standard, mean, scale = log_standardise(counts[:, usable])
    clipped = np.clip(standard, -FARTHEST, FARTHEST)
    if not has_groups(clipped[:, _free(usable, names)], seed):
        return _one_group(counts, "one_group_no_structure", known)
    points = damp_level(clipped)
    candidates = assess_all(points, seed)
    current = known.filter("is_current") if known.height else known
    chosen, method = choose(candidates, current["segment_key"].n_unique() or None)
    if chosen is None:
        return _one_group(counts, method, known, candidates)
    model = fit_kmeans(sample_rows(points, FIT_SAMPLE, seed), chosen.k, seed, tries=5)
    distances = model.transform(points)
    group_of = distances.argmin(axis=1)
    log_means = group_means(standard, group_of, chosen.k) * scale + mean
    keys = match_ids(log_means, [names[i] for i in usable], mean, scale, known)
    sampled = sample_rows(points, STABILITY_SAMPLE, seed)
    jaccard = bootstrap_jaccard(sampled, model.predict(sampled), chosen.k, seed)
    centroids = _remember(keys, log_means, [names[i] for i in usable], known)
    return _Grouping(keys, group_of, distances.min(axis=1), method, centroids, candidates, chosen, jaccard)


def _one_group(counts: Array, method: str, known: pl.DataFrame, candidates: list[Candidate] | None = None) -> _Grouping:
    return _Grouping([ALL], np.zeros(len(counts), dtype=int), None, method, known, candidates or [])


def _free(usable: list[int], names: list[str]) -> list[int]:
    """Positions of the features that no other feature implies: money and coupons come with orders, which is no grouping."""
    free = [position for position, column in enumerate(usable) if names[column] not in IMPLIED]
    return free if len(free) > 1 else list(range(len(usable)))


def match_ids(log_means: Array, names: list[str], mean: Array, scale: Array, known: pl.DataFrame) -> list[str]:
    """A key for each new group: the known segment's it lies nearest to (best total assignment), else a fresh one.

    Known segments include those of older runs, so an id is never given to a different group later. A segment is
    recognised when it moved less than half the typical distance between the new groups.
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist, pdist

    keys = [""] * len(log_means)
    centres = damp_level((log_means - mean) / scale)
    old = known.pivot(on="feature", index="segment_key", values="log_mean").sort("segment_key") if known.height else known
    if any(name in old.columns for name in names):
        # a feature that an old segment does not have cannot tell it apart: it counts as average
        before = old.select([pl.col(name) if name in old.columns else pl.lit(None, pl.Float64).alias(name) for name in names])
        known_centres = damp_level(np.nan_to_num((before.to_numpy() - mean) / scale))
        cost, nearby = cdist(centres, known_centres), np.mean(pdist(centres)) / 2
        for new, was in zip(*linear_sum_assignment(np.where(cost < nearby, cost, 1e6)), strict=True):
            if cost[new, was] < nearby:
                keys[new] = old["segment_key"][int(was)]
    last = max((int(key[1:]) for key in known["segment_key"].unique()), default=0)
    for position in np.lexsort(centres.T[::-1]):  # an order that does not depend on the clustering's own numbering
        if not keys[position]:
            last += 1
            keys[position] = f"s{last:02d}"
    return keys


def _remember(keys: list[str], log_means: Array, names: list[str], known: pl.DataFrame) -> pl.DataFrame:
    """This run's centroids, plus those of retired segments so that their ids are never reused."""
    current = pl.DataFrame(
        {
            "segment_key": np.repeat(keys, len(names)),
            "feature": names * len(keys),
            "log_mean": log_means.ravel(),
            "is_current": np.ones(log_means.size, dtype=bool),
        },
        schema=SEGMENT_CENTROIDS,
    )
    retired = known.filter(~pl.col("segment_key").is_in(keys)).with_columns(is_current=pl.lit(value=False))
    return pl.concat([current, retired.select(list(SEGMENT_CENTROIDS))]).sort("segment_key", "feature")


def _with_inactive(grouping: _Grouping, is_active: Array) -> tuple[list[str], Array, Array]:
    """Keys that have people, everybody's position in them, and the distance (NaN where there is no centre)."""
    keys = [*(grouping.keys if is_active.any() else []), *([] if is_active.all() else [INACTIVE_KEY])]
    group_of = np.full(len(is_active), len(keys) - 1)
    group_of[is_active] = grouping.group_of
    distance = np.full(len(is_active), np.nan)
    if grouping.distance is not None:
        distance[is_active] = grouping.distance
    return keys, group_of, distance


def _people_table(people: pl.DataFrame, keys: list[str], group_of: Array, distance: Array, cutpoints: pl.DataFrame) -> pl.DataFrame:
    default_gap = cutpoints.filter(pl.col("cutpoint") == "default_gap_days")["value"].item()
    return people.select(
        "person_key",
        pl.col("as_of_date").cast(pl.Date),
        pl.Series("segment_key", np.array(keys)[group_of]),
        lifecycle_state(default_gap, has_last_gap="last_gap_days" in people.columns),
        pl.Series("distance", distance).fill_nan(None).round(6),
    ).cast(USER_SEGMENTS)  # type: ignore[arg-type]


def _cutpoints(people: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Cut-points of earlier runs stay; only missing ones are cut from these people."""
    values = lifecycle_cutpoints(people) | dict(known.iter_rows())
    return pl.DataFrame({"cutpoint": list(values), "value": list(values.values())}, schema=SEGMENT_CUTPOINTS).sort("cutpoint")


def _profiles(grouping: _Grouping, keys: list[str], group_of: Array, lift: pl.DataFrame) -> pl.DataFrame:
    clustered = [key for key in keys if key not in (ALL, INACTIVE_KEY)]
    names = name_segments(lift, clustered)
    names[INACTIVE_KEY] = INACTIVE
    names[ALL] = ACTIVE_PEOPLE if INACTIVE_KEY in keys else EVERYBODY
    people_count = np.bincount(group_of, minlength=len(keys))
    jaccard = dict(zip(grouping.keys, grouping.jaccard if grouping.jaccard is not None else [None] * len(grouping.keys), strict=True))
    return pl.DataFrame(
        {
            "segment_key": keys,
            "segment_name_zh": [names[key][0] for key in keys],
            "segment_name_en": [names[key][1] for key in keys],
            "people_count": people_count,
            "share_rate": people_count / people_count.sum(),
            "stability": [grouping.chosen.stability if grouping.chosen and key in clustered else None for key in keys],
            "jaccard": [jaccard.get(key) for key in keys],
            "k": [len(clustered) or 1] * len(keys),
            "has_structure": [bool(grouping.candidates)] * len(keys),
            "method": ["rule_no_activity" if key == INACTIVE_KEY else grouping.method for key in keys],
        },
        schema=SEGMENT_PROFILES,
        strict=False,
    ).sort("segment_key")


def _candidate_table(grouping: _Grouping) -> pl.DataFrame:
    rows = [
        (c.k, c.stability, c.smallest_share, c.lowest_jaccard, grouping.chosen is not None and c.k == grouping.chosen.k)
        for c in grouping.candidates
    ]
    return pl.DataFrame(rows, schema=SEGMENT_CANDIDATES, orient="row").with_columns(pl.col("lowest_jaccard").fill_nan(None))


def _empty(memory: SegmentMemory) -> SegmentResult:
    return SegmentResult(
        segments=pl.DataFrame(schema=USER_SEGMENTS),
        profiles=pl.DataFrame(schema=SEGMENT_PROFILES),
        features=pl.DataFrame(schema=SEGMENT_FEATURES),
        candidates=pl.DataFrame(schema=SEGMENT_CANDIDATES),
        memory=memory,
    )
