"""Where each person stands and how active the person will be: state by own rhythm, RFM, and BG/NBD judged on days it had not seen."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.people.bgnbd import BgNbd, fit_bgnbd
from pipelines.analyses.people.intervals import Z_95
from pipelines.analyses.people.lifecycle import lifecycle_cutpoints, lifecycle_state
from pipelines.analyses.people.tables import LIFECYCLE_MODEL, PEOPLE_LIFECYCLE, RFM_CUTPOINTS
from pipelines.analyses.statistics import Array

MODEL_VERSION = "bgnbd-1"
HORIZON_DAYS = 28
SHORTEST_HISTORY_DAYS = 56  # a month to learn from, a month to be judged on
FEWEST_PEOPLE = 200
FEWEST_REPEATERS = 100
GROUPS = 5
WORST_CALIBRATION = (0.8, 1.25)  # actual over predicted activity beyond this is no forecast
FEWEST_TO_CUT = 20  # RFM cut-points of fewer people would be their names
# High (1) or low (0) in recency, frequency, money, and what operators call it.
RFM_GROUPS = {
    "111": "key_value", "101": "key_growth", "011": "key_keep", "001": "key_win_back",
    "110": "general_value", "100": "general_growth", "010": "general_keep", "000": "general_win_back",
}  # fmt: skip
HIGH_SCORE = 4


def lifecycle_tables(features: pl.DataFrame, days: pl.DataFrame, segment_cutpoints: pl.DataFrame, rfm_cutpoints: pl.DataFrame) -> Tables:
    """State, RFM and expected activity of each person; the model with its hold-out check; the cut-points, kept from run to run.

    `days` holds each person's days with events. Where the model is not good enough on the hold-out, nobody gets its figures.
    """
    people = features.sort("person_key")
    as_of = people["as_of_date"].max() if people.height else days["business_date"].max()
    model, rows = _judge(days, as_of)  # type: ignore[arg-type]
    cutpoints = _rfm_cutpoints(people, rfm_cutpoints)
    gaps = lifecycle_cutpoints(people) | dict(segment_cutpoints.iter_rows())
    scored = _with_rfm(people, cutpoints).with_columns(lifecycle_state(gaps["default_gap_days"]))
    expected = _expectations(model, days, as_of)  # type: ignore[arg-type]
    result = scored.join(expected, on="person_key", how="left", maintain_order="left")
    return {
        "people_lifecycle": result.select(list(PEOPLE_LIFECYCLE)).cast(PEOPLE_LIFECYCLE),  # type: ignore[arg-type]
        "lifecycle_model": rows,
        "rfm_cutpoints": cutpoints,
    }


# --- RFM --------------------------------------------------------------------------------------------------------------------------------


def _rfm_cutpoints(people: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The stored cut-points where there are any; else fifths of these people (of payers' amounts: quarters)."""
    if known.height or people.height < FEWEST_TO_CUT:
        return known.sort("measure", "score")
    amounts = people.filter(pl.col("paid_amount") > 0)["paid_amount"]
    values: list[tuple[str, int, float]] = []
    for measure, column, shares in (
        ("recency", people["recency_days"], (0.8, 0.6, 0.4, 0.2)),
        ("frequency", people["active_day_count"], (0.2, 0.4, 0.6, 0.8)),
        ("monetary", amounts, (0.25, 0.5, 0.75)),
    ):
        first = 3 if measure == "monetary" else 2  # who paid anything has 2 already
        cuts = [column.cast(pl.Float64).quantile(share, "lower") for share in shares]
        values += [(measure, first + place, cut) for place, cut in enumerate(cuts) if cut is not None]
    return pl.DataFrame(values, schema=RFM_CUTPOINTS, orient="row").sort("measure", "score")


def _with_rfm(people: pl.DataFrame, cutpoints: pl.DataFrame) -> pl.DataFrame:
    cuts = {measure: cutpoints.filter(measure=measure)["value"].to_list() for measure in ("recency", "frequency", "monetary")}

    def passed(conditions: list[pl.Expr], base: pl.Expr | int = 1) -> pl.Expr:
        return (base + pl.sum_horizontal(c.cast(pl.Int64) for c in conditions)) if conditions else pl.lit(None, pl.Int64)

    paid = pl.col("paid_amount").cast(pl.Float64)
    scored = people.with_columns(
        passed([pl.col("recency_days") <= cut for cut in cuts["recency"]]).alias("recency_score"),
        passed([pl.col("active_day_count") > cut for cut in cuts["frequency"]]).alias("frequency_score"),
        passed([paid > cut for cut in cuts["monetary"]], 1 + (paid > 0).cast(pl.Int64)).alias("monetary_score"),
    )
    high = [(pl.col(f"{measure}_score") >= HIGH_SCORE).cast(pl.Int8).cast(pl.String) for measure in ("recency", "frequency", "monetary")]
    return scored.with_columns(pl.concat_str(high).replace_strict(RFM_GROUPS, default=None, return_dtype=pl.String).alias("rfm_group"))


# --- BG/NBD -----------------------------------------------------------------------------------------------------------------------------


def histories(days: pl.DataFrame, until: dt.date) -> pl.DataFrame:
    """One row per person seen until that day: repeats, last (days from the first to the last one), observed (days since the first)."""
    seen = days.filter(pl.col("business_date") <= until).unique(["person_key", "business_date"])
    return (
        seen.group_by("person_key")
        .agg(
            (pl.len() - 1).cast(pl.Float64).alias("repeats"),
            (pl.col("business_date").max() - pl.col("business_date").min()).dt.total_days().cast(pl.Float64).alias("last"),
            (pl.lit(until) - pl.col("business_date").min()).dt.total_days().cast(pl.Float64).alias("observed"),
        )
        .sort("person_key")
    )


