"""When to post: each platform's day parts against the accounts' own mix, shrunk jointly, and whether the slot matters at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.causal import checks as ck
from pipelines.analyses.causal import effect_rows as er
from pipelines.analyses.causal.design import CURRENT_MIX, SLOTS, Design, Lever, prepared, slot_design
from pipelines.analyses.causal.scope_fit import Found, counted_posts, found_effects, lever_checks, reason_against
from pipelines.analyses.causal.slot_prior import slot_posteriors
from pipelines.analyses.causal.tables import PUBLISH_SLOTS
from pipelines.analyses.statistics import Array, benjamini_hochberg, one_thread

OUTCOMES = ("engagement_count", "view_count")  # the first that the platform's posts have
DAY_TYPES = ("all", "workday", "weekend")
FEWEST_SLOT_POSTS = 20
SIGN_DRAWS, SIGN_SEED = 9999, 20_260_101
Q = 0.10


@dataclass
class Day:
    """One platform's posts of one kind of day, and what is found about its slots."""

    platform: str
    day_type: str
    outcome: str
    frame: pl.DataFrame  # posts with known slot and outcome
    made: Design
    counted: list[dict[str, int]]
    found: Found | None
    reason: str | None
    p_value: float = float("nan")
    mean: Array | None = None
    low: Array | None = None
    high: Array | None = None
    best: int | None = None


def publish_slots(posts: pl.DataFrame) -> Tables:
    """Slots per platform and kind of day, and per platform the one effect that is put to the test: all posts in the best slot."""
    frame = prepared(posts)
    with one_thread():
        days = [_day(frame, platform, kind) for kind in DAY_TYPES for platform in frame["platform"].unique().sort().to_list()]
        for kind in DAY_TYPES:
            _share_between_platforms([day for day in days if day.day_type == kind])
    effects: list[dict[str, Any]] = []
    checks: list[dict[str, Any]] = []
    for day in days:
        if day.day_type == "all":
            effects.append(_effect(posts, day, checks))
    return {
        "publish_slots": _slot_table(days),
        "slot_effects": er.effect_table(effects),
        "slot_effect_checks": ck.check_rows(checks),
    }


def _day(frame: pl.DataFrame, platform: str, kind: str) -> Day:
    rows = frame.filter(pl.col("platform") == platform)
    outcome = next((name for name in OUTCOMES if rows[name].count() > 0), OUTCOMES[0])
    rows = rows.filter(pl.col("slot").is_not_null(), pl.col(outcome).is_not_null())
    if kind != "all":
        rows = rows.filter(pl.col("day_type") == kind)
    made = slot_design(rows)
    known = np.ones(rows.height, dtype=bool)
    counted = [counted_posts(lever, known, rows) for lever in made.levers]
    found = found_effects(rows, rows[outcome].to_numpy().astype(float), made, known, made.levers, counted) if rows.height else None
    return Day(platform, kind, outcome, rows, made, counted, found, _reason(rows, made, counted, found))


def _reason(rows: pl.DataFrame, made: Design, counted: list[dict[str, int]], found: Found | None) -> str | None:
    if rows.height == 0:
        return "no_hour"
    if len(made.levers) < 2:
        return "no_variation"
    able = [k for k, c in enumerate(counted) if reason_against(c, found, k) is None and c["treated"] >= FEWEST_SLOT_POSTS]
    if len(able) >= 2:
        return None
    few = max(c["both"] for c in counted) < ck.FEWEST_ACCOUNTS
    return "too_few_accounts" if few else "too_few_posts" if found is None or rows.height < 200 else "not_estimable"


