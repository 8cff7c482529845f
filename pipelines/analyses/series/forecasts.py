"""Forecasts of daily series: candidates compete from rolling origins, and the seasonal naive stays unless clearly beaten.

A forecast is made on the last day with a final figure. Provisional days are forecast like future ones, but the score
starts only after them: that part of the future is nearly known.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables, empty
from pipelines.analyses.series.calendar import calendar_features, feature_matrix
from pipelines.analyses.series.daily_grid import WEEK, DailySeries, Flags, daily_series
from pipelines.analyses.series.forecast_intervals import Misses, bounds, half_widths, interval_scale, left_out_coverage
from pipelines.analyses.series.forecast_models import NAIVE, Paths, candidate_paths, masked, naive_path, reach
from pipelines.analyses.series.tables import FORECAST_SCORES, FORECAST_TOTALS, FORECASTS
from pipelines.analyses.statistics import Array, benjamini_hochberg, mase, one_thread, overlapping_gain_p_value, smape

HORIZON_DAYS = 28
LATENCY_DAYS = 1
INTERVAL_LEVEL = 0.9
SIGNIFICANT = 0.1
MINIMUM_DAYS = 21
FIRST_TRAINING_DAYS = 42
MINIMUM_ORIGINS, MAXIMUM_ORIGINS = 8, 13
STALE_DAYS = 28
NO_MODEL = "none"

# What `reason` says, for readers.
REASONS = {
    "beats_naive": ("明显优于季节性朴素预测", "clearly better than repeating last week"),
    "naive_not_beaten": (
        "没有模型明显优于季节性朴素预测，故采用后者",
        "no model is clearly better than repeating last week, so that is used",
    ),
    "short_history": ("历史较短，无法比较模型，采用季节性朴素预测", "too little history to compare models: last week is repeated"),
    "not_scorable": ("数据过于稀疏或毫无变化，无法评分，采用季节性朴素预测", "figures too sparse or never changing: last week is repeated"),
    "too_short": ("历史不足三周，不作预测", "less than three weeks of history: no forecast"),
    "stale": ("数据早已停止更新，不作预测", "no figures for weeks: no forecast"),
    "not_significant": ("优势不显著", "its lead over the naive could be chance"),
    "worse_than_naive": ("不如季节性朴素预测", "worse than repeating last week"),
    "not_best": ("另有更优模型", "clearly better than repeating last week, but another model is better still"),
    "reference": ("比较基准", "the yardstick the others must beat"),
}


@dataclass(frozen=True)
class Score:
    """One row of forecast_scores."""

    model: str
    mase: float | None = None
    smape: float | None = None
    coverage: float | None = None
    seasonal_naive_mase: float | None = None
    origins: int = 0
    p_value: float | None = None
    is_chosen: bool = False
    reason: str = ""


@dataclass(frozen=True)
class _Plan:
    """Where the rolling origins lie, how far ahead each looks, and which of those days are scored."""

    origins: list[int]
    reach_days: int
    gap_days: int


def forecast_tables(daily: pl.DataFrame, calendar: pl.DataFrame) -> Tables:
    """The tables `forecasts` (platform totals equal to the sum of their accounts), `forecast_scores` and `forecast_totals`."""
    ahead, scores, totals = forecasts(daily, calendar)
    return {"forecasts": coherent(ahead, daily), "forecast_scores": scores, "forecast_totals": totals}


def forecasts(
    series: pl.DataFrame,
    calendar: pl.DataFrame,
    horizon: int = HORIZON_DAYS,
    *,
    latency_days: int = LATENCY_DAYS,
    level: float = INTERVAL_LEVEL,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The chosen model's forecast for `horizon` days after each series' last row, the scores of all candidates, and sums ahead.

    `series` is int_daily_series, `calendar` core.dim_dates. Every series has exactly one chosen score row; its `reason` (a
    REASONS key) says why, also where there is no forecast (model "none").
    """
    features = calendar_features(calendar)
    newest = series.select(pl.col("business_date").filter(pl.col("value").is_not_null()).max()).item()
    tables, scores, totals = [empty(FORECASTS)], [empty(FORECAST_SCORES)], [empty(FORECAST_TOTALS)]
    with one_thread():
        for one in daily_series(series):
            refusal = _refusal(one, np.datetime64(newest, "D"))
            if refusal:
                scores.append(_score_table(one.key, [refusal]))
                continue
            table, rows, total = _forecast(one, features, horizon, latency_days, level)
            scores.append(_score_table(one.key, rows))
            tables.append(table)
            totals.append(total)
    return pl.concat(tables), pl.concat(scores), pl.concat(totals)


