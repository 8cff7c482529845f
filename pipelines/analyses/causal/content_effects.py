"""Which features of a post move what it gathers: every lever, every outcome, over all platforms and on each one."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.causal import checks as ck
from pipelines.analyses.causal import effect_rows as er
from pipelines.analyses.causal.design import KINDS_OF_CONTENT, TITLE_STEP, Design, Lever, content_design, prepared
from pipelines.analyses.causal.scope_fit import counted_posts, found_effects, lever_checks, reason_against
from pipelines.analyses.causal.shrinkage import shrink
from pipelines.analyses.statistics import one_thread

OUTCOMES = ("comment_count", "like_count", "share_count", "save_count", "engagement_count", "view_count")
EVERYWHERE_ONLY = (*KINDS_OF_CONTENT[1:], "title_length", "is_fast_reply")  # no subgroups: their levels differ or are rare
FAST_REPLY_SECONDS = 3600
# Devices that whoever takes trouble with a post uses together. Where most of them seem to bring views, the trouble is the likelier cause.
DEVICES = ("has_question", "has_vote", "has_lottery", "has_number", "emoji_count", "is_long_title")
FEWEST_DEVICES, COMMON_P = 4, 0.05


def content_effects(posts: pl.DataFrame) -> Tables:
    """Effects of content features on every outcome with their checks, from int_post_features."""
    frame = prepared(posts)
    scopes: list[str | None] = [None]
    platforms = frame["platform"].unique().sort().to_list()
    scopes += platforms if len(platforms) > 1 else []
    effects: list[dict[str, Any]] = []
    checks: list[dict[str, Any]] = []
    with one_thread():
        for variant, part, levers in _variants(frame):
            for scope in scopes if variant == "features" else [None]:
                rows = part if scope is None else part.filter(pl.col("platform") == scope)
                made = levers(rows)
                for outcome in OUTCOMES:
                    _scope_rows(posts, rows, made, scope, outcome, effects, checks)
    _shrink(effects, checks)
    checks += _common_cause(effects)
    for row in effects:
        er.finish(row)
    return {"content_effects": er.effect_table(effects), "content_effect_checks": ck.check_rows(checks)}


def _variants(frame: pl.DataFrame) -> list[tuple[str, pl.DataFrame, Any]]:
    """The designs that are fitted: all features; the title's length in place of "long"; the speed of the first reply."""
    replied = frame.filter(pl.col("first_reply_seconds").is_not_null())
    return [("features", frame, content_design), ("title_length", frame, _title_design), ("is_fast_reply", replied, _reply_design)]


def _title_design(frame: pl.DataFrame) -> Design:
    made = content_design(frame)
    length = frame["title_length"].cast(pl.Float64)
    known = length.is_not_null().to_numpy()
    x = made.x.copy()
    x[:, made.names.index("is_long_title")] = np.minimum(length.fill_null(length.median() or 0.0).to_numpy() / TITLE_STEP, 6.0)
    above = length.fill_null(0.0).to_numpy() > float(length.median() or 0.0)  # type: ignore[arg-type]
    lever = Lever("title_length", "n", f"n+{TITLE_STEP}", {"is_long_title": 1.0}, above & known, known)
    return Design(made.names, x, [lever])


def _reply_design(frame: pl.DataFrame) -> Design:
    """Brands hurry where a post does well from the start, so the first day's views stand beside the reply."""
    made = content_design(frame)
    early = frame["first_day_view_count"].cast(pl.Float64)
    known = early.is_not_null().to_numpy()
    fast = (frame["first_reply_seconds"] <= FAST_REPLY_SECONDS).fill_null(False).to_numpy()
    center = float(early.fill_null(0.0).log1p().mean() or 0.0)  # type: ignore[arg-type]
    extra = [np.where(known, np.log1p(early.fill_null(0.0).to_numpy()) - center, 0.0), (~known).astype(float), fast.astype(float)]
    lever = Lever("is_fast_reply", "false", "true", {"is_fast_reply": 1.0}, fast, np.ones(frame.height, dtype=bool))
    return Design([*made.names, "log_early_views", "early_unknown", "is_fast_reply"], np.column_stack([made.x, *extra]), [lever])


