"""Every estimated effect of a run, judged together: one family for false discovery, one published rule for confidence.

The rule, applied from the top:

* **none**: nothing estimated, a gate failed, rung D, q above 0.10, the shrunk 90 % interval holds no effect, or, on rung C, a hidden
  cause of little strength could explain the shrunk effect (E-value below 1.5, which is an effect of an eighth).
* **high**: q at most 0.05 and no check failed; on rung C also at least 15 accounts.
* **medium**: at most one check failed (no gate among them, and not common_cause: a hidden cause that moves most features at once);
  on rung C at least 10 accounts.
* **low**: the rest.

An effect is actionable when its confidence is not none and it points upwards; a content effect that a modest hidden cause could
explain (failed e_value) also needs q at most 0.01. A platform's own content effect is actionable only where the
same effect over all platforms is not: otherwise it repeats it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.causal.checks import E_VALUE
from pipelines.analyses.causal.design import KINDS_OF_CONTENT
from pipelines.analyses.causal.tables import JUDGED_EFFECTS
from pipelines.analyses.effects_shape import EFFECT_CHECKS, EFFECTS
from pipelines.analyses.statistics import benjamini_hochberg, e_value

Q = 0.10
HIGH_Q = 0.05
WEAK_Q = 0.01
HIGH_ACCOUNTS, MEDIUM_ACCOUNTS = 15, 10
BELIEVABLE = ("A", "B", "C")


def judged_effects(**frames: pl.DataFrame) -> Tables:
    """All effects with family, q-value, confidence and whether to act, from the tables ``<x>_effects`` and ``<x>_checks``."""
    effects = pl.concat([frame.select(list(EFFECTS)) for name, frame in frames.items() if name.endswith("_effects")]).sort("effect_key")
    checks = pl.concat([frame.select(list(EFFECT_CHECKS)) for name, frame in frames.items() if name.endswith("_checks")])
    judged = _with_confidence(_with_family(effects, checks), checks).with_columns(is_actionable=_points_up())
    judged = _without_repeats(judged).select(list(JUDGED_EFFECTS)).cast(pl.Schema(JUDGED_EFFECTS))
    return {"effects": judged, "effect_checks": checks.sort("effect_key", "check_name")}


def _with_family(effects: pl.DataFrame, checks: pl.DataFrame) -> pl.DataFrame:
    """Everything tried is one family, refused effects too; its name is the last day it rests on.

    A q-value is the larger of two: over the whole run, and over the effects of its own group, so that a group with many sure findings
    lends its threshold to no other. A platform's part of a content effect is tested only below "do platforms differ?", which stands for
    all parts in the family (two-level testing after Benjamini and Bogomolov).
    """
    known = effects.with_columns(
        p=pl.col("p_value").cast(pl.Float64).fill_nan(None),
        is_part=(pl.col("analysis") == "content_effects") & pl.col("platform").is_not_null(),
        group=pl.concat_str("analysis", pl.when(pl.col("lever").is_in(KINDS_OF_CONTENT)).then(pl.lit("/kinds")).otherwise(pl.lit(""))),
        whole=pl.concat_str(
            pl.lit("content_effects"), "lever", pl.concat_str("from_level", "to_level", separator=">"), "outcome", separator="/"
        ),
    )
    nodes = known.filter(~pl.col("is_part")).select("effect_key", "group", "p")
    differ = checks.filter(pl.col("check_name") == "simpson").select(whole=pl.col("effect_key").str.strip_suffix("/-"), p="value")
    differ = differ.join(known.filter(~pl.col("is_part")).select("whole", "group").unique("whole"), on="whole", how="inner")
    tests = pl.concat([nodes, differ.select(pl.concat_str(pl.lit("differ:"), "whole").alias("effect_key"), "group", "p")]).drop_nulls("p")
    tests = tests.sort("effect_key")
    tests = _adjusted_within(tests.with_columns(q=_adjusted(tests["p"])), "group").with_columns(q_value=pl.max_horizontal("q", "q_within"))
    rejected = max(tests.filter(pl.col("q_value") <= Q).height, 1)
    parts = _adjusted_within(known.filter("is_part").select("effect_key", "whole", "p").drop_nulls("p").sort("effect_key"), "whole")
    parts = parts.join(
        tests.filter(pl.col("effect_key").str.starts_with("differ:")).select(
            pl.col("effect_key").str.strip_prefix("differ:").alias("whole"), q_differ="q_value"
        ),
        on="whole",
    ).with_columns(q_value=pl.max_horizontal("q_differ", (pl.col("q_within") * tests.height / rejected).clip(0, 1)))
    q_values = pl.concat([tests.select("effect_key", "q_value"), parts.select("effect_key", "q_value")])
    last = effects.select(pl.col("window_ends_on").max().dt.to_string("%Y-%m-%d")).item()
    return effects.join(q_values, on="effect_key", how="left", maintain_order="left").with_columns(
        family_id=pl.lit(None if last is None else f"effects:{last}", dtype=pl.String),
        family_count=pl.lit(tests.height + parts.height, dtype=pl.Int64),
    )


def _adjusted(p_values: pl.Series) -> pl.Series:
    return pl.Series(benjamini_hochberg(p_values.to_numpy()) if p_values.len() else [], dtype=pl.Float64)


def _adjusted_within(tests: pl.DataFrame, column: str) -> pl.DataFrame:
    """The tests with ``q_within``: adjusted among those that share the column's value."""
    if tests.is_empty():
        return tests.with_columns(q_within=pl.lit(None, dtype=pl.Float64))
    parts = tests.partition_by(column, maintain_order=True)
    return pl.concat([part.with_columns(q_within=_adjusted(part["p"])) for part in parts])


