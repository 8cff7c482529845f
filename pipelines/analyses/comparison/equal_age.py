"""Posts compared at the same age, and what posts that vanished do to an average."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.comparison.intervals import LEVEL, MIN_ACCOUNTS, generator, verdict
from pipelines.analyses.comparison.periods import PERIODS
from pipelines.analyses.comparison.tables import POST_SURVIVAL
from pipelines.analyses.statistics import Array

AGE_DAYS = 7
MIN_POSTS = 8  # in each of two periods, to compare their medians
LOW_COVERAGE = 0.8  # less than this makes a comparison doubtful
DRAWS = 1000
METRICS = ("view_count", "engagement_count")


def at_equal_age(posts: pl.DataFrame, ages: pl.DataFrame) -> pl.DataFrame:
    """The posts with their figures seven days after publication in place of the latest ones; NULL where unknown."""
    young = ages.filter(pl.col("age_days") == AGE_DAYS).select("post_key", *METRICS)
    return posts.drop(METRICS).join(young, on="post_key", how="left").sort("post_key")


def last_published(rows: pl.DataFrame) -> dt.date | None:
    """The last day of publication whose posts have reached the age; None where no post has."""
    known = rows.filter(pl.any_horizontal(pl.col(METRICS).is_not_null()))["published_date"]
    return known.max() if known.len() else None  # type: ignore[return-value]


def window(rows: pl.DataFrame, last: dt.date, length: int, back: int = 0) -> pl.DataFrame:
    """Posts published in the `length` days that end on `last`, or `back` such periods earlier."""
    end = last - dt.timedelta(days=length * back)
    return rows.filter(pl.col("published_date").is_between(end - dt.timedelta(days=length - 1), end))


def equal_age_rows(posts: pl.DataFrame, ages: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of `comparisons`: the median seven-day figure of a period's posts against that of the period before."""
    rows = at_equal_age(posts, ages)
    found = []
    for (platform,), of_platform in rows.group_by("platform", maintain_order=True):
        last = last_published(of_platform)
        if last is None:
            continue
        accounts = sorted(of_platform["account_key"].unique().to_list())
        scopes = [("platform", "", of_platform)] + [("account", key, of_platform.filter(account_key=key)) for key in accounts]
        for scope, account, part in scopes:
            named = {"scope": scope, "platform": str(platform), "account_key": account}
            found += [named | _row(part, last, length, metric, named) for metric in METRICS for length in PERIODS]
    return found


def _row(rows: pl.DataFrame, last: dt.date, length: int, metric: str, named: dict[str, str]) -> dict[str, Any]:
    sides = [window(rows, last, length, back) for back in (0, 1)]
    known = [side.filter(pl.col(metric).is_not_null()) for side in sides]
    values = [side[metric].to_numpy() for side in known]
    medians = [float(np.median(side)) if side.size else float("nan") for side in values]
    enough = min(side.size for side in values) >= MIN_POSTS
    is_log = enough and min(medians) > 0
    names = np.unique(pl.concat(side.select("account_key") for side in known)["account_key"].to_numpy())
    owners = [np.searchsorted(names, side["account_key"].to_numpy()) for side in known]
    rng = generator(*named.values(), metric, length, "equal_age")
    draws = _draws(values, owners, names.size, rng) if is_log else np.empty(0)
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist() if draws.size else (float("nan"), float("nan"))
    shares = [len(a) / len(b) for a, b in zip(known, sides, strict=True) if len(b)]
    starts = [last - dt.timedelta(days=length * (back + 1) - 1) for back in (0, 1)]
    return {
        "metric": metric,
        "measure": "median_at_7_days",
        "period_days": length,
        "baseline_kind": "previous",
        "starts_on": starts[0],
        "ends_on": last,
        "baseline_starts_on": starts[1],
        "baseline_ends_on": starts[0] - dt.timedelta(days=1),
        "value": medians[0],
        "baseline": medians[1],
        "difference": medians[0] - medians[1],
        "difference_lower": medians[1] * float(np.expm1(low)),
        "difference_upper": medians[1] * float(np.expm1(high)),
        "log_ratio": float(np.log(medians[0] / medians[1])) if is_log else float("nan"),
        "log_ratio_lower": low,
        "log_ratio_upper": high,
        "interval_method": ("accounts" if names.size >= MIN_ACCOUNTS else "posts") if draws.size else None,
        "day_count": length,
        "account_count": int(names.size),
        "post_count": int(values[0].size),
        "baseline_post_count": int(values[1].size),
        "coverage_rate": min(shares, default=0.0),
        "flags": ["low_coverage"] if min(shares, default=0.0) < LOW_COVERAGE else [],
        "verdict": verdict(low, high),
    }