def _scope_rows(
    posts: pl.DataFrame,
    frame: pl.DataFrame,
    made: Design,
    scope: str | None,
    outcome: str,
    effects: list[dict[str, Any]],
    checks: list[dict[str, Any]],
) -> None:
    """Append one effect and its checks per lever of the scope, refused and not estimable ones too."""
    y = frame[outcome].to_numpy().astype(float) if frame.height else np.zeros(0)
    known = np.isfinite(y)
    levers = [lever for lever in made.levers if scope is None or lever.name not in EVERYWHERE_ONLY]
    counted = [counted_posts(lever, known, frame) for lever in levers]
    found = found_effects(frame.filter(pl.Series(known)), y[known], made, known, levers, counted) if known.any() else None
    base = er.Basis.of(posts, frame, outcome, scope)
    for k, lever in enumerate(levers):
        row = er.post_row(lever, scope, outcome, base, counted[k])
        reason = reason_against(counted[k], found, k)
        if reason is None and found is not None:
            er.estimated(row, float(found.effect[k]), float(found.error[k]), float(found.freedom[k]))
            checks += lever_checks(row["effect_key"], row, found, k, counted[k])
        row["phi"] = found.fit.phi if found is not None else 1.0
        row["design_effect"] = float(found.design_effect[k]) if found is not None and np.isfinite(found.design_effect[k]) else 1.0
        er.judged(row, reason, checks)
        effects.append(row)


def _common_cause(effects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The share of devices that seem to bring views, as a check of every effect of a device: half of them points to a hidden cause."""
    judged = [row for row in effects if row["lever"] in (*DEVICES, "is_fast_reply") and row["effect"] is not None]
    of_views = [row for row in judged if row["lever"] in DEVICES and row["platform"] is None and row["outcome"] == "view_count"]
    if len(of_views) < FEWEST_DEVICES:
        return []
    share = float(np.mean([row["effect"] > 0 and row["p_value"] < COMMON_P for row in of_views]))
    return [ck.check(row["effect_key"], "common_cause", share, ck.COMMON_SHARE, share < ck.COMMON_SHARE) for row in judged]


def _shrink(effects: list[dict[str, Any]], checks: list[dict[str, Any]]) -> None:
    """Platforms towards each other, levers over all towards none; an effect that turns around between platforms is refused."""
    everywhere: dict[str, list[dict[str, Any]]] = {}
    platforms: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in effects:
        if row["effect"] is None:
            continue
        if row["platform"] is None:
            everywhere.setdefault(row["outcome"], []).append(row)
        else:
            platforms.setdefault((row["outcome"], row["lever"], row["to_level"]), []).append(row)
    for rows in platforms.values():
        _shrink_rows(rows, None)
    for rows in everywhere.values():
        _shrink_rows(rows, 0.0)
        for row in rows:
            parts = platforms.get((row["outcome"], row["lever"], row["to_level"]), [])
            if len(parts) > 1:
                values = np.array([[part["effect"], part["standard_error"], part["account_count"] - 1.0] for part in parts])
                turned = ck.is_reversed(values[:, 0], values[:, 1], values[:, 2])
                p = ck.heterogeneity_p(values[:, 0], values[:, 1], values[:, 2])
                checks.append(ck.check(row["effect_key"], "simpson", p, ck.REVERSAL_P, not turned, is_gate=True))
                if turned and row["status"] == "estimated":
                    row.update(status="refused", reason="reversed_between_platforms")


def _shrink_rows(rows: list[dict[str, Any]], center: float | None) -> None:
    values = np.array([[row["effect"], row["standard_error"], row["account_count"] - 1.0] for row in rows])
    shrunk = shrink(values[:, 0], values[:, 1], values[:, 2], center)
    for row, mean, low, high in zip(rows, shrunk.mean, shrunk.low, shrunk.high, strict=True):
        row.update(effect_shrunk=float(mean), shrunk_low=float(low), shrunk_high=float(high))
