"""Who has not paid yet and may soon: a calibrated logistic model, judged on a later month than it learnt from."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables, empty
from pipelines.analyses.people.intervals import Z_95, auc_interval
from pipelines.analyses.people.tables import POTENTIAL_USER_MODEL, POTENTIAL_USERS
from pipelines.analyses.statistics import Array, one_thread

MODEL_VERSION = "logit-1"
HORIZON_DAYS = 28
ALIVE_DAYS = 56  # who was silent for longer is no candidate; the dead are easy to rank and would flatter the model
FEWEST_TO_LEARN = 30  # conversions
FEWEST_TO_JUDGE = 20
GROUPS = 5
FOLDS = 5
PENALTY = 0.1  # scikit-learn's C: strong, for there are more features than a month of first payments can bear
COUNTS = ("view_count", "click_count", "visit_count", "like_count", "comment_count", "share_count", "save_count", "coupon_count",
    "session_count")  # fmt: skip


def potential_user_tables(days: pl.DataFrame) -> Tables:
    """Everybody who never paid and was seen lately, by chance of a first payment within four weeks; and how good that is.

    Learnt from what was known eight weeks ago and happened since, judged on the last four weeks. No person gets a figure unless the
    later month shows that the model ranks better than chance and errs less than the base rate.
    """
    seen = days.filter(pl.col("event_count") > 0)
    if seen.is_empty():
        return _no("no_events", {"as_of_date": None})
    as_of, first = cast("dt.date", seen["business_date"].max()), cast("dt.date", seen["business_date"].min())
    cuts = [as_of - dt.timedelta(days=n * HORIZON_DAYS) for n in (2, 1, 0)]
    base: dict[str, Any] = {"as_of_date": as_of, "learn_cut_date": cuts[0], "judge_cut_date": cuts[1]}
    if (cuts[0] - first).days < HORIZON_DAYS - 1:
        return _no("too_short_history", base)
    learn, judge, now = (candidates(days, cut) for cut in cuts)
    base |= {
        "learn_people_count": learn.height,
        "learn_conversion_count": int(learn["has_paid"].sum()),
        "people_count": judge.height,
        "conversion_count": int(judge["has_paid"].sum()),
    }
    if base["learn_conversion_count"] < FEWEST_TO_LEARN or base["conversion_count"] < FEWEST_TO_JUDGE:
        return _no("too_few_conversions", base)
    with one_thread():
        chance = _learn(learn)(judge)
        rows, reason = _judge(chance, judge["has_paid"].to_numpy(), float(learn["has_paid"].mean()))  # type: ignore[arg-type]
        verdict = {"status": "refused" if reason else "estimated", "reason": reason}
        model = pl.DataFrame([base | verdict | _fixed() | row for row in rows], schema=POTENTIAL_USER_MODEL)
        people = empty(POTENTIAL_USERS) if reason else _people(now, _learn(pl.concat([learn, judge]))(now), as_of)
    return {"potential_users": people, "potential_user_model": model.with_columns(pl.col(pl.Float64).fill_nan(None))}


def candidates(days: pl.DataFrame, cut: dt.date) -> pl.DataFrame:
    """One row per person seen in the eight weeks up to `cut` who had never paid by then: features of before, `has_paid` of after."""
    before, end = days.filter(pl.col("business_date") <= cut), cut + dt.timedelta(days=HORIZON_DAYS)
    after = days.filter(pl.col("business_date") > cut, pl.col("business_date") <= end)
    recent = pl.col("business_date") > cut - dt.timedelta(days=HORIZON_DAYS)
    last_week = pl.col("business_date") > cut - dt.timedelta(days=7)
    people = before.group_by("person_key").agg(
        (pl.lit(cut) - pl.col("business_date").max()).dt.total_days().alias("recency_days"),
        (pl.lit(cut) - pl.col("business_date").min()).dt.total_days().alias("tenure_days"),
        pl.col("pay_count").sum().alias("paid"),
        recent.sum().alias("active_day_count"),
        last_week.sum().alias("active_last_week"),
        (pl.col("order_count") - pl.col("pay_count")).clip(lower_bound=0).sum().alias("unpaid_order_count"),
        *(pl.col(name).filter(recent).sum() for name in COUNTS),
        pl.col("top_channel").drop_nulls().sort().mode().sort().first().alias("top_channel"),
    )
    payers = after.filter(pl.col("pay_count") > 0).select("person_key").unique().with_columns(has_paid=pl.lit(value=True))
    return (
        people.filter(pl.col("paid") == 0, pl.col("recency_days") < ALIVE_DAYS)
        .join(payers, on="person_key", how="left")
        .with_columns(pl.col("has_paid").fill_null(value=False), pl.col("top_channel").fill_null("-"))
        .sort("person_key")
    )


def _learn(people: pl.DataFrame) -> Any:
    """A function from candidates to chances: logistic regression, its scores mapped to shares seen in people it had not learnt from."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    channels = (
        people["top_channel"].value_counts().sort(["count", "top_channel"], descending=[True, False])["top_channel"].head(6).to_list()
    )

    def matrix(frame: pl.DataFrame) -> Array:
        numbers = [pl.col(n).cast(pl.Float64).clip(lower_bound=0).log1p() for n in (*COUNTS, "recency_days", "tenure_days")]
        more = [pl.col(n).cast(pl.Float64) for n in ("active_day_count", "active_last_week", "unpaid_order_count")]
        return frame.select(*numbers, *more, *((pl.col("top_channel") == c).cast(pl.Float64).alias(f"is_{c}") for c in channels)).to_numpy()

    happened = people["has_paid"].to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression(C=PENALTY, max_iter=2_000))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=28)
    unseen = cross_val_predict(model, matrix(people), happened, cv=folds, method="decision_function")
    mapping = LogisticRegression(C=1e6).fit(unseen[:, None], happened)
    model.fit(matrix(people), happened)
    return lambda frame: mapping.predict_proba(model.decision_function(matrix(frame))[:, None])[:, 1] if frame.height else np.empty(0)