def _with_confidence(effects: pl.DataFrame, checks: pl.DataFrame) -> pl.DataFrame:
    failed = (
        checks.filter(pl.col("state") == "fail")
        .group_by("effect_key")
        .agg(
            failed_count=pl.len().cast(pl.Int64),
            failed_gate_count=pl.col("is_gate").fill_null(False).sum().cast(pl.Int64),
            is_explainable=(pl.col("check_name") == "e_value").any(),
            is_common=(pl.col("check_name") == "common_cause").any(),
        )
    )
    is_c = pl.col("design_rung") == "C"
    accounts = pl.col("account_count").fill_null(0)
    known = effects.join(failed, on="effect_key", how="left", maintain_order="left").with_columns(
        pl.col("failed_count", "failed_gate_count").fill_null(0), pl.col("is_explainable", "is_common").fill_null(False)
    )
    is_log = pl.col("scale") == "log"  # an effect on another scale is no ratio
    log_effects = known.select(pl.when(is_log).then(pl.col("effect_shrunk").fill_nan(None))).to_series()
    is_strong = pl.lit(pl.Series(e_value(np.exp(log_effects.to_numpy())) >= E_VALUE, dtype=pl.Boolean))
    stands = (
        (pl.col("status") == "estimated")
        & pl.col("design_rung").is_in(BELIEVABLE)
        & (pl.col("failed_gate_count") == 0)
        & (pl.col("q_value") <= Q)
        & ((pl.col("shrunk_low") > 0) | (pl.col("shrunk_high") < 0))
        & (~is_c | ~is_log | is_strong)
    ).fill_null(False)
    is_high = (pl.col("q_value") <= HIGH_Q) & (pl.col("failed_count") == 0) & (~is_c | (accounts >= HIGH_ACCOUNTS))
    is_medium = (pl.col("failed_count") <= 1) & ~pl.col("is_common") & (~is_c | (accounts >= MEDIUM_ACCOUNTS))
    return known.with_columns(
        confidence=pl.when(~stands)
        .then(pl.lit("none"))
        .when(is_high)
        .then(pl.lit("high"))
        .when(is_medium)
        .then(pl.lit("medium"))
        .otherwise(pl.lit("low"))
    )


def _points_up() -> pl.Expr:
    is_weak = (pl.col("analysis") == "content_effects") & pl.col("is_explainable")
    return ((pl.col("confidence") != "none") & (pl.col("effect_shrunk") > 0) & (~is_weak | (pl.col("q_value") <= WEAK_Q))).fill_null(False)


def _without_repeats(effects: pl.DataFrame) -> pl.DataFrame:
    """A platform's content effect is no action of its own where the effect over all platforms is one."""
    same = ["analysis", "lever", "from_level", "to_level", "outcome"]
    is_post = pl.col("analysis") == "content_effects"
    general = (
        effects.filter(is_post & pl.col("platform").is_null() & pl.col("is_actionable")).select(*same, is_general=pl.lit(True)).unique()
    )
    return effects.join(general, on=same, how="left", maintain_order="left", nulls_equal=True).with_columns(
        is_actionable=pl.col("is_actionable") & ~(is_post & pl.col("platform").is_not_null() & pl.col("is_general").fill_null(False))
    )
