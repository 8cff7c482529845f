"""What goes before a first conversion: hazards per person and week, with everything lagged, and what the week after says about it.

"Users who commented convert five times as often" compares people who were there with people who were not, counts comments made after
paying, and takes keen people for persuaded ones. Here a row is a person-week at risk after a week of activity; levers are what the person
did in that week; held equal are how much they were there in that week and in the four before, how long they have been known, what they
have done of the same before, the channel and the calendar week. Errors are clustered by person, effects are log hazard ratios.

The placebo asks the same of the week *after* the conversion's week. What was done then cannot have brought it: where it seems to, the kind
of person explains both, and the effect is refused. (Paying may also lead to doing; then the gate refuses too much, the lesser harm.)
The E-value is a gate too: people choose what they do, so an unmeasured leaning of moderate strength must not be able to explain it all.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.panels import rows
from pipelines.analyses.panels.behaviour_weeks import LEVERS, RiskRows, Weeks, first_week, kinds_before, person_weeks, risk_rows
from pipelines.analyses.panels.binary_model import fit_binary
from pipelines.analyses.panels.did import CI_LEVEL, t_interval
from pipelines.analyses.panels.observational import overlap, propensity_scores, varying
from pipelines.analyses.statistics import Array, near_e_value, one_thread

OUTCOMES = ("pay", "register")
WORDS = {"comment": "commented", "save": "saved", "share": "shared", "like": "liked", "coupon": "taken_coupon"}
FEWEST_CONVERSIONS = 20  # with the lever and without it, each
FEWEST_PEOPLE = 200
LEAST_E_VALUE = 1.5
MONTH_WEEKS = 30 / 7
ESTIMAND = (
    "Ratio of the weekly chance of a first {outcome} after a week with the behaviour, to that after a week of equal activity without it, "
    "among people alike in their past"
)


@dataclass(frozen=True)
class Hazards:
    """Effect and error of each lever (and, with segments, of each lever in each segment), or NaN where too few converted."""

    effects: Array
    errors: Array
    people: int


def behaviour_tables(days: pl.DataFrame, registers: pl.DataFrame, segments: pl.DataFrame) -> Tables:
    """Effects of each behaviour on the first payment and on registering, for everybody and per segment, with their checks."""
    weeks = person_weeks(days)
    made: list[dict[str, Any]] = []
    checks: list[dict[str, Any]] = []
    with one_thread():
        for outcome in OUTCOMES if weeks else ():
            assert weeks is not None
            registered = _registered(weeks, registers)
            converts = first_week(weeks.counts["pay"] > 0) if outcome == "pay" else registered
            found, found_checks = _outcome_rows(weeks, outcome, converts, registered if outcome == "pay" else None, segments)
            made, checks = made + found, checks + found_checks
    return {"behaviour_effects": rows.effect_frame(made), "behaviour_effect_checks": rows.check_frame(checks)}


def hazards(data: RiskRows, groups: Array | None = None, group_count: int = 0) -> Hazards:
    """Log hazard ratios of the levers, all in one model; with groups, levers × groups. Levers that too few converted with are NaN."""
    blocks = [data.levers]
    if groups is not None:
        blocks = [data.levers * (groups == g)[:, None] for g in range(group_count)]
    columns = np.concatenate(blocks, axis=1)
    converted = data.outcome > 0
    with_it = (columns * converted[:, None]).sum(axis=0)
    inside = (
        np.ones(len(converted), dtype=bool)[:, None]
        if groups is None
        else np.repeat(groups[:, None] == np.arange(group_count), len(LEVERS), 1)
    )
    without = ((columns == 0) & inside & converted[:, None]).sum(axis=0)
    usable = (with_it >= FEWEST_CONVERSIONS) & (without >= FEWEST_CONVERSIONS)
    people, cluster = np.unique(data.person, return_inverse=True)
    effects, errors = np.full(columns.shape[1], np.nan), np.full(columns.shape[1], np.nan)
    if not usable.any() or len(people) < FEWEST_PEOPLE:
        return Hazards(effects, errors, len(people))
    others = [data.controls, columns[:, ~usable]]
    if groups is not None:
        others.append((groups[:, None] == np.arange(1, group_count)).astype(float))
    x = np.column_stack([columns[:, usable], np.ones(len(converted)), _estimable(np.column_stack(others), data.outcome)])
    fit = fit_binary(x, data.outcome, cluster=cluster, link="cloglog")
    if fit.has_converged:
        effects[usable], errors[usable] = fit.coefficients[: usable.sum()], fit.errors[: usable.sum()]
    return Hazards(effects, errors, len(people))


def _estimable(controls: Array, outcome: Array) -> Array:
    """Controls without those that are 0 in every conversion (a week or channel without any), which have no finite coefficient."""
    return varying(controls[:, np.abs(controls[outcome > 0]).sum(axis=0) > 0])


def _registered(weeks: Weeks, registers: pl.DataFrame) -> Array:
    """Each person's week of registering; the number of weeks if never or unknown, -1 if before."""
    first = pl.DataFrame({"person_key": weeks.people}).join(
        registers.unique("person_key"), on="person_key", how="left", maintain_order="left"
    )
    since = (first["business_date"] - pl.Series([weeks.starts[0]] * first.height, dtype=pl.Date)).dt.total_days()
    return np.where(since.is_null().to_numpy(), len(weeks.starts), np.maximum(since.fill_null(0).to_numpy() // 7, -1)).astype(int)


def _outcome_rows(
    weeks: Weeks, outcome: str, converts: Array, registered: Array | None, segments: pl.DataFrame
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows and checks of one outcome."""
    data = risk_rows(weeks, converts, registered=registered)
    main = hazards(data)
    after = hazards(risk_rows(weeks, converts, lead=True, registered=registered))
    longer = hazards(risk_rows(weeks, converts, window_weeks=2, registered=registered))
    groups, keys = kinds_before(weeks, data, segments)
    inside = hazards(data, groups, len(keys)) if len(keys) > 1 else None
    made, checks = [], []
    for number, lever in enumerate(LEVERS):
        key = _key(lever, outcome, None)
        tried = _checks(key, data, number, (main, after, longer))
        checks += tried
        refused = rows.failed_gate(tried)
        found = float(main.effects[number]), float(main.errors[number])
        made.append(_row(weeks, data, number, outcome, None, found, found, refused, np.ones(len(data.person), dtype=bool)))
        if inside is None:
            continue
        own = slice(number, None, len(LEVERS))
        shrunk = rows.shrink(inside.effects[own], inside.errors[own], found[0] if np.isfinite(found[0]) else 0.0, fewest=1)
        shared = [c for c in tried if c["check_name"] in ("placebo_outcome", "overlap")]
        for place in np.flatnonzero(np.isfinite(inside.effects[own])):  # a segment without an estimate is no question of its own
            segment, effect = keys[place], (float(inside.effects[own][place]), float(inside.errors[own][place]))
            moved = float(shrunk[0][place]), float(shrunk[1][place])
            segment_key = _key(lever, outcome, segment)
            tried = [c | {"effect_key": segment_key} for c in shared] + [_e_value_check(segment_key, effect, inside.people)]
            checks += tried
            failed = refused or rows.failed_gate(tried)  # nobody is picked out of a whole that is not believed
            made.append(_row(weeks, data, number, outcome, segment, effect, moved, failed, groups == place))
    return made, checks


def _checks(key: str, data: RiskRows, number: int, fits: tuple[Hazards, Hazards, Hazards]) -> list[dict[str, Any]]:
    main, after, longer = fits
    effect, error = float(main.effects[number]), float(main.errors[number])
    if not np.isfinite(effect):
        return []
    lead, lead_error = float(after.effects[number]), float(after.errors[number])
    _, _, lead_p = t_interval(lead, lead_error, after.people - 1)
    others = np.column_stack([data.controls, np.delete(data.levers, number, axis=1)])
    done = data.levers[:, number] > 0
    shared = overlap(done, propensity_scores(done, varying(others)))
    wide = float(longer.effects[number])
    # Only a lead of the same direction can stand in for the effect.
    same = np.sign(lead) == np.sign(effect)
    return [
        rows.check(key, "placebo_outcome", None if np.isnan(lead_p) else bool(lead_p >= 0.05 or not same), lead_p, 0.05, is_gate=True),
        rows.check(key, "overlap", shared.is_enough, shared.effective_controls, 50.0, is_gate=True),
        rows.check(key, "off_support", shared.off_support_rate <= 0.1, shared.off_support_rate, 0.1),
        _e_value_check(key, (effect, error), main.people),
        rows.check(key, "window", None if np.isnan(wide) else bool(np.sign(wide) == np.sign(effect)), wide, 0.0),
    ]


def _e_value_check(key: str, found: tuple[float, float], people: int) -> dict[str, Any]:
    """Gate: what an unmeasured cause would need, to bring the interval to no effect; nothing to explain where it holds none already."""
    effect, error = found
    low, high, _ = t_interval(effect, error, people - 1)
    near = near_e_value(low, high)
    return rows.check(key, "e_value", None if low <= 0 <= high else near >= LEAST_E_VALUE, near, LEAST_E_VALUE, is_gate=True)


def _key(lever: str, outcome: str, segment: str | None) -> str:
    return rows.effect_key("behaviour_effects", f"has_{WORDS[lever]}_7d", "no>yes", outcome, segment)


def _row(
    weeks: Weeks,
    data: RiskRows,
    number: int,
    outcome: str,
    segment: str | None,
    found: tuple[float, float],
    shrunk: tuple[float, float],
    refused: str | None,
    inside: Array,
) -> dict[str, Any]:
    lever, (effect, error) = LEVERS[number], found
    done, converted = data.levers[inside, number] > 0, data.outcome[inside]
    people = len(np.unique(data.person[inside]))
    row: dict[str, Any] = {
        "effect_key": _key(lever, outcome, segment),
        "analysis": "behaviour_effects",
        "suggestion_kind": "user",
        "lever": f"has_{WORDS[lever]}_7d",
        "from_level": "no",
        "to_level": "yes",
        "segment_key": segment,
        "outcome": outcome,
        "outcome_unit": "per_person_week",
        "design_rung": "C",
        "estimand": ESTIMAND.format(outcome="payment" if outcome == "pay" else "registration"),
        "scale": "log",
        "ci_level": CI_LEVEL,
        "n_count": len(done),
        "treated_count": int(done.sum()),
        "account_count": people,
        "window_starts_on": weeks.starts[int(data.week.min())] if len(data.week) else None,
        "window_ends_on": weeks.starts[-1] + dt.timedelta(days=6),
        "status": "not_enough_evidence",
        "reason": "too_few_conversions" if people >= FEWEST_PEOPLE else "too_few_people",
        "evidence_rows_sql": _evidence(weeks, lever, outcome),
    }
    baseline = float(converted[~done].mean()) if (~done).any() else None
    # People come and go: person-weeks without the lever as many as there were lately, a month of them.
    lately = data.week[inside] >= len(weeks.starts) - 4
    eligible = float((lately & ~done).sum()) / 4 * MONTH_WEEKS
    row |= {"baseline_number": baseline, "eligible_monthly_count": eligible, "needed_count": _needed(baseline, effect)}
    if not np.isfinite(effect):
        return row
    low, high, p_value = t_interval(effect, error, people - 1)
    return row | {
        "effect": effect,
        "standard_error": error,
        "ci_low": low,
        "ci_high": high,
        "p_value": p_value,
        "status": "refused" if refused else "estimated",
        "reason": refused,
        **rows.shrunk_columns(*shrunk, baseline, eligible),
    }


def _needed(baseline: float | None, effect: float) -> float | None:
    """Person-weeks per arm of an experiment that would show this ratio (at least 10 %)."""
    if not baseline:
        return None
    other = min(baseline * float(np.exp(max(abs(effect), 0.1) if np.isfinite(effect) else 0.1)), 0.99)
    return float(np.ceil(rows.Z80**2 * (baseline * (1 - baseline) + other * (1 - other)) / (other - baseline) ** 2))


def _evidence(weeks: Weeks, lever: str, outcome: str) -> str:
    span = f"business_date between date '{weeks.starts[0]}' and date '{weeks.starts[-1] + dt.timedelta(days=6)}'"
    if outcome == "pay":
        return (
            f"select person_key, business_date, session_count, {lever}_count, pay_count from intermediate.int_person_days where {span} "
            "order by person_key, business_date"
        )
    return (
        f"select person_key, business_date, verb, event_type from core.fct_events where {span} and event_type in ('{lever}', 'register') "
        "order by person_key, business_date"
    )
