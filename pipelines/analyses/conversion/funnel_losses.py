"""What the gap between a group and the best group of its dimension costs at each step.

A plain gap compares different people: those who come by search were about to buy. It is of rung D, shown with its interval and the size of
the experiment that would tell, never as advice to move people.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.conversion.effect_rows import MARTS, check, effect, effect_key, frames, quantiles, sql_text
from pipelines.analyses.conversion.rates import beta_prior, needed_per_arm, two_rates_p_value
from pipelines.analyses.statistics import Array

MIN_PEOPLE = 30
DRAWS = 4_000
ESTIMAND = (
    "Difference of the share that takes the step between the best group and this one, among people who reached the step before; "
    "groups differ in who is in them."
)


def loss_tables(paths: pl.DataFrame, people: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """EFFECTS and EFFECT_CHECKS: one effect per funnel, step, dimension and group that is not the best one."""
    effects: list[dict[str, Any]] = []
    checks: list[dict[str, Any]] = []
    rows = paths.filter((pl.col("dimension") != "all") & (pl.col("step_number") > 1) & (pl.col("dimension_value") != ""))
    for keys, group in rows.group_by(["funnel", "dimension", "step_number"], maintain_order=True):
        found = _step_losses(group, people.filter(pl.col("funnel") == keys[0]), str(keys[1]))
        effects += found[0]
        checks += found[1]
    return frames(effects, checks)


def _step_losses(group: pl.DataFrame, people: pl.DataFrame, dimension: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Effects and checks of one step: each group against the one whose shrunk rate is highest among those with enough people."""
    group = group.sort("dimension_value")
    k, n = group["people_count"].to_numpy().astype(float), group["people_before_count"].fill_null(0).to_numpy().astype(float)
    enough = n >= MIN_PEOPLE
    if enough.sum() < 2:
        return [], []
    a, b = beta_prior(k, n)
    best = int(np.argmax(np.where(enough, (k + a) / np.maximum(n + a + b, 1e-9), -1)))
    facts = {name: group[name].to_list() for name in ("dimension_value", "funnel", "step_name", "step_number")}
    shared = {
        "dimension": dimension, "k": k, "n": n, "a": a, "b": b, "best": best, "people": people, "values": facts["dimension_value"],
        "funnel": facts["funnel"][0], "step": facts["step_name"][0], "number": facts["step_number"][0],
        "from": group["period_starts_on"][0], "to": group["period_ends_on"][0],
    }  # fmt: skip
    pairs = [_loss(i, bool(enough[i]), shared=shared) for i in range(group.height) if i != best]
    return [row for row, _ in pairs], [row for _, rows in pairs for row in rows]