def _arrays(people: pl.DataFrame) -> tuple[Array, Array, Array]:
    return people["repeats"].to_numpy(), people["last"].to_numpy(), people["observed"].to_numpy()


def _judge(days: pl.DataFrame, as_of: dt.date | None) -> tuple[BgNbd | None, pl.DataFrame]:
    """The model on all days if one fitted before the last four weeks foretold them; and the rows that say so, or why not."""
    base: dict[str, Any] = {"as_of_date": as_of, "group_number": 0, "model_version": MODEL_VERSION, "holdout_days": HORIZON_DAYS}
    if days.is_empty() or as_of is None:
        return None, _rows([base | {"status": "not_enough_evidence", "reason": "no_events", "people_count": 0}])
    now = histories(days, as_of)
    first = cast("dt.date", days["business_date"].min())
    cut = as_of - dt.timedelta(days=HORIZON_DAYS)
    repeaters = int((now["repeats"] > 0).sum())
    base |= {"people_count": now.height, "repeat_people_count": repeaters, "history_starts_on": first, "holdout_starts_on": cut}
    short = (as_of - first).days < SHORTEST_HISTORY_DAYS
    before = histories(days, cut)
    few = before.height < FEWEST_PEOPLE or int((before["repeats"] > 0).sum()) < FEWEST_REPEATERS
    if short or few:
        why = "too_short_history" if short else "too_few_people"
        return None, _rows([base | {"status": "not_enough_evidence", "reason": why}])
    trial, model = fit_bgnbd(*_arrays(before)), fit_bgnbd(*_arrays(now))
    base |= {"parameter_r": model.r, "parameter_alpha": model.alpha, "parameter_a": model.a, "parameter_b": model.b}
    base |= {"log_likelihood": model.log_likelihood}
    groups = _holdout(trial, before, days.filter(pl.col("business_date") > cut, pl.col("business_date") <= as_of))
    reason = _fault(trial.is_converged and model.is_converged, groups[0])
    verdict = {"status": "refused" if reason else "estimated", "reason": reason}
    return (None if reason else model), _rows([base | verdict | group for group in groups])


def _fault(is_converged: bool, overall: dict[str, Any]) -> str | None:
    if not is_converged:
        return "not_converged"
    if not WORST_CALIBRATION[0] <= overall["actual_over_predicted"] <= WORST_CALIBRATION[1]:
        return "miscalibrated"
    return "no_better_than_own_pace" if overall["mean_absolute_error"] >= overall["own_pace_error"] else None


def _holdout(model: BgNbd, before: pl.DataFrame, after: pl.DataFrame) -> list[dict[str, Any]]:
    """Predicted against actual active days of everybody and of five groups by prediction, least active first."""
    from scipy.stats import spearmanr

    acted = after.unique(["person_key", "business_date"]).group_by("person_key").agg(pl.len().alias("actual"))
    joined = before.join(acted, on="person_key", how="left", maintain_order="left")
    actual = joined["actual"].fill_null(0).to_numpy().astype(float)
    repeats, last, observed = _arrays(before)
    predicted = np.minimum(model.expected(HORIZON_DAYS, repeats, last, observed), HORIZON_DAYS)
    own_pace = HORIZON_DAYS * (repeats + 1) / (observed + 1)
    overall = _compare(actual, predicted) | {
        "group_number": 0,
        "own_pace_error": float(np.abs(actual - own_pace).mean()),
        "rank_correlation": float(spearmanr(predicted, actual).statistic),
    }
    place = np.argsort(np.argsort(predicted, kind="stable"), kind="stable") * GROUPS // len(predicted)
    return [overall] + [_compare(actual[place == g], predicted[place == g]) | {"group_number": g + 1} for g in range(GROUPS)]


def _compare(actual: Array, predicted: Array) -> dict[str, Any]:
    """Actual over predicted activity with its 95 % interval (people are independent), and the mean error."""
    total = float(predicted.sum())
    over = float(actual.sum()) / total if total > 0 else float("nan")
    half = Z_95 * float(np.sqrt(((actual - over * predicted) ** 2).sum())) / total if total > 0 else float("nan")
    return {
        "holdout_people_count": len(actual),
        "predicted_active_days": float(predicted.mean()),
        "actual_active_days": float(actual.mean()),
        "actual_over_predicted": over,
        "ci_low": max(over - half, 0.0),
        "ci_high": over + half,
        "mean_absolute_error": float(np.abs(actual - predicted).mean()),
    }


def _rows(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=LIFECYCLE_MODEL).with_columns(pl.col(pl.Float64).fill_nan(None))


def _expectations(model: BgNbd | None, days: pl.DataFrame, as_of: dt.date | None) -> pl.DataFrame:
    schema = {"person_key": pl.String, "alive_rate": pl.Float64, "expected_active_days": pl.Float64}
    if model is None or as_of is None:
        return pl.DataFrame(schema=schema)
    now = histories(days, as_of)
    alive, expected = model.p_alive(*_arrays(now)), np.minimum(model.expected(HORIZON_DAYS, *_arrays(now)), HORIZON_DAYS)
    found = pl.DataFrame({"person_key": now["person_key"], "alive_rate": alive, "expected_active_days": expected}, schema=schema)
    return found.with_columns(pl.col("alive_rate").fill_nan(None).round(6), pl.col("expected_active_days").round(6))
