"""Rows of the shared shape for what is compared between posts: keys, baselines, gains, the SQL of their evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.causal import checks as ck
from pipelines.analyses.causal.design import Lever
from pipelines.analyses.effects_shape import EFFECTS

CI_LEVEL = 0.95
RECENT_DAYS, MONTH_DAYS = 60, 30
SMALL_EFFECT = 0.15  # what an experiment should at least be able to see, as a log ratio
PUBLISHED = "marts"  # where readers find the posts behind a row
REFUSING = {"overlap": "no_overlap", "placebo_outcome": "placebo_failed"}


@dataclass(frozen=True)
class Basis:
    """The posts a scope's statements rest on: their days, and the recent ones that gains are counted over."""

    posts: pl.DataFrame  # of the scope, the last RECENT_DAYS
    mature: pl.DataFrame  # prepared posts of the scope with a known outcome
    starts_on: Any
    ends_on: Any

    @staticmethod
    def of(posts: pl.DataFrame, frame: pl.DataFrame, outcome: str, scope: str | None) -> Basis:
        """posts are all posts, frame the prepared ones of the scope."""
        known = frame.filter(pl.col(outcome).is_not_null())
        last = posts["published_date"].max()
        recent = posts.filter(pl.col("published_date") > last - pl.duration(days=RECENT_DAYS)) if last is not None else posts
        if scope is not None:
            recent = recent.filter(pl.col("platform") == scope)
        return Basis(recent, known, known["published_date"].min(), known["published_date"].max())


def from_level_of(lever: Lever) -> pl.Expr:
    """Which posts still stand at the lever's from-level, as an expression over int_post_features."""
    if lever.name == "publish_slot":
        return pl.col("local_hour").is_not_null()
    if lever.name == "is_weekend":
        return pl.col("iso_weekday") < 6
    if lever.name == "emoji_count":
        return pl.col("emoji_count") == 0
    if lever.name == "title_length":
        return pl.col("title_length").is_not_null()
    if lever.name == "is_fast_reply":
        return pl.col("first_reply_seconds") > 3600
    if lever.name == "duration_bin":
        return pl.col("duration_seconds").is_not_null() & ~_in_bin(lever.to_level)
    if lever.from_level == "other":
        return pl.col(lever.name) != lever.to_level
    return pl.col(lever.name) == (lever.from_level == "true")


def _bounds(label: str) -> tuple[float, float]:
    low, _, high = label.rstrip("s+").partition("-")
    return float(low), float(high) if high else float("inf")


def _in_bin(label: str) -> pl.Expr:
    low, high = _bounds(label)
    return (pl.col("duration_seconds") > low) & (pl.col("duration_seconds") <= high)


def lever_column(name: str) -> str:
    """The column of the published posts that shows a lever."""
    return {
        "publish_slot": "local_hour",
        "is_weekend": "iso_weekday",
        "is_fast_reply": "first_reply_seconds",
        "duration_bin": "duration_seconds",
    }.get(name, name)


def evidence_sql(column: str, outcome: str, scope: str | None) -> str:
    """SELECT over the published posts that returns the rows used."""
    where = f"is_mature and published_date is not null and {column} is not null and {outcome} is not null"
    if scope is not None:
        where += " and platform = '" + scope.replace("'", "''") + "'"
    shown = ", ".join(dict.fromkeys(["post_key", "platform", "account_key", "published_at", "title", column, outcome]))
    return f"select {shown} from {PUBLISHED}.mart_content_features where {where} order by post_key"


def post_row(
    lever: Lever, scope: str | None, outcome: str, base: Basis, counted: Mapping[str, int], analysis: str = "content_effects"
) -> dict[str, Any]:
    """A row with everything but the estimate."""
    at_from = from_level_of(lever)
    known = base.mature.filter(at_from)
    recent_known = known.filter(pl.col("post_key").is_in(base.posts["post_key"].implode())) if known.height else known
    figures = (recent_known if recent_known.height else known)[outcome]
    levels = f"{lever.from_level}>{lever.to_level}"
    row: dict[str, Any] = dict.fromkeys(EFFECTS)
    row.update(
        effect_key=f"{analysis}/{lever.name}/{levels}/{outcome}/{scope or '-'}",
        analysis=analysis,
        suggestion_kind="interaction" if lever.name == "is_fast_reply" else "content",
        lever=lever.name,
        from_level=lever.from_level,
        to_level=lever.to_level,
        platform=scope,
        outcome=outcome,
        outcome_unit="per_post",
        design_rung="C",
        estimand=f"Ratio of mean {outcome} of posts with {lever.name} at {lever.to_level} to posts of the same account at "
        f"{lever.from_level}, other features, time and calendar equal",
        scale="log",
        ci_level=CI_LEVEL,
        n_count=counted["posts"],
        treated_count=counted["treated"],
        account_count=counted["both"],
        window_starts_on=base.starts_on,
        window_ends_on=base.ends_on,
        baseline_number=finite(figures.mean()),
        eligible_monthly_count=base.posts.filter(at_from).height * MONTH_DAYS / RECENT_DAYS if base.posts.height else None,
        evidence_rows_sql=evidence_sql(lever_column(lever.name), outcome, scope),
    )
    return row


def estimated(row: dict[str, Any], effect: float, error: float, freedom: float) -> None:
    """Write an estimate with its interval; shrinkage may follow."""
    from scipy.stats import t

    half = float(t.ppf((1 + CI_LEVEL) / 2, freedom)) * error
    half_90 = float(t.ppf(0.95, freedom)) * error
    p = float(ck.two_sided(np.array(effect), np.array(error), np.array(freedom)))
    row.update(effect=effect, standard_error=error, ci_low=effect - half, ci_high=effect + half, p_value=p)
    row.update(effect_shrunk=effect, shrunk_low=effect - half_90, shrunk_high=effect + half_90)


def judged(row: dict[str, Any], reason: str | None, checks: list[dict[str, Any]]) -> None:
    """Write the status: no estimate for a reason, refused by a failed gate, or estimated."""
    failed = [c["check_name"] for c in checks if c["effect_key"] == row["effect_key"] and c["is_gate"] and c["state"] == "fail"]
    if reason is not None:
        row.update(status="not_enough_evidence", reason=reason)
    elif failed:
        row.update(status="refused", reason=REFUSING.get(failed[0], failed[0]))
    else:
        row.update(status="estimated", reason=None)


def finish(row: dict[str, Any]) -> None:
    """Write the gain a month and the size of the experiment that would settle it; drops the scratch columns."""
    phi, design_effect = row.pop("phi", 1.0), row.pop("design_effect", 1.0)
    base, eligible = row["baseline_number"], row["eligible_monthly_count"]
    if row["effect_shrunk"] is not None and base is not None and eligible is not None:
        for name, figure in (("", "effect_shrunk"), ("_low", "shrunk_low"), ("_high", "shrunk_high")):
            row[f"expected_gain{name}"] = float(np.expm1(row[figure])) * base * eligible
    effect = SMALL_EFFECT if row["effect"] is None else min(max(abs(row["effect_shrunk"]), 0.05), 0.5)
    row["needed_count"] = finite(ck.needed_posts(base or 0.0, phi, effect, design_effect))


def effect_table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as the table they are written to, by key."""
    return pl.DataFrame([{name: row[name] for name in EFFECTS} for row in rows], schema=EFFECTS).sort("effect_key")


def finite(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None