def _share_between_platforms(days: list[Day]) -> None:
    """Test each platform's slots, shrink them jointly, pick each platform's best."""
    able, measured = [], []
    for day in days:
        if day.reason is None and day.found is not None:
            differences, covariance, places, freedom, changes = _measured(day, day.found)
            day.p_value = _slots_matter(differences, covariance, changes)
            able.append(day)
            measured.append((differences, covariance, places, freedom))
    if not able:
        return
    for day, (_, _, places, _), (mean, low, high) in zip(able, measured, slot_posteriors(measured), strict=True):
        position = [SLOTS.index(lever.to_level) for lever in day.made.levers]
        order = [int(np.flatnonzero(places[:, 0] == place)[0]) if place in places[:, 0] else -1 for place in position]
        known = np.array(order) >= 0
        day.mean, day.low, day.high = (np.where(known, values[order], np.nan) for values in (mean, low, high))
        candidates = [k for k, c in enumerate(day.counted) if known[k] and _is_told(c)]
        day.best = max(candidates, key=lambda k: (day.mean[k], -k)) if candidates else None  # type: ignore[index]


def _is_told(counted: dict[str, int]) -> bool:
    """Whether a slot has posts enough, of accounts enough, to say anything of it."""
    return counted["treated"] >= FEWEST_SLOT_POSTS and counted["both"] >= ck.FEWEST_ACCOUNTS


def _measured(day: Day, found: Found) -> tuple[Array, Array, Array, float, Array]:
    """Slots' differences to the base slot, their covariance, places and freedom, and the changes without each account.

    The covariance is shaped as if posts were independent and sized as the jackknife says: of a dozen accounts that is too noisy for a whole
    matrix, but one factor for all slots it can tell.
    """
    # a slot with a handful of posts has a standard error that means nothing: it is neither tested nor does it teach the others
    told = {lever.to_level for lever, c in zip(day.made.levers, day.counted, strict=True) if _is_told(c)}
    columns = [k for k, name in enumerate(found.columns) if name.startswith("slot=") and name.removeprefix("slot=") in told]
    shape = found.fit.robust[np.ix_(columns, columns)]
    jackknife = np.diag(found.fit.covariance)[columns]
    size = max(float(np.mean(jackknife / np.diag(shape))), 1.0)
    used = [found.columns[k].removeprefix("slot=") for k in columns]
    base = next(lever.to_level for lever in day.made.levers if f"slot={lever.to_level}" not in day.made.names)
    counts = {lever.to_level: float(lever.treated.sum()) for lever in day.made.levers}
    total = sum(counts[slot] for slot in [base, *used])
    places = np.array([[SLOTS.index(slot), counts[slot] / total] for slot in [base, *used]])
    freedom = float(max(max(c["both"] for c in day.counted) - 1, 1))
    return found.fit.coefficients[columns], size * shape, places, freedom, found.fit.changes[:, columns]


def _slots_matter(differences: Array, covariance: Array, changes: Array) -> float:
    """p-value of "all slots are alike": the Wald statistic against itself with each account's influence given a random sign.

    An F test takes the covariance of a dozen accounts for known and rejects far too often; signs ask only that accounts are independent.
    """
    g = len(changes)
    signs = np.random.default_rng(SIGN_SEED).choice([-1.0, 1.0], (SIGN_DRAWS, g))
    drawn = np.sqrt((g - 1) / g) * signs @ changes
    inverse = np.linalg.inv(covariance)
    found = differences @ inverse @ differences
    as_extreme = np.einsum("ij,jk,ik->i", drawn, inverse, drawn) >= found
    return float((1 + as_extreme.sum()) / (1 + SIGN_DRAWS))


