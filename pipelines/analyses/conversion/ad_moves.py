"""Effects of ads in the common shape: moving budget within a dimension (rung C) and the plain gaps between ads (rung D)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.conversion.ad_returns import MIN_VARIATION, elasticity
from pipelines.analyses.conversion.effect_rows import MARTS, check, effect, effect_key, frames, quantiles, sql_text
from pipelines.analyses.conversion.rates import needed_per_arm, scatter, shrink_normal
from pipelines.analyses.conversion.tables import AD_MOVES
from pipelines.analyses.statistics import Array

GROUP = ["platform", "currency", "attribution", "dimension"]
MOVED_SHARE, MOST_GROWTH = 0.2, 0.3  # of what the giver spends; at most so much more for the taker, else it is beyond what was seen
MIN_CONVERSIONS = 10
DRAWS = 4_000
MONTH = 30
MOVE = "Change of attributed conversions a month when the amount moves, from how conversions followed each object's spend over its days."
GAP = "Log ratio of conversions per money spent, best object against this one; they reach different people at different times."


def move_tables(performance: pl.DataFrame, days: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """EFFECTS, EFFECT_CHECKS and the amounts of the moves."""
    effects: list[dict[str, Any]] = []
    checks: list[dict[str, Any]] = []
    moves: list[dict[str, Any]] = []
    for keys, rows in performance.group_by(GROUP, maintain_order=True):
        scope = dict(zip(GROUP, map(str, keys), strict=True))
        own = days.filter(pl.all_horizontal(*[pl.col(c) == v for c, v in scope.items()]))
        group = Group(scope, rows, own)
        if scope["dimension"] in ("ad_group", "audience"):
            group.budget_moves(effects, checks, moves)
        if scope["dimension"] in ("audience", "creative"):
            group.gaps(effects, checks)
    return *frames(effects, checks), pl.DataFrame(moves, schema=AD_MOVES, infer_schema_length=None).sort("effect_key")


class Group:
    """The ad objects of one platform, currency, attribution and dimension."""

    def __init__(self, scope: dict[str, str], rows: pl.DataFrame, days: pl.DataFrame) -> None:
        self.scope, self.days = scope, days
        self.rows = rows.sort("dimension_value")
        self.values: list[str] = self.rows["dimension_value"].to_list()
        self.first, self.last = days["business_date"].min(), days["business_date"].max()
        recent = days.filter(pl.col("business_date") > self.last - dt.timedelta(days=MONTH))  # type: ignore[operator]
        sums = recent.group_by("dimension_value").agg(pl.col("spend_amount").sum(), pl.col("conversion_count").sum())
        monthly = self.rows.select("dimension_value").join(sums, on="dimension_value", how="left").fill_null(0)
        self.extra = np.array([self._scatter(value) for value in self.values])
        self.spend, self.conversions = (monthly[c].to_numpy().astype(float) for c in ("spend_amount", "conversion_count"))

    def _scatter(self, value: str) -> float:
        known = (pl.col("dimension_value") == value) & (pl.col("spend_amount") > 0) & pl.col("conversion_count").is_not_null()
        used = self.days.filter(known)
        return scatter(used["conversion_count"].to_numpy().astype(float), used["spend_amount"].to_numpy().astype(float))

    def base(self, lever: str, i: int, best: int | None, rung: str) -> dict[str, Any]:
        """What all rows of EFFECTS of this group share; the objects are named by their value."""
        names = [f"{self.scope['dimension']}={self.values[j]}" if j is not None else None for j in (i, best)]
        scope = [self.scope[name] for name in ("platform", "currency", "attribution")]
        used = self.days.filter(pl.col("dimension_value").is_in([self.values[j] for j in (i, best) if j is not None]))
        taker = used.height if best is None else used.filter(pl.col("dimension_value") == self.values[best]).height
        return {
            "effect_key": effect_key("ads", lever, *names, "conversion_count", *scope), "analysis": "ads", "suggestion_kind": "marketing",
            "lever": lever, "from_level": names[0], "to_level": names[1], "platform": self.scope["platform"],
            "outcome": "conversion_count", "outcome_unit": "per_month", "design_rung": rung, "ci_level": 0.95,
            "n_count": used.height, "treated_count": 0 if best is None else taker, "account_count": 1 if best is None else 2,
            "window_starts_on": self.first, "window_ends_on": self.last, "evidence_rows_sql": self._evidence(),
        }  # fmt: skip

    def _evidence(self) -> str:
        named = " and ".join(f"{column} = {sql_text(value)}" for column, value in self.scope.items())
        return f"select * from {MARTS}.mart_ad_effects where {named}"

    def budget_moves(self, effects: list[Any], checks: list[Any], moves: list[Any]) -> None:
        """From each object that is spent on to the one whose next money brings most; without variation of spend there is no move."""
        slopes = [elasticity(self.days.filter(pl.col("dimension_value") == value)) for value in self.values]
        known = np.array([slope.reason is None for slope in slopes]) & (self.spend > 0) & (self.conversions > 0)
        for i in np.flatnonzero(~known):
            row = self.base("budget_share", int(i), None, "C")
            reason = slopes[i].reason or "not_running"
            effects.append(effect(**row, scale="difference", estimand=MOVE, status="not_enough_evidence", reason=reason))
            checks.append(check(row["effect_key"], "spend_variation", *_variation(slopes[i].variation), is_gate=True))
        usable = np.flatnonzero(known)
        if usable.size < 2:
            return
        raw, error = np.array([slopes[i].estimate for i in usable]), np.array([slopes[i].error for i in usable])
        shrunk, shrunk_error = shrink_normal(raw, error)
        marginal = shrunk * self.conversions[usable] / self.spend[usable]
        best = int(np.argmax(marginal))
        rng = np.random.default_rng(37)
        slope_draws = shrunk + rng.normal(size=(DRAWS, usable.size)) * shrunk_error
        extra = self.extra[usable]
        level_draws = rng.gamma(self.conversions[usable] / extra + 0.5, size=(DRAWS, usable.size)) * extra
        for j in range(usable.size):
            if j != best:
                pair = (int(usable[j]), int(usable[best]))
                sides = [j, best]
                draws = (slope_draws[:, sides], level_draws[:, sides])
                self._move(pair, (raw[sides], error[sides], shrunk[sides]), draws, effects, checks, moves)

    def _move(
        self, pair: tuple[int, int], slopes: tuple[Array, Array, Array], draws: tuple[Array, Array],
        effects: list[Any], checks: list[Any], moves: list[Any],
    ) -> None:  # fmt: skip
        giver, taker = pair
        row = self.base("budget_share", giver, taker, "C")
        key, sides = row["effect_key"], [giver, taker]
        amount = min(MOVED_SHARE * self.spend[giver], MOST_GROWTH * self.spend[taker])
        share = np.array([-amount, amount]) / self.spend[sides]
        level = self.conversions[sides]
        point, shrunk = _change(level, share, slopes[0]), _change(level, share, slopes[2])
        changes = np.sum(draws[1] * (np.exp(draws[0] * np.log1p(share)) - 1), axis=1)
        error = float(np.sqrt(np.sum((level * np.log1p(share) * slopes[1]) ** 2)))
        low, high = quantiles(changes)
        spread = max(float(changes.std()), 1e-12)
        needed = _days_needed(float(np.sum(level * self.extra[sides])) / MONTH, shrunk / MONTH)
        effects.append(effect(
            **row, scale="difference", estimand=MOVE, effect=point, standard_error=error, ci_low=point - 1.96 * error,
            ci_high=point + 1.96 * error, effect_shrunk=shrunk, shrunk_low=low, shrunk_high=high, p_value=_normal_p(shrunk / spread),
            baseline_number=float(level.sum()), eligible_monthly_count=1.0, expected_gain=shrunk, expected_gain_low=low,
            expected_gain_high=high, status="estimated", needed_count=needed,
        ))  # fmt: skip
        variation = [elasticity(self.days.filter(pl.col("dimension_value") == self.values[i])).variation for i in sides]
        checks.append(check(key, "spend_variation", *_variation(min(variation)), is_gate=True))
        checks.append(self._halves(key, sides))
        scope = {column: self.scope[column] for column in ("currency", "attribution", "dimension")}
        moves.append({"effect_key": key, "move_amount": float(amount), **scope})

    def _halves(self, key: str, sides: list[int]) -> dict[str, Any]:
        """Whether the taker still has the better slope per money in both halves of the days."""
        middle = self.days["business_date"].unique().sort()[self.days["business_date"].n_unique() // 2]
        gains = []
        for is_late in (False, True):
            half = self.days.filter((pl.col("business_date") >= middle) == is_late)
            parts = [half.filter(pl.col("dimension_value") == self.values[i]) for i in sides]
            found = [elasticity(part) for part in parts]
            if any(slope.reason for slope in found):
                return check(key, "sign_agreement", "na")
            rates = [float(part["conversion_count"].sum()) / float(part["spend_amount"].sum()) for part in parts]
            per_money = [slope.estimate * rate for slope, rate in zip(found, rates, strict=True)]
            gains.append(per_money[1] - per_money[0])
        return check(key, "sign_agreement", "pass" if min(gains) > 0 else "fail", min(gains), 0.0)

    def gaps(self, effects: list[Any], checks: list[Any]) -> None:
        """Each object against the one with most conversions per money: an experiment to run, not an effect."""
        cpa = self.rows["cpa_shrunk_amount"].to_numpy().astype(float)
        k, spend = (self.rows[c].fill_null(0).to_numpy().astype(float) for c in ("conversion_count", "spend_amount"))
        enough = (k >= MIN_CONVERSIONS) & (spend > 0) & np.isfinite(cpa)
        if enough.sum() < 2:
            return
        best = int(np.argmin(np.where(enough, cpa, np.inf)))
        rates = [_or_nan(rate) for rate in self.rows["conversion_shrunk_rate"].to_list()]
        rng = np.random.default_rng(41)
        for i in [j for j in range(len(self.values)) if j != best]:
            row = self.base(self.scope["dimension"], i, best, "D")
            sample = check(row["effect_key"], "sample_size", "pass" if enough[i] else "fail", float(k[i]), MIN_CONVERSIONS, is_gate=True)
            if not enough[i]:
                effects.append(effect(**row, scale="log", estimand=GAP, status="not_enough_evidence", reason="too_few_conversions"))
                checks.append(sample)
                continue
            error = float(np.sqrt(self.extra[i] / k[i] + self.extra[best] / k[best]))
            raw = float(np.log(k[best] / spend[best] / (k[i] / spend[i])))
            shrunk = float(np.log(cpa[i] / cpa[best]))
            low, high = quantiles(shrunk + rng.normal(size=DRAWS) * error)
            gain = [float(self.conversions[i] * np.expm1(value)) for value in (shrunk, low, high)]
            effects.append(effect(
                **row, scale="log", estimand=GAP, effect=raw, standard_error=error, ci_low=raw - 1.96 * error, ci_high=raw + 1.96 * error,
                effect_shrunk=shrunk, shrunk_low=low, shrunk_high=high, p_value=_normal_p(raw / error),
                baseline_number=float(self.conversions[i]), eligible_monthly_count=1.0, expected_gain=gain[0], expected_gain_low=gain[1],
                expected_gain_high=gain[2], status="estimated", needed_count=needed_per_arm(rates[i], rates[best]),
            ))  # fmt: skip
            checks += [sample, check(row["effect_key"], "comparable_delivery", "na")]


def _change(level: Array, share: Array, slope: Array) -> float:
    return float(np.sum(level * (np.exp(slope * np.log1p(share)) - 1)))


def _variation(value: float) -> tuple[str, float | None, float]:
    state = "na" if not np.isfinite(value) else "pass" if value >= MIN_VARIATION else "fail"
    return state, value, MIN_VARIATION


def _normal_p(z: float) -> float:
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _days_needed(daily: float, change: float) -> float:
    """Days per arm that tell this change a day, given the variance of a day, from chance with 80 % power; NaN for no change."""
    return float(np.ceil(2 * (1.96 + 0.8416) ** 2 * daily / change**2)) if change else float("nan")