def _refusal(one: DailySeries, newest: np.datetime64) -> Score | None:
    """Why a series gets no forecast at all."""
    if np.isfinite(one.final).sum() < MINIMUM_DAYS:
        return Score(NO_MODEL, is_chosen=True, reason="too_short")
    if (newest - one.days[one.last_final]).astype(int) > STALE_DAYS:
        return Score(NO_MODEL, is_chosen=True, reason="stale")
    return None


def _forecast(
    one: DailySeries, calendar: pl.DataFrame, horizon: int, latency_days: int, level: float
) -> tuple[pl.DataFrame, list[Score], pl.DataFrame]:
    """One series: compete, choose, forecast day by day and in sum."""
    cut = one.last_final
    plan = _plan(one, horizon, latency_days)
    end = cut + 1 + plan.reach_days
    days = one.days[0] + np.arange(end)
    features = feature_matrix(calendar, days)
    history = masked(one, [*plan.origins, cut], end)
    can_compare = len(plan.origins) >= MINIMUM_ORIGINS
    if can_compare:
        paths = candidate_paths(history, features)
    else:
        plan = replace(plan, origins=list(range(2 * WEEK - 1, cut)))
        paths = {NAIVE: naive_path(masked(one, [*plan.origins, cut], end))}
    on_event: Any = features.any(axis=1)
    misses = {name: _misses(one, path, plan, on_event) for name, path in paths.items()}
    scores = _scores(one, paths, plan, misses, level) if can_compare else [Score(NAIVE, is_chosen=True, reason="short_history")]
    model = next(score.model for score in scores if score.is_chosen)
    widths = half_widths(misses[model], level, on_event[cut + 1 :])
    shown = one.days.size - 1 - cut + horizon  # provisional days and the horizon after them
    path = paths[model][-1, cut + 1 :][:shown]
    sums = _total_misses(one, paths[model], plan)
    total_widths = half_widths(sums, level, np.zeros(sums.sizes.shape[1], dtype=bool))[:shown]
    return _forecast_table(one, path, widths[:shown], level, model), scores, _totals_table(one, path, total_widths, level)