def _effect(posts: pl.DataFrame, day: Day, checks: list[dict[str, Any]]) -> dict[str, Any]:
    """The platform's candidate: its best slot, tested by whether slots matter at all, since the best one was picked from several."""
    k = day.best
    nothing = np.zeros(day.frame.height, dtype=bool)
    lever = day.made.levers[k] if k is not None else Lever("publish_slot", CURRENT_MIX, "-", {}, nothing, ~nothing)
    accounts = max((c["both"] for c in day.counted), default=0)
    counted = day.counted[k] if k is not None else {"posts": day.frame.height, "treated": 0, "accounts": 0, "both": accounts}
    base = er.Basis.of(posts, day.frame, day.outcome, day.platform)
    row = er.post_row(lever, day.platform, day.outcome, base, counted, "slot_effects")
    row["estimand"] = f"Ratio of mean {day.outcome} of all posts at {lever.to_level} to today's mix of slots of the same accounts"
    reason = day.reason
    if reason is None and k is not None and day.found is not None and day.mean is not None and day.low is not None and day.high is not None:
        er.estimated(row, float(day.found.effect[k]), float(day.found.error[k]), float(day.found.freedom[k]))
        row.update(effect_shrunk=float(day.mean[k]), shrunk_low=float(day.low[k]), shrunk_high=float(day.high[k]), p_value=day.p_value)
        checks += lever_checks(row["effect_key"], row, day.found, k, counted)
    else:
        reason = reason or "not_estimable"
    row["phi"] = day.found.fit.phi if day.found is not None else 1.0
    row["design_effect"] = float(np.nan_to_num(day.found.design_effect[k], nan=1.0)) if day.found is not None and k is not None else 1.0
    er.judged(row, reason, checks)
    er.finish(row)
    return row


def _slot_table(days: list[Day]) -> pl.DataFrame:
    """Every platform, kind of day and slot, those without a post too."""
    q_values = _local_q([day for day in days if day.day_type == "all"])
    rows = [_slot_row(day, slot, q_values.get(day.platform)) for day in days for slot in SLOTS]
    return pl.DataFrame(rows, schema=PUBLISH_SLOTS).sort("platform", "day_type", "slot")


def _local_q(days: list[Day]) -> dict[str, float]:
    q_values = benjamini_hochberg(np.array([day.p_value for day in days]))
    return {day.platform: float(q) for day, q in zip(days, q_values, strict=True)}


def _slot_row(day: Day, slot: str, q_value: float | None) -> dict[str, Any]:
    posts = day.frame.filter(pl.col("slot") == slot)
    k = next((i for i, lever in enumerate(day.made.levers) if lever.to_level == slot), None)
    row: dict[str, Any] = dict.fromkeys(PUBLISH_SLOTS)
    overall = day.frame[day.outcome].mean()
    naive = posts[day.outcome].mean()
    row.update(
        platform=day.platform,
        day_type=day.day_type,
        slot=slot,
        outcome=day.outcome,
        post_count=posts.height,
        account_count=posts["account_key"].n_unique(),
        share_rate=posts.height / day.frame.height if day.frame.height else None,
        naive_mean_number=naive,
        naive_index=float(naive) / float(overall) if naive is not None and overall else None,  # type: ignore[arg-type]
        is_best=k is not None and k == day.best,
        slots_p_value=day.p_value if np.isfinite(day.p_value) else None,
    )
    if k is not None and day.mean is not None and day.low is not None and day.high is not None and np.isfinite(day.mean[k]):
        row.update(effect_shrunk=float(day.mean[k]), shrunk_low=float(day.low[k]), shrunk_high=float(day.high[k]))
    if k is not None and day.found is not None and reason_against(day.counted[k], day.found, k) is None:
        estimate: dict[str, Any] = {}
        er.estimated(estimate, float(day.found.effect[k]), float(day.found.error[k]), float(day.found.freedom[k]))
        row.update({name: estimate[name] for name in ("effect", "standard_error", "ci_low", "ci_high")})
    phi = day.found.fit.phi if day.found is not None else 1.0
    row["needed_count"] = er.finite(ck.needed_posts(float(overall or 0), phi, er.SMALL_EFFECT))  # type: ignore[arg-type]
    row["verdict"] = _verdict(day, row, q_value)
    return row


def _verdict(day: Day, row: dict[str, Any], q_value: float | None) -> str:
    """too_few, unclear, better or worse than today's mix; kinds of day are shown, not tested."""
    if day.reason is not None or row["effect_shrunk"] is None or row["post_count"] < FEWEST_SLOT_POSTS:
        return "too_few"
    if q_value is None or not q_value <= Q or row["shrunk_low"] <= 0 <= row["shrunk_high"]:
        return "unclear"
    return "better" if row["effect_shrunk"] > 0 else "worse"
