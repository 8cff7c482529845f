"""K-means with the three questions it never asks itself: is there more than one group, how many, and do they hold?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.analyses.statistics import Array

Labels = np.ndarray[Any, np.dtype[np.int32]]

GATE_SAMPLE = 2_000
GATE_REFERENCES = 6
GATE_GROUP_COUNTS = (2, 3, 4, 5, 6, 8)
GATE_GAP = 0.035  # this much less spread inside the groups (log) than one single crowd would show
STABILITY_SAMPLE = 3_000
STABILITY_SPLITS = 6
JACCARD_DRAWS = 10
FIT_SAMPLE = 50_000

LEVEL_DAMPING = 0.7

GROUP_COUNTS = tuple(range(3, 9))
STABLE = 0.8
SMALLEST_SHARE = 0.03
DISSOLVED = 0.6


@dataclass(frozen=True)
class Candidate:
    """How well one number of groups holds on the data."""

    k: int
    stability: float
    smallest_share: float
    lowest_jaccard: float

    @property
    def is_sound(self) -> bool:
        """Stable under split halves, no tiny group, no group that dissolves under the bootstrap."""
        return self.stability >= STABLE and self.smallest_share >= SMALLEST_SHARE and self.lowest_jaccard >= DISSOLVED


def log_standardise(counts: Array) -> tuple[Array, Array, Array]:
    """Standardised log1p of non-negative columns, with the means and standard deviations used (a constant gets 1)."""
    logs = np.log1p(counts)
    mean, scale = logs.mean(axis=0), logs.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return (logs - mean) / scale, mean, scale


def damp_level(points: Array) -> Array:
    """The points with most of each person's overall level (mean over the features) taken out.

    Everything people do rises with how much they do at all. Left in whole, that one direction decides the groups, and
    they say only "heavy" and "light"; taken out whole, heavy and light users of the same kind can't be told apart.
    """
    return points - LEVEL_DAMPING * points.mean(axis=1, keepdims=True)


def fit_kmeans(points: Array, k: int, seed: int, tries: int = 3) -> Any:
    """A fitted scikit-learn KMeans: the best of `tries` starts."""
    from sklearn.cluster import KMeans

    return KMeans(k, n_init=tries, random_state=seed).fit(points)


def sample_rows(points: Array, size: int, seed: int) -> Array:
    """At most `size` rows, drawn with the seed, in their own order."""
    if len(points) <= size:
        return points
    return points[np.sort(np.random.default_rng(seed).choice(len(points), size, replace=False))]


def structure_gap(points: Array, seed: int) -> tuple[float, float]:
    """Largest gap statistic over the group counts, and its z-score, against one crowd of the same shape.

    The usual references (uniform box, normal) call any skewed count data "grouped". The reference here is one single
    population with the same distribution of each feature and the same correlations: what remains is grouping proper.
    People who differ only in how much they do are one population.
    """
    points = sample_rows(points, GATE_SAMPLE, seed)
    rng = np.random.default_rng(seed)
    correlation = _latent_correlation(points, rng)
    observed = _log_spreads(points, seed)
    references = np.array([_log_spreads(_one_crowd(points, correlation, rng), seed) for _ in range(GATE_REFERENCES)])
    gaps = references.mean(axis=0) - observed
    noise = np.maximum(references.std(axis=0, ddof=1), 1e-9) * np.sqrt(1 + 1 / GATE_REFERENCES)
    best = int(np.argmax(gaps))
    return float(gaps[best]), float(gaps[best] / noise[best])


def has_groups(points: Array, seed: int) -> bool:
    """True where the points hold more than one group (see structure_gap)."""
    gap, z = structure_gap(points, seed)
    return gap >= GATE_GAP and z >= 3


def _log_spreads(points: Array, seed: int) -> Array:
    return np.array([np.log(max(fit_kmeans(points, k, seed, tries=2).inertia_, 1e-12)) for k in GATE_GROUP_COUNTS])


def _latent_correlation(points: Array, rng: np.random.Generator, rounds: int = 5) -> Array:
    """Correlation of the normals that, mapped to the features' own distributions, give the features' correlations."""
    from scipy.stats import norm

    n, width = points.shape
    wanted = np.corrcoef(points, rowvar=False)
    ordered = np.sort(points, axis=0)
    normals = rng.normal(size=(4_000, width))
    latent = wanted.copy()
    for _ in range(rounds):
        mapped = normals @ np.linalg.cholesky(_nearest_correlation(latent)).T
        rows = np.minimum((norm.cdf(mapped) * n).astype(int), n - 1)
        given = np.corrcoef(ordered[rows, np.arange(width)], rowvar=False)
        latent = np.clip(_nearest_correlation(latent) + wanted - given, -0.99, 0.99)
        np.fill_diagonal(latent, 1.0)
    return _nearest_correlation(latent)


def _nearest_correlation(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    fixed = vectors @ np.diag(np.maximum(values, 1e-4)) @ vectors.T
    scale = np.sqrt(np.diag(fixed))
    return fixed / np.outer(scale, scale)


def _one_crowd(points: Array, correlation: Array, rng: np.random.Generator) -> Array:
    """Points of one population: every feature keeps its values, only their combination comes from one normal cloud."""
    normals = rng.normal(size=points.shape) @ np.linalg.cholesky(correlation).T
    ranks = normals.argsort(axis=0).argsort(axis=0)
    return np.take_along_axis(np.sort(points, axis=0), ranks, axis=0)


def assess(points: Array, k: int, seed: int) -> Candidate:
    """Split-half ARI, smallest share and the least stable group's bootstrap Jaccard for k groups, on a sample.

    Where the first two already rule k out, the Jaccard is not measured (NaN).
    """
    points = sample_rows(points, STABILITY_SAMPLE, seed)
    labels = fit_kmeans(points, k, seed).labels_
    smallest = float(np.bincount(labels, minlength=k).min() / len(labels))
    stability = split_half_stability(points, k, seed)
    if stability < DISSOLVED or smallest < SMALLEST_SHARE:
        return Candidate(k, stability, smallest, float("nan"))
    return Candidate(k, stability, smallest, float(bootstrap_jaccard(points, labels, k, seed).min()))


def split_half_stability(points: Array, k: int, seed: int) -> float:
    """Mean adjusted Rand index between the groupings that two random halves give to all points."""
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(seed)
    scores = []
    for split in range(STABILITY_SPLITS):
        order = rng.permutation(len(points))
        halves = np.array_split(order, 2)
        one, two = (fit_kmeans(points[half], k, seed + split).predict(points) for half in halves)
        scores.append(adjusted_rand_score(one, two))
    return float(np.mean(scores))


def bootstrap_jaccard(points: Array, labels: Labels, k: int, seed: int) -> Array:
    """Per group, the mean Jaccard overlap with its best match when the clustering is redone on bootstrap draws."""
    rng = np.random.default_rng(seed)
    sizes = np.bincount(labels, minlength=k).astype(float)
    overlaps = np.zeros(k)
    for draw in range(JACCARD_DRAWS):
        rows = rng.integers(0, len(points), len(points))
        again = fit_kmeans(points[rows], k, seed + draw, tries=2).predict(points)
        both = np.bincount(labels * k + again, minlength=k * k).reshape(k, k).astype(float)
        union = sizes[:, None] + both.sum(axis=0)[None, :] - both
        overlaps += (both / np.maximum(union, 1)).max(axis=1)
    return overlaps / JACCARD_DRAWS


def choose(candidates: list[Candidate], previous_k: int | None) -> tuple[Candidate | None, str]:
    """The candidate to use and why (a METHODS key), or none: last run's k while it is sound, else the largest sound k.

    Without any sound k: the most stable one that has no tiny and no dissolving group and at least reaches 0.6.
    """
    sound = [c for c in candidates if c.is_sound]
    several = [c for c in sound if c.k in GROUP_COUNTS] or sound
    if several:
        largest = max(several, key=lambda c: c.k)
        kept = next((c for c in sound if c.k == previous_k), largest)
        return kept, "kmeans_largest_stable_k" if kept is largest else "kmeans_previous_k"
    weaker = [c for c in candidates if c.smallest_share >= SMALLEST_SHARE and c.stability >= DISSOLVED and c.lowest_jaccard >= DISSOLVED]
    if weaker:
        return max(weaker, key=lambda c: c.stability), "kmeans_most_stable_k"
    return None, "one_group_none_stable"


def assess_all(points: Array, seed: int) -> list[Candidate]:
    """Every number of groups from two to eight; two is only for data that holds no finer grouping (see choose)."""
    return [assess(points, k, seed) for k in (2, *GROUP_COUNTS)]