def _plan(one: DailySeries, horizon: int, latency_days: int) -> _Plan:
    """Origins as far apart as the history allows, at most one horizon; the last one leaves a whole horizon to score."""
    provisional = one.days.size - 1 - one.last_final
    gap = max(latency_days, provisional)
    reach_days = provisional + horizon
    last = one.last_final - gap - horizon
    known = np.flatnonzero(~np.isnan(one.final))
    room = last - max(int(known[0]) + FIRST_TRAINING_DAYS, int(known[MINIMUM_DAYS - 1]))
    if room < MINIMUM_ORIGINS - 1:
        return _Plan([], max(reach_days, gap + horizon), gap)
    step = int(np.clip(room // (MAXIMUM_ORIGINS - 1), 1, horizon))
    count = min(MAXIMUM_ORIGINS, room // step + 1)
    return _Plan([last - step * back for back in range(count)][::-1], max(reach_days, gap + horizon), gap)


def _ahead(plan: _Plan, origin: int) -> slice:
    return slice(origin + 1, origin + 1 + plan.reach_days)


def _padded(values: Array, places: slice) -> Array:
    """The values at `places`, NaN beyond the end."""
    part = values[places]
    return np.concatenate([part, np.full(places.stop - places.start - part.size, np.nan)])


def _misses(one: DailySeries, path: Array, plan: _Plan, on_event: Flags) -> Misses:
    """How far the path from each origin missed the later final figures."""
    sizes, events = [], []
    for row, origin in enumerate(plan.origins):
        ahead = _ahead(plan, origin)
        actual = _padded(one.final, ahead)
        sizes.append(np.abs(interval_scale(one, actual) - interval_scale(one, path[row, ahead])))
        events.append(on_event[ahead])
    return Misses(np.array(sizes), np.array(events))


def _total_misses(one: DailySeries, path: Array, plan: _Plan) -> Misses:
    """How far the sum of the first days after each origin missed what came, on the interval's scale; a running total: its last day."""
    sizes = []
    for row, origin in enumerate(plan.origins):
        ahead = _ahead(plan, origin)
        actual, forecast = _padded(one.final, ahead), path[row, ahead]
        if one.kind != "level":
            # a day nobody reported is missing from both sums, days before the first report from neither
            forecast = np.nancumsum(np.where(np.isnan(actual), np.nan, forecast))
            actual = np.where(np.isnan(actual), np.nan, np.nancumsum(actual))
        sizes.append(np.abs(interval_scale(one, actual) - interval_scale(one, forecast)))
    table = np.array(sizes)
    return Misses(table, np.zeros(table.shape, dtype=bool))


def _totals_table(one: DailySeries, forecast: Array, widths: Array, level: float) -> pl.DataFrame:
    """The forecast added up from the day after the last final figure on; for a running total, the total itself."""
    total = forecast if one.kind == "level" else np.cumsum(np.nan_to_num(forecast))
    lower, upper = bounds(one, total, widths)
    made_on = one.days[one.last_final]
    ahead = np.arange(1, forecast.size + 1)
    return pl.DataFrame(
        {
            "series_key": [one.key] * forecast.size,
            "horizon_days": ahead,
            "business_date": made_on + ahead,
            "total_forecast": total,
            "total_lower": lower,
            "total_upper": upper,
            "interval_level": level,
            "made_on": [made_on.item()] * forecast.size,
        },
        schema=FORECAST_TOTALS,
        strict=False,
    ).with_columns(pl.col("total_lower", "total_upper").fill_nan(None))


def coherent(ahead: pl.DataFrame, daily: pl.DataFrame) -> pl.DataFrame:
    """The same forecasts with every platform total equal to the sum of its accounts, where each of them has a forecast.

    What total and accounts disagree by is shared out by the squares of their interval widths (weighted least squares), so that the less
    certain figure moves more; bounds move by the same factor. Other series stay as they are.
    """
    scope = daily.select("series_key", "metric", "platform", "account_key").unique()
    rows = ahead.join(scope, on="series_key", how="left", maintain_order="left").with_columns(
        is_total=(pl.col("account_key") == "all") & (pl.col("platform") != "all"),
        weight=((pl.col("upper") - pl.col("lower")) ** 2).fill_null(0.0) + 1e-9,
    )
    family = ["metric", "platform", "business_date"]
    members = scope.filter(pl.col("account_key") != "all").group_by("metric", "platform").agg(expected=pl.len())
    part = pl.col("forecast").filter(~pl.col("is_total"))
    gaps = (
        rows.group_by(family)
        .agg(
            gap=pl.col("forecast").filter("is_total").sum() - part.sum(),
            mass=pl.col("weight").sum(),
            has_total=pl.col("is_total").any(),
            found=part.len(),
        )
        .join(members, on=["metric", "platform"])
        .filter(pl.col("has_total") & (pl.col("found") == pl.col("expected")) & ~pl.col("metric").str.ends_with("_total_count"))
    )
    moved = pl.col("forecast") + pl.col("gap") * pl.col("weight") / pl.col("mass") * pl.when("is_total").then(-1).otherwise(1)
    can_be_negative = pl.col("metric").str.ends_with("_net_count")
    joined = rows.join(gaps.select(*family, "gap", "mass"), on=family, how="left", maintain_order="left").with_columns(
        moved=pl.when(can_be_negative).then(moved).otherwise(moved.clip(lower_bound=0))
    )
    summed = pl.col("moved").filter(~pl.col("is_total")).sum().over(family)
    settled = pl.when("is_total").then(summed).otherwise("moved")
    shift, factor = settled - pl.col("forecast"), settled / pl.col("forecast")
    changes = pl.col("gap").is_not_null()
    return joined.with_columns(
        pl.when(changes).then(settled).otherwise("forecast").alias("forecast"),
        *(
            pl.when(changes & can_be_negative)
            .then(pl.col(bound) + shift)
            .when(changes & (pl.col("forecast") > 0))
            .then(pl.col(bound) * factor)
            .otherwise(bound)
            .alias(bound)
            for bound in ("lower", "upper")
        ),
    ).select(list(FORECASTS))


def _scores(one: DailySeries, paths: Paths, plan: _Plan, misses: dict[str, Misses], level: float) -> list[Score]:
    """Every candidate's scores over the origins, and the choice."""
    errors = {name: _errors(one, path, plan) for name, path in paths.items()}
    naive = errors[NAIVE][0]
    usable = ~np.isnan(naive)
    starts = np.array(plan.origins, dtype=float)[usable]
    length = plan.reach_days - plan.gap_days
    challengers = [name for name in paths if name != NAIVE]
    # relative gains (log ratios): a festival's origin with its huge errors is one witness, not all of them
    gains = {name: np.log(np.maximum(naive, 1e-6) / np.maximum(errors[name][0], 1e-6))[usable] for name in challengers}
    p_values = benjamini_hochberg(np.array([overlapping_gain_p_value(gains[name], starts, length) for name in challengers]))
    rows = [
        Score(
            name,
            mase=_mean(errors[name][0]),
            smape=_mean(errors[name][1]),
            coverage=left_out_coverage(misses[name], level),
            seasonal_naive_mase=_mean(naive),
            origins=int(usable.sum()),
            p_value=None if name == NAIVE else float(p_values[challengers.index(name)]),
        )
        for name in paths
    ]
    return _choice(rows)


def _errors(one: DailySeries, path: Array, plan: _Plan) -> tuple[Array, Array]:
    """MASE and sMAPE per origin, on the days after the gap; the scale of MASE is what was known at the origin."""
    both = []
    for row, origin in enumerate(plan.origins):
        scored = slice(origin + 1 + plan.gap_days, origin + 1 + plan.reach_days)
        actual, forecast = _padded(one.final, scored), path[row, scored]
        both.append((mase(actual, forecast, one.final[: origin + 1], WEEK), smape(actual, forecast)))
    table = np.array(both)
    return table[:, 0], table[:, 1]


def _mean(values: Array) -> float | None:
    return float(np.nanmean(values)) if np.isfinite(values).any() else None


def _choice(rows: list[Score]) -> list[Score]:
    """The best of those that clearly beat the naive, else the naive; every row says why it was or was not chosen."""

    def verdict(row: Score) -> str:
        if row.mase is None:
            return "not_scorable"
        if row.seasonal_naive_mase is None or row.mase >= row.seasonal_naive_mase:
            return "worse_than_naive"
        return "not_best" if row.p_value is not None and row.p_value < SIGNIFICANT else "not_significant"

    judged = [replace(row, reason="reference" if row.model == NAIVE else verdict(row)) for row in rows]
    winners = [row for row in judged if row.reason == "not_best"]
    best = min(winners, key=lambda row: row.mase or 0.0).model if winners else NAIVE
    is_scored = any(row.mase is not None for row in judged)
    reason = "beats_naive" if winners else "naive_not_beaten" if is_scored else "not_scorable"
    return [replace(row, is_chosen=True, reason=reason) if row.model == best else row for row in judged]


def _forecast_table(one: DailySeries, forecast: Array, widths: Array, level: float, model: str) -> pl.DataFrame:
    lower, upper = bounds(one, forecast, widths)
    if one.kind == "count":
        upper = np.maximum(np.minimum(upper, reach(one.final)[1]), forecast)
    ahead = np.arange(1, forecast.size + 1)
    made_on = one.days[one.last_final]
    return (
        pl.DataFrame({"horizon_days": ahead, "business_date": made_on + ahead, "forecast": forecast, "lower": lower, "upper": upper})
        .with_columns(series_key=pl.lit(one.key), interval_level=pl.lit(level), model=pl.lit(model), made_on=pl.lit(made_on.item()))
        .with_columns(pl.col("lower", "upper").fill_nan(None))
        .select(list(FORECASTS))
        .cast(FORECASTS)  # type: ignore[arg-type]
    )


def _score_table(key: str, rows: list[Score]) -> pl.DataFrame:
    table = pl.DataFrame([{"series_key": key, **vars(row)} for row in rows], schema=FORECAST_SCORES, orient="row")
    return table.with_columns(pl.col("mase", "smape", "coverage", "seasonal_naive_mase", "p_value").fill_nan(None))