def _draws(values: list[Array], owners: list[Array], accounts: int, rng: np.random.Generator) -> Array:
    """Log ratio of the two medians in resampled posts: whole accounts where there are enough of them, else single posts."""
    if accounts < MIN_ACCOUNTS:
        medians = [np.median(rng.choice(side, size=(DRAWS, side.size)), axis=1) for side in values]
    else:
        weights = rng.multinomial(accounts, np.full(accounts, 1 / accounts), size=DRAWS)
        medians = [np.array([_median(side, weight[owner]) for weight in weights]) for side, owner in zip(values, owners, strict=True)]
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = np.log(medians[0] / medians[1])
    known: Array = draws[np.isfinite(draws)]
    return known if known.size >= 0.9 * DRAWS else np.empty(0)


def _median(values: Array, times: Array) -> float:
    drawn = np.repeat(values, times)
    return float(np.median(drawn)) if drawn.size else float("nan")


# --- survivorship -----------------------------------------------------------------------------------------------------------------------


def survival(posts: pl.DataFrame) -> pl.DataFrame:
    """Per platform and period: how many of the posts published in it are gone, and how far the average of the rest drifts from that of all.

    Only posts of which it is known whether they are gone count; without one the share is NULL.
    """
    rows = []
    for (platform,), of_platform in posts.group_by("platform", maintain_order=True):
        last: Any = of_platform["published_date"].max()
        rows += [_survival_row(str(platform), window(of_platform, last, length), last, length) for length in (*PERIODS, 365)]
    frame = pl.DataFrame(rows, schema=POST_SURVIVAL, orient="row") if rows else pl.DataFrame(schema=POST_SURVIVAL)
    return frame.sort("platform", "period_days")


def _survival_row(platform: str, rows: pl.DataFrame, last: dt.date, length: int) -> dict[str, Any]:
    known = rows.filter(pl.col("is_deleted").is_not_null())
    gone = int(known["is_deleted"].sum())
    whole, rest = (frame["view_count"].mean() for frame in (known, known.filter(~pl.col("is_deleted"))))
    low, high = wilson(gone, known.height)
    has_drift = isinstance(whole, float) and isinstance(rest, float) and whole > 0
    return {
        "platform": platform,
        "period_days": length,
        "starts_on": last - dt.timedelta(days=length - 1),
        "ends_on": last,
        "post_count": rows.height,
        "known_post_count": known.height,
        "deleted_post_count": gone if known.height else None,
        "deleted_rate": gone / known.height if known.height else None,
        "deleted_lower_rate": low,
        "deleted_upper_rate": high,
        "mean_view_count": whole,
        "remaining_mean_view_count": rest,
        "drift_rate": rest / whole - 1 if has_drift else None,  # type: ignore[operator]
    }


def wilson(count: int, of: int) -> tuple[float | None, float | None]:
    """Wilson's 95 % interval of a proportion; None of nothing."""
    if of == 0:
        return None, None
    z = 1.959963984540054
    centre = (count + z**2 / 2) / (of + z**2)
    reach = z / (of + z**2) * np.sqrt(count * (of - count) / of + z**2 / 4)
    return max(0.0, float(centre - reach)), min(1.0, float(centre + reach))
