"""Made-up streams of mentions with known crises and one benign peak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

START = datetime(2026, 8, 1, tzinfo=UTC)
PEAK_HOURS, CRISIS_HOURS = 48, 60


def world(seed: int, days: int = 60, mentions_per_hour: float = 40.0) -> tuple[pl.DataFrame, list[int], tuple[int, int]]:
    """Hourly counts (stream, at, total, negative) of three platforms, the hours crises begin, and the benign peak's first and last hour.

    Four crises where 60 days leave room for them, fewer in shorter worlds.
    """
    rng = np.random.default_rng(seed)
    n = days * 24
    hour, day = np.arange(n) % 24, np.arange(n) // 24
    traffic = mentions_per_hour * np.exp(0.8 * np.sin((hour - 9) / 24 * 2 * np.pi) + 0.1 * (day % 7 >= 5) + rng.normal(0, 0.15, n))
    peak = 24 * int(rng.integers(days // 2, days * 5 // 6))
    traffic[peak : peak + PEAK_HOURS] *= 4
    negative = 0.08 * traffic * np.exp(rng.normal(0, 0.25, n))
    crises: list[int] = []
    for at in rng.integers(min(21 * 24, n - 49), n - 48, 200).tolist():
        if len(crises) < 4 and all(abs(at - other) > 72 for other in crises) and not peak - 60 < at < peak + 72:
            crises.append(at)
    for at in crises:
        after = np.arange(30)
        negative[at : at + 30] *= 1 + rng.uniform(2, 5) * np.exp(-after / 14) * np.minimum((after + 1) / 3, 1)
    bad = rng.poisson(rng.gamma(5, 1 / 5, n) * negative)
    other = rng.poisson(rng.gamma(10, 1 / 10, n) * traffic * 0.92)
    shares = rng.dirichlet([3, 3, 3])
    bads, others = rng.multinomial(bad, shares), rng.multinomial(other, shares)
    at = pl.Series([START + timedelta(hours=h) for h in range(n)], dtype=pl.Datetime("us", "UTC"))
    frames = [
        pl.DataFrame({"stream": f"p{k}", "at": at, "total": (bads + others)[:, k], "negative": bads[:, k]}).cast(
            {"total": pl.Float64, "negative": pl.Float64}
        )
        for k in range(3)
    ]
    return pl.concat(frames), sorted(crises), (peak, peak + PEAK_HOURS)


def texts(counts: pl.DataFrame) -> pl.DataFrame:
    """One labelled text per mention of such counts, in the columns the analyses read."""
    rows = counts.with_row_index("row").with_columns(n=pl.col("total").cast(pl.Int64)).filter(pl.col("n") > 0)
    each = rows.with_columns(number=pl.int_ranges("n")).explode("number", empty_as_null=True)
    is_bad = pl.col("number") < pl.col("negative")
    return each.select(
        text_key=pl.format("{}-{}", "row", "number"),
        platform="stream",
        source=pl.lit("mention"),
        created_at="at",
        reach_count=(pl.col("row").cast(pl.Int64) * 7 + pl.col("number")) % 1000,
        sentiment=pl.when(is_bad).then(pl.lit("negative")).otherwise(pl.lit("neutral")),
        categories=pl.when(is_bad).then(pl.lit(["product_quality"])).otherwise(pl.lit([], dtype=pl.List(pl.String))),
    ).sort("created_at", "text_key")