def _loss(i: int, is_enough: bool, shared: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    k, n, a, b, best, dimension = (shared[name] for name in ("k", "n", "a", "b", "best", "dimension"))
    value, target = shared["values"][i], shared["values"][best]
    key = effect_key("funnels", "funnel_step", f"{dimension}={value}", f"{dimension}={target}", shared["step"], shared["funnel"])
    base = {
        "effect_key": key, "analysis": "funnels", "suggestion_kind": "marketing", "lever": "funnel_step",
        "from_level": f"{dimension}={value}", "to_level": f"{dimension}={target}", "outcome": shared["step"], "outcome_unit": "per_person",
        "platform": value if dimension == "platform" else None, "segment_key": value if dimension == "segment" else None,
        "design_rung": "D", "estimand": ESTIMAND, "scale": "difference", "ci_level": 0.95, "n_count": int(n[i] + n[best]),
        "treated_count": int(n[best]), "account_count": int(n[i] + n[best]), "window_starts_on": shared["from"],
        "window_ends_on": shared["to"], "evidence_rows_sql": _evidence(shared, dimension),
    }  # fmt: skip
    sample = check(key, "sample_size", "pass" if is_enough else "fail", float(n[i]), MIN_PEOPLE, is_gate=True)
    if not is_enough:
        return effect(**base, status="not_enough_evidence", reason="too_few_people"), [sample]
    own, other = k[i] / n[i], k[best] / n[best]
    error = float(np.sqrt(own * (1 - own) / n[i] + other * (1 - other) / n[best]))
    low, high = newcombe(k[i], n[i], k[best], n[best])
    draws = _draws(k, n, a, b, i, best)
    shrunk = (k[best] + a) / (n[best] + a + b) - (k[i] + a) / (n[i] + a + b)
    monthly = n[i] * 30 / ((shared["to"] - shared["from"]).days + 1)
    s_low, s_high = quantiles(draws)
    row = effect(
        **base, effect=other - own, standard_error=error, ci_low=low, ci_high=high, effect_shrunk=shrunk, shrunk_low=s_low,
        shrunk_high=s_high, p_value=two_rates_p_value(k[i], n[i], k[best], n[best]), baseline_number=own, eligible_monthly_count=monthly,
        expected_gain=shrunk * monthly, expected_gain_low=s_low * monthly, expected_gain_high=s_high * monthly, status="estimated",
        needed_count=needed_per_arm(own, min(own + max(shrunk, 0.0), 1.0)),
    )  # fmt: skip
    return row, [sample, _same_sign(key, shared, value, target, other - own), check(key, "comparable_intent", "na")]


def _draws(k: Array, n: Array, a: float, b: float, i: int, best: int) -> Array:
    """Draws of the difference of the two groups' rates, given the data of all groups; the seed is fixed."""
    rng = np.random.default_rng(17)
    return rng.beta(k[best] + a, n[best] - k[best] + b, DRAWS) - rng.beta(k[i] + a, n[i] - k[i] + b, DRAWS)


def newcombe(k1: float, n1: float, k2: float, n2: float) -> tuple[float, float]:
    """Newcombe's 95 % interval of the second rate less the first, out of Wilson's intervals."""
    from pipelines.analyses.conversion.rates import wilson

    (l1, l2), (u1, u2) = wilson([k1, k2], [n1, n2])
    p1, p2 = k1 / n1, k2 / n2
    return p2 - p1 - np.hypot(p2 - l2, u1 - p1), p2 - p1 + np.hypot(u2 - p2, p1 - l1)


def _same_sign(key: str, shared: dict[str, Any], value: str, target: str, gap: float) -> dict[str, Any]:
    """Whether the gap keeps its sign within segments (Mantel-Haenszel): a gap that turns is who comes, not what the group is."""
    if shared["dimension"] == "segment":
        return check(key, "sign_agreement", "na")
    reached = shared["people"].filter(pl.col("reached_step_number") >= shared["number"] - 1)
    sides = reached.filter(pl.col(shared["dimension"]).is_in([value, target])).with_columns(
        (pl.col(shared["dimension"]) == target).alias("is_best"), (pl.col("reached_step_number") >= shared["number"]).alias("goes_on")
    )
    strata = sides.group_by("segment").agg(
        n1=pl.col("is_best").not_().sum(), n2=pl.col("is_best").sum(),
        k1=(pl.col("goes_on") & ~pl.col("is_best")).sum(), k2=(pl.col("goes_on") & pl.col("is_best")).sum(),
    ).filter((pl.col("n1") > 0) & (pl.col("n2") > 0) & (pl.col("segment") != "")).sort("segment")  # fmt: skip
    if strata.height < 2:
        return check(key, "sign_agreement", "na")
    n1, n2 = strata["n1"].to_numpy().astype(float), strata["n2"].to_numpy().astype(float)
    weight = n1 * n2 / (n1 + n2)
    adjusted = float(np.sum(weight * (strata["k2"].to_numpy() / n2 - strata["k1"].to_numpy() / n1)) / weight.sum())
    return check(key, "sign_agreement", "pass" if adjusted * gap > 0 else "fail", adjusted, 0.0)


def _evidence(shared: dict[str, Any], dimension: str) -> str:
    return (
        f"select * from {MARTS}.mart_funnel_paths where funnel = {sql_text(shared['funnel'])} and dimension = {sql_text(dimension)}"
        f" and step_number = {shared['number']}"
    )