def _judge(chance: Array, happened: Array, base_rate: float) -> tuple[list[dict[str, Any]], str | None]:
    """The verdict over everybody (group 0) and the calibration of five groups, least likely first; the reason to refuse, if any."""
    order = np.argsort(np.argsort(chance, kind="stable"), kind="stable")
    groups = [
        _group(chance[order * GROUPS // len(chance) == g], happened[order * GROUPS // len(chance) == g], g + 1) for g in range(GROUPS)
    ]
    top = happened[order >= len(chance) - max(len(chance) // 10, 1)]
    overall = _group(chance, happened, 0)
    share = overall["conversion_rate"]
    top_group = _group(np.zeros(len(top)), top, 0)
    auc, auc_low, auc_high = auc_interval(chance, happened)
    overall |= {
        "auc": auc,
        "auc_low": auc_low,
        "auc_high": auc_high,
        "top_decile_people_count": len(top),
        "top_decile_lift": top_group["conversion_rate"] / share,
        "lift_low": top_group["conversion_rate_low"] / share,
        "lift_high": top_group["conversion_rate_high"] / share,
        "calibration_error_rate": float(np.mean([abs(g["predicted_rate"] - g["conversion_rate"]) for g in groups])),
        "brier_score": float(np.mean((chance - happened) ** 2)),
        "base_brier_score": float(np.mean((base_rate - happened) ** 2)),
    }
    if not auc_low > 0.5:
        return [overall, *groups], "no_better_than_chance"
    return [overall, *groups], "no_better_than_base_rate" if overall["brier_score"] >= overall["base_brier_score"] else None


def _group(chance: Array, happened: Array, number: int) -> dict[str, Any]:
    n, hits = len(happened), int(happened.sum())
    share, z2 = hits / n, Z_95**2
    half = Z_95 * float(np.sqrt(share * (1 - share) / n + z2 / (4 * n**2)))
    low, high = ((share + z2 / (2 * n) + side * half) / (1 + z2 / n) for side in (-1, 1))
    return {
        "group_number": number,
        "people_count": n,
        "conversion_count": hits,
        "predicted_rate": float(chance.mean()),
        "conversion_rate": share,
        "conversion_rate_low": max(low, 0.0),
        "conversion_rate_high": min(high, 1.0),
    }


def _people(now: pl.DataFrame, chance: Array, as_of: dt.date) -> pl.DataFrame:
    ranked = now.with_columns(pl.Series("pay_rate", chance).round(6), as_of_date=pl.lit(as_of)).sort(
        ["pay_rate", "person_key"], descending=[True, False]
    )
    ranked = ranked.with_row_index("rank", offset=1).with_columns(decile=((pl.col("rank") - 1) * 10 // pl.len() + 1))
    return ranked.select(list(POTENTIAL_USERS)).cast(POTENTIAL_USERS)  # type: ignore[arg-type]


def _fixed() -> dict[str, Any]:
    return {"model_version": MODEL_VERSION, "horizon_days": HORIZON_DAYS}


def _no(reason: str, base: dict[str, Any]) -> Tables:
    row = base | _fixed() | {"group_number": 0, "status": "not_enough_evidence", "reason": reason}
    return {"potential_users": empty(POTENTIAL_USERS), "potential_user_model": pl.DataFrame([row], schema=POTENTIAL_USER_MODEL)}
