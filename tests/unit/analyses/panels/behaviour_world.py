"""People with hidden leanings, their days, and a planted effect of taking a coupon on next week's first payment."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

START = dt.date(2026, 5, 4)
VERBS = ("view", "click", "visit", "like", "comment", "share", "save", "coupon")


def person_days(seed: int, *, people: int = 2500, weeks: int = 18, coupon_effect: float = 0.0, leaning: float = 0.6) -> pl.DataFrame:
    """Keen people come, comment, take coupons and pay more often; only the coupon of the week before acts, by `coupon_effect`."""
    rng = np.random.default_rng(seed)
    keen = rng.normal(0, leaning, people)
    sessions = rng.poisson(np.exp(0.1 + 0.5 * keen)[:, None], (people, weeks))
    means = {"view": 3.0, "click": 0.6, "visit": 0.4, "like": 0.5, "comment": 0.25, "share": 0.2, "save": 0.2, "coupon": 0.25}
    own = {v: np.exp(0.8 * keen + rng.normal(0, 0.3, people))[:, None] for v in VERBS}
    counts = {v: rng.poisson(means[v] * own[v] * sessions) for v in VERBS}
    took = np.concatenate([np.zeros((people, 1)), counts["coupon"][:, :-1] > 0], axis=1)
    hazard = 0.02 * np.exp(keen[:, None] + coupon_effect * took) * (sessions > 0)
    pays = rng.random((people, weeks)) < 1 - np.exp(-hazard)
    person, week = np.nonzero(sessions)
    at = rng.integers(0, 7, person.size)
    frame = pl.DataFrame(
        {
            "person_key": [f"p{i:05d}" for i in person],
            "business_date": [START + dt.timedelta(days=int(7 * w + d)) for w, d in zip(week, at, strict=True)],
            **{f"{v}_count": counts[v][person, week].astype(np.int64) for v in VERBS},
            "order_count": pays[person, week].astype(np.int64),
            "pay_count": pays[person, week].astype(np.int64),
            "session_count": sessions[person, week].astype(np.int64),
            "top_channel": np.where(at % 2 == 0, "feed", "search"),
        }
    )
    edge = frame.head(1).with_columns(
        pl.lit("p_edge").alias("person_key"), pl.lit(START + dt.timedelta(days=7 * weeks - 1)).alias("business_date"), pay_count=0
    )
    return pl.concat([frame, edge.with_columns(pl.col("pay_count").cast(pl.Int64))]).sort("person_key", "business_date")
