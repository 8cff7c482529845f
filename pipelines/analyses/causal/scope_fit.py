"""One scope's model: what a set of posts says of every lever, with everything its checks need, from one fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.causal import checks as ck
from pipelines.analyses.causal.count_model import Fit, fit_counts, fit_logs, groups_of, independent_columns
from pipelines.analyses.causal.design import Design, Lever
from pipelines.analyses.statistics import Array, near_e_value

FEWEST_POSTS, FEWEST_TREATED = 60, 10
SEED = 20260101


@dataclass(frozen=True)
class Found:
    """What the model says of every lever of one scope and outcome; arrays are one figure per lever."""

    effect: Array
    error: Array
    freedom: Array
    lowest: Array  # of the effects without one account, in the direction of the effect
    log_effect: Array
    placebo: Array
    placebo_p: Array
    shuffled: Array
    half_effects: Array
    half_p: Array
    design_effect: Array
    fit: Fit
    contrasts: Array  # (levers, columns kept)
    columns: list[str]  # kept


def counted_posts(lever: Lever, known: Array, frame: pl.DataFrame) -> dict[str, int]:
    """Posts, treated posts and accounts of a lever, among those whose outcome is known."""
    rows = known & lever.known
    codes = frame["account_key"].rank("dense").to_numpy().astype(np.int64)[rows] if frame.height else np.zeros(0, dtype=np.int64)
    treated = lever.treated[rows]
    total, on = np.bincount(codes, minlength=1), np.bincount(codes[treated], minlength=1)
    on = np.pad(on, (0, len(total) - len(on)))
    return {
        "posts": int(rows.sum()),
        "treated": int(treated.sum()),
        "accounts": int((total > 1).sum()),
        "both": int(((on > 0) & (on < total)).sum()),
    }


def reason_against(counted: dict[str, int], found: Found | None, k: int) -> str | None:
    """Why lever `k` cannot be estimated from these posts; None where it can."""
    if counted["posts"] == 0:
        return "no_outcome"
    if counted["treated"] == 0 or counted["treated"] == counted["posts"]:
        return "no_variation"
    if counted["both"] < ck.FEWEST_ACCOUNTS:
        return "too_few_accounts"
    if min(counted["treated"], counted["posts"] - counted["treated"]) < FEWEST_TREATED or counted["posts"] < FEWEST_POSTS:
        return "too_few_posts"
    return None if found is not None and np.isfinite(found.error[k]) and found.error[k] > 0 else "not_estimable"


def found_effects(
    frame: pl.DataFrame, y: Array, made: Design, known: Array, levers: list[Lever], counted: list[dict[str, int]]
) -> Found | None:
    """Fit the scope; None where no lever could be believed anyway or too few posts remain."""
    if len(y) < FEWEST_POSTS or not any(c["both"] >= ck.FEWEST_ACCOUNTS for c in counted):
        return None
    codes = frame["account_key"].rank("dense").to_numpy().astype(np.int64) - 1
    informative = (np.bincount(codes, weights=y) > 0) & (np.bincount(codes) > 1)
    used = informative[codes]
    y, x, groups = y[used], made.x[known][used], groups_of(codes[used])
    kept = independent_columns(x, groups)
    if groups.count < 2 or len(y) <= kept.sum() + groups.count + 10:
        return None
    x = x[:, kept]
    contrasts = np.array([[lever.contrast.get(name, 0.0) for name in made.names] for lever in levers])
    own = np.array([_own_column(lever, made.names, kept) for lever in levers])
    contrasts = contrasts[:, kept]
    fit = fit_counts(y, x, groups)
    effect, error = ck.spread_of(contrasts, fit)
    error = np.where(own & fit.has_converged, error, np.nan)
    freedom = np.array([max(c["both"] - 1, 1) for c in counted], dtype=float)
    robust = np.sqrt(np.maximum(np.einsum("lp,pq,lq->l", contrasts, fit.robust, contrasts), 1e-18))
    shown = np.column_stack([lever.treated[known][used] for lever in levers]).astype(float)
    placebo, placebo_error = ck.previous_outcome(y, x, groups, contrasts)
    days = frame["published_date"].to_physical().to_numpy()[used]
    half_effects, half_p = ck.halves(y, x, groups, fit, days, contrasts)
    return Found(
        effect=effect,
        error=error,
        freedom=freedom,
        lowest=np.min(np.sign(effect) * (effect + fit.changes @ contrasts.T), axis=0),
        log_effect=contrasts @ fit_logs(y, x, groups).coefficients,
        placebo=placebo,
        placebo_p=ck.two_sided(placebo, placebo_error, freedom),
        shuffled=ck.shuffled_rejections(shown, fit, groups, freedom, SEED),
        half_effects=half_effects,
        half_p=half_p,
        design_effect=(error / robust) ** 2,
        fit=fit,
        contrasts=contrasts,
        columns=[name for name, is_kept in zip(made.names, kept, strict=True) if is_kept],
    )


def _own_column(lever: Lever, names: list[str], kept: Array) -> bool:
    """Whether the column that carries the lever survived; the commonest level of a category is carried by the others."""
    column = f"{'slot' if lever.name == 'publish_slot' else lever.name}={lever.to_level}"
    if column in lever.contrast:
        return bool(kept[names.index(column)])
    return any(kept[names.index(name)] for name in lever.contrast)


def lever_checks(key: str, row: dict[str, Any], found: Found, k: int, counted: dict[str, int]) -> list[dict[str, Any]]:
    """The checks of lever `k`, as rows of EFFECT_CHECKS."""
    effect, placebo = found.effect[k], found.placebo[k]
    overlap = counted["both"] / max(counted["accounts"], 1)
    failed_placebo = found.placebo_p[k] < ck.PLACEBO_P and abs(placebo) >= ck.PLACEBO_SHARE * abs(effect)
    e = near_e_value(row["ci_low"], row["ci_high"])
    first, second = found.half_effects[:, k]
    apart = found.half_p[k] < ck.HALVES_P and (first * second < 0 or max(abs(first), abs(second)) > 2 * min(abs(first), abs(second)))
    return [
        ck.check(key, "overlap", overlap, ck.OVERLAP_RATE, overlap >= ck.OVERLAP_RATE, is_gate=True),
        ck.check(key, "placebo_outcome", found.placebo_p[k], ck.PLACEBO_P, not failed_placebo, is_gate=True),
        ck.check(key, "placebo_feature", found.shuffled[k], ck.SHUFFLE_RATE, found.shuffled[k] <= ck.SHUFFLE_RATE),
        ck.check(key, "e_value", e, ck.E_VALUE, e >= ck.E_VALUE),
        ck.check(key, "leave_one_out", found.lowest[k], 0.0, found.lowest[k] > 0),
        ck.check(key, "sign_agreement", found.log_effect[k], 0.0, found.log_effect[k] * effect > 0),
        ck.check(key, "regime_stability", found.half_p[k], ck.HALVES_P, not apart),
        ck.check(key, "enough_accounts", counted["both"], ck.ENOUGH_ACCOUNTS, counted["both"] >= ck.ENOUGH_ACCOUNTS),
    ]
