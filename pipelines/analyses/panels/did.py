"""Difference-in-differences on accounts × days, with an interval from what the same estimator finds where nothing happened.

The effect is how much more the treated units changed from base to window than the controls did. A shock of the calendar that meets
all units alike (a shopping festival) cancels. The width comes from placebos in space: each control in turn is treated as if it were
the one, with the other controls as its controls. With J controls the estimates follow t with J-1 degrees, where units are exchangeable:
that is the assumption, and with one treated unit nothing in its own series can check it. Regression errors would not do: days of one
account are correlated, and before/after intervals were found to cover the truth half of the time when an event falls into the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipelines.analyses.statistics import Array

CI_LEVEL = 0.95
MINIMUM_DONORS = 3
# Once the most deviating donor is found at this level (all donors considered), it is taken for contaminated and left out.
# At 5 % the leaving out itself made 1 of 100 more campaigns without effect look like one, for a point of power (800 simulated panels).
CONTAMINATION_LEVEL = 0.01


@dataclass(frozen=True)
class Panel:
    """`values` (days × units, complete), which units are treated, and which days lie in the window; the other days are the base."""

    values: Array
    is_treated: Array
    in_window: Array

    @property
    def donors(self) -> Array:
        """Days × donors."""
        return self.values[:, ~self.is_treated]

    @property
    def treated(self) -> Array:
        """The treated units' mean, one value per day."""
        mean: Array = self.values[:, self.is_treated].mean(axis=1)
        return mean

    def without_unit(self, donor: int) -> Panel:
        """The same panel without the donor of that number (among donors)."""
        keep = np.ones(self.values.shape[1], dtype=bool)
        keep[np.flatnonzero(~self.is_treated)[donor]] = False
        return Panel(self.values[:, keep], self.is_treated[keep], self.in_window)

    def base_only(self, window_days: int) -> Panel:
        """The base alone, its last days taken for a window in which nothing happened."""
        values = self.values[~self.in_window]
        return Panel(values, self.is_treated, np.arange(len(values)) >= len(values) - window_days)


@dataclass(frozen=True)
class Estimate:
    """An effect on the panel's scale, its interval, and each donor's own placebo effect."""

    effect: float
    standard_error: float
    low: float
    high: float
    p_value: float
    placebos: Array
    weights: Array

    @property
    def placebo_rank(self) -> int:
        """Where the effect's size stands among itself and the placebos; 1 is the largest."""
        return 1 + int((np.abs(self.placebos) >= abs(self.effect)).sum())


# (treated days, days × donors, in_window) -> effect and the donors' weights
Estimator = Callable[[Array, Array, Array], tuple[float, Array]]


def did_effect(treated: Array, donors: Array, in_window: Array) -> tuple[float, Array]:
    """The treated series' change from base to window minus the donors' mean change; every donor has the same weight."""
    gap = treated - donors.mean(axis=1)
    return float(gap[in_window].mean() - gap[~in_window].mean()), np.full(donors.shape[1], 1 / donors.shape[1])


def with_placebos(panel: Panel, estimator: Estimator = did_effect) -> Estimate:
    """The effect with an interval from placebos in space (t with donors - 1 degrees); NaN bounds under three donors."""
    effect, weights = estimator(panel.treated, panel.donors, panel.in_window)
    count = panel.donors.shape[1]
    if count < MINIMUM_DONORS:
        nan = float("nan")
        return Estimate(effect, nan, nan, nan, nan, np.array([]), weights)
    found = [estimator(panel.donors[:, j], np.delete(panel.donors, j, axis=1), panel.in_window) for j in range(count)]
    placebos = np.array([e for e, _ in found])
    # A placebo varies like one unit plus the weighted mean of its controls; the treated mean like fewer units, if several are treated.
    variance = float(np.mean(placebos**2 / np.array([1 + np.sum(w**2) for _, w in found])))
    error = float(np.sqrt(variance * (1 / panel.is_treated.sum() + np.sum(weights**2))))
    return Estimate(effect, error, *t_interval(effect, error, count - 1), placebos, weights)


def t_interval(effect: float, error: float, degrees: float, level: float = CI_LEVEL) -> tuple[float, float, float]:
    """Lower and upper bound and the two-sided p-value of no effect."""
    from scipy.stats import t as student

    if not np.isfinite(error) or error <= 0 or degrees <= 0:
        return float("nan"), float("nan"), float("nan")
    half = float(student.ppf(0.5 + level / 2, degrees)) * error
    return effect - half, effect + half, float(2 * student.sf(abs(effect) / error, degrees))


def pre_trend_p(panel: Panel) -> float:
    """p-value of no difference in slope over the base, from the donors' own slopes against each other; NaN under three donors."""
    base = panel.values[~panel.in_window]
    if panel.donors.shape[1] < MINIMUM_DONORS or len(base) < 7:
        return float("nan")
    days = np.arange(len(base)) - (len(base) - 1) / 2
    slopes = days @ base / np.sum(days**2)
    own, others = slopes[panel.is_treated], slopes[~panel.is_treated]
    error = float(others.std(ddof=1) * np.sqrt(1 / len(own) + 1 / len(others)))
    return t_interval(float(own.mean() - others.mean()), error, len(others) - 1)[2]


def placebo_in_time_p(panel: Panel, estimator: Estimator = did_effect) -> float:
    """p-value of no effect in the last days of the base, where there can be none; NaN if the base is too short for it."""
    base_days, window_days = int((~panel.in_window).sum()), int(panel.in_window.sum())
    pretended = min(window_days, base_days // 3)
    if pretended < 5:
        return float("nan")
    return with_placebos(panel.base_only(pretended), estimator).p_value


def contaminated_donor(panel: Panel) -> int | None:
    """The number of the donor whose change lies outside what the others' changes allow, or None.

    A deleted-residual (Grubbs) test: the treated unit plays no part, so that a real effect cannot make a donor look odd.
    """
    from scipy.stats import t as student

    changes = panel.donors[panel.in_window].mean(axis=0) - panel.donors[~panel.in_window].mean(axis=0)
    count = len(changes)
    if count < MINIMUM_DONORS + 2:
        return None
    rest = (changes.sum() - changes) / (count - 1)
    spread = np.array([np.delete(changes, j).std(ddof=1) for j in range(count)])
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.abs(changes - rest) / (spread * np.sqrt(1 + 1 / (count - 1)))
    worst = int(np.argmax(np.nan_to_num(away, nan=0.0)))
    return worst if away[worst] > student.ppf(1 - CONTAMINATION_LEVEL / (2 * count), count - 2) else None


def leave_one_donor_out(panel: Panel, estimator: Estimator = did_effect) -> tuple[float, float]:
    """Smallest and largest effect when each donor in turn is left out."""
    donors = panel.donors
    found = [estimator(panel.treated, np.delete(donors, j, axis=1), panel.in_window)[0] for j in range(donors.shape[1])]
    return min(found), max(found)
