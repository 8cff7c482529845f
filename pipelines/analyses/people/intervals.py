"""Intervals for what the analyses of people report: shares, and the ranking power of a score."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.analyses.statistics import Array

Z_95 = 1.959963984540054


def wilson_low(hits: pl.Expr, n: pl.Expr) -> pl.Expr:
    """Lower end of Wilson's 95 % interval of hits out of n; NULL without rows."""
    return _wilson(hits, n, -1)


def wilson_high(hits: pl.Expr, n: pl.Expr) -> pl.Expr:
    """Upper end of Wilson's 95 % interval of hits out of n; NULL without rows."""
    return _wilson(hits, n, 1)


def _wilson(hits: pl.Expr, n: pl.Expr, side: int) -> pl.Expr:
    hits, n = hits.cast(pl.Float64), n.cast(pl.Float64)
    share, z2 = hits / n, Z_95**2
    half = Z_95 * (share * (1 - share) / n + z2 / (4 * n**2)).clip(lower_bound=0).sqrt()
    return pl.when(n > 0).then(((share + z2 / (2 * n) + side * half) / (1 + z2 / n)).clip(0.0, 1.0))


def auc_interval(score: Array, happened: Array) -> tuple[float, float, float]:
    """Area under the ROC curve with its 95 % interval by DeLong; NaN where only one outcome occurred."""
    from scipy.stats import rankdata

    hit, miss = score[happened], score[~happened]
    m, n = len(hit), len(miss)
    if m < 2 or n < 2:
        return float("nan"), float("nan"), float("nan")
    ranks = rankdata(np.concatenate([hit, miss]))
    above = (ranks[:m] - rankdata(hit)) / n  # of each hit: share of misses below it
    below = 1 - (ranks[m:] - rankdata(miss)) / m
    auc = float(above.mean())
    half = Z_95 * float(np.sqrt(above.var(ddof=1) / m + below.var(ddof=1) / n))
    return auc, max(auc - half, 0.0), min(auc + half, 1.0)
