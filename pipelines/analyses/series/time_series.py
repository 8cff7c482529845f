"""What was normal for each day of each series: trend, season, calendar, the expected range, and what fell out of it.

Expectation and interval of a day come from the days before it (the calendar's effects, measured once over the whole
history, are the exception), so a past day's verdict does not change with each new day.
"""

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.series.calendar import calendar_effect, calendar_features, feature_matrix
from pipelines.analyses.series.change_points import change_points
from pipelines.analyses.series.daily_grid import DailySeries, daily_series, last_known
from pipelines.analyses.series.smoothing import WARM_UP_DAYS, smooth, weekday_means
from pipelines.analyses.series.tables import TIME_SERIES
from pipelines.analyses.statistics import Array, one_thread

ANOMALY_Z = 3.5
SCALE_DAYS = 56
MINIMUM_SCALE_DAYS = 21

# What `note` says, for readers.
NOTES = {
    "too_short": ("历史不足四周，只显示实际值", "less than four weeks of history: actual values only"),
    "learning": ("学习期：前四周不作判断", "learning period: the first four weeks are not judged"),
    "provisional": ("数据未定稿，不参与建模", "provisional figure: not judged and not learnt from"),
}


def time_series_tables(daily: pl.DataFrame, calendar: pl.DataFrame) -> Tables:
    """The table `time_series`; see `decompose`."""
    return {"time_series": decompose(daily, calendar)}


def decompose(series: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    """One row per series and reported day with trend, seasonal and calendar parts that add up to `expected`.

    `series` is int_daily_series, `calendar` core.dim_dates. `lower`/`upper` enclose what the recent noise explains; a final
    value outside is an anomaly. The parts are in the series' own unit.
    """
    features = calendar_features(calendar)
    with one_thread():
        tables = [_decompose(one, feature_matrix(features, one.days)) for one in daily_series(series)]
    return pl.concat([pl.DataFrame(schema=TIME_SERIES), *tables])


def _decompose(one: DailySeries, features: Array) -> pl.DataFrame:
    known = np.isfinite(one.final)
    if known.sum() < WARM_UP_DAYS or one.last_final < WARM_UP_DAYS:
        return _too_short(one)
    worked = one.changes() if one.kind == "level" else one.to_scale(one.final)
    effect = np.zeros(worked.size) if one.kind == "level" else calendar_effect(worked, features, one.weekdays)
    smoothed = smooth((worked - effect)[None, :])
    trend, season = smoothed.level[0], smoothed.season[0]
    days_ahead = np.ones(worked.size)
    if one.kind == "level":
        trend, days_ahead = _running_total(one.final, trend, season)
    centre = trend + season + effect
    width = ANOMALY_Z * _noise(one, centre, days_ahead)
    expected = one.from_scale(centre)
    lower, upper = one.from_scale(centre - width), one.from_scale(centre + width)
    judged = np.arange(worked.size) >= WARM_UP_DAYS
    note = np.where(one.provisional, "provisional", np.where(judged, "", "learning"))
    broken = change_points(worked - effect - weekday_means(worked - effect)[np.arange(worked.size) % 7])
    return _table(
        one,
        {
            "trend": one.from_scale(trend),
            "seasonal": one.from_scale(trend + season) - one.from_scale(trend),
            "calendar_effect": expected - one.from_scale(trend + season),
            "expected": expected,
            "lower": np.where(judged, lower, np.nan),
            "upper": np.where(judged, upper, np.nan),
            "is_anomaly": judged & known & ((one.final < lower) | (one.final > upper)),
            "is_change_point": np.isin(np.arange(worked.size), broken),
            "note": note,
        },
    )


def _running_total(totals: Array, level: Array, season: Array) -> tuple[Array, Array]:
    """For a running total, the expected total without that day's season, and how many days ahead it was expected.

    The smoothing ran on the daily changes; the total continues from the latest known total before the day.
    """
    base = np.concatenate([[-1], last_known(totals)[:-1]])
    grown = np.cumsum(level + season)
    trend = np.where(base >= 0, totals[np.maximum(base, 0)] + grown - grown[np.maximum(base, 0)] - season, np.nan)
    return trend, np.arange(totals.size) - np.maximum(base, 0).astype(float)


def _noise(one: DailySeries, centre: Array, days_ahead: Array) -> Array:
    """Standard deviation of a day's surprise from the surprises of the days before.

    The larger of two readings: the median (half the days may be odd) and the 90th percentile (for series that are quiet on
    most days and lively on the others, where a median would call every lively day odd). Whole-number counts are never less
    noisy than chance makes them.
    """
    surprise = np.abs(one.to_scale(one.final) - centre) / np.sqrt(np.maximum(days_ahead, 1))
    known = np.flatnonzero(~np.isnan(surprise))
    recent = np.concatenate([np.full(SCALE_DAYS - 1, np.nan), surprise[known]])
    windows = np.lib.stride_tricks.sliding_window_view(recent, SCALE_DAYS)
    ordered, count = np.sort(windows, axis=1), np.minimum(np.arange(known.size) + 1, SCALE_DAYS)  # NaN goes last
    rows = np.arange(known.size)
    scale = np.maximum(1.4826 * ordered[rows, (count - 1) // 2], ordered[rows, np.ceil(0.9 * (count - 1)).astype(int)] / 1.645)
    before = last_known(np.where(np.isnan(surprise), np.nan, 1.0))
    before = np.concatenate([[-1], before[:-1]])
    seen = np.searchsorted(known, before, side="right")  # surprises at or before that day
    noise = np.where(seen >= MINIMUM_SCALE_DAYS, scale[np.maximum(seen - 1, 0)], np.nan)
    noise = noise * np.sqrt(np.maximum(days_ahead, 1))
    reported = one.final[np.isfinite(one.final)]
    if one.kind == "count" and bool(np.all(reported == np.round(reported))):
        noise = np.maximum(noise, 1 / np.sqrt(one.from_scale(centre) + 1))
    return noise


def _too_short(one: DailySeries) -> pl.DataFrame:
    nothing = np.full(one.days.size, np.nan)
    numbers = dict.fromkeys(("trend", "seasonal", "calendar_effect", "expected", "lower", "upper"), nothing)
    flags = dict.fromkeys(("is_anomaly", "is_change_point"), np.zeros(one.days.size, dtype=bool))
    return _table(one, {**numbers, **flags, "note": np.where(one.provisional, "provisional", "too_short")})


def _table(one: DailySeries, columns: dict[str, Array]) -> pl.DataFrame:
    """The reported days only; NaN becomes NULL, an empty note too."""
    table = pl.DataFrame({"series_key": np.repeat(one.key, one.days.size), "business_date": one.days, "actual": one.values, **columns})
    numbers = [name for name, kind in TIME_SERIES.items() if kind == pl.Float64]
    return (
        table.filter(pl.col("actual").is_not_nan())
        .with_columns(pl.col(numbers).fill_nan(None), pl.col("note").replace("", None))
        .select(list(TIME_SERIES))
        .cast(TIME_SERIES)  # type: ignore[arg-type]
    )
