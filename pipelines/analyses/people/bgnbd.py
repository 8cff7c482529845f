"""BG/NBD (Fader, Hardie, Lee 2005): how likely a person still comes back, and how often in the days ahead.

While alive a person acts at an own Poisson rate (gamma over people: r, alpha); after each act the person may leave for good with an own
probability (beta over people: a, b). A person is summed up by three numbers: repeat acts, time of the last one, time observed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.analyses.statistics import Array

LOWEST, HIGHEST = 1e-4, 1e4  # parameters beyond say that the model has no optimum on these people
STARTS = ((1.0, 10.0, 1.0, 1.0), (0.3, 5.0, 0.8, 2.5), (2.0, 20.0, 0.2, 3.0), (1.0, 40.0, 0.5, 2.0), (3.0, 8.0, 0.1, 4.0))


@dataclass(frozen=True)
class BgNbd:
    """A fitted model; times are in the unit of the data it was fitted on."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    people_count: int
    is_converged: bool

    def p_alive(self, repeats: Array, last: Array, observed: Array) -> Array:
        """Probability that each person still comes; NaN without a repeat, where the model says 1 whatever happened."""
        return np.where(repeats > 0, 1 / (1 + self._odds_gone(repeats, last, observed)), np.nan)

    def expected(self, days: float, repeats: Array, last: Array, observed: Array) -> Array:
        """Expected acts of each person within the next `days`."""
        from scipy.special import hyp2f1

        r, alpha, b = self.r, self.alpha, self.b
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6  # the formula's limit at a = 1
        reach = alpha + observed
        left = 1 - (reach / (reach + days)) ** (r + repeats) * hyp2f1(r + repeats, b + repeats, a + b + repeats - 1, days / (reach + days))
        return np.asarray((a + b + repeats - 1) / (a - 1) * left / (1 + self._odds_gone(repeats, last, observed)))

    def _odds_gone(self, repeats: Array, last: Array, observed: Array) -> Array:
        stretch = (self.r + repeats) * (np.log(self.alpha + observed) - np.log(self.alpha + last))
        odds = self.a / (self.b + np.maximum(repeats, 1) - 1) * np.exp(np.minimum(stretch, 700))
        return np.where(repeats > 0, odds, 0.0)


def fit_bgnbd(repeats: Array, last: Array, observed: Array) -> BgNbd:
    """The maximum of the likelihood over people with `repeats` acts after the first, the last of them at `last`, seen for `observed`.

    Not converged (`is_converged` False) where a parameter runs out of its range: then the model says nothing about these people.
    """
    from scipy.optimize import minimize

    people, counts = np.unique(np.column_stack([repeats, last, observed]).astype(float), axis=0, return_counts=True)
    x, tx, t = people.T
    scale = max(float(t.max()), 1.0)  # likelihoods of data on one scale start from the same places

    def loss(logs: Array) -> float:
        return -float(counts @ _log_likelihoods(np.exp(np.clip(logs, -14, 14)), x, tx / scale, t / scale))

    starts = [np.log([r, alpha / 40, a, b]) for r, alpha, a, b in STARTS]
    rough = minimize(loss, min(starts, key=loss), method="Nelder-Mead", options={"maxiter": 800, "xatol": 1e-4, "fatol": 1e-4})
    fine = minimize(loss, rough.x, method="L-BFGS-B", options={"ftol": 1e-13, "gtol": 1e-7})
    found = fine if fine.fun <= rough.fun else rough
    r, alpha, a, b = np.exp(found.x)
    inside = all(LOWEST < p < HIGHEST for p in (r, alpha, a, b))
    return BgNbd(
        float(r),
        float(alpha * scale),
        float(a),
        float(b),
        float(-found.fun - (counts @ x) * np.log(scale)),
        int(counts.sum()),
        bool(inside and np.isfinite(found.fun)),
    )


def _log_likelihoods(parameters: Array, x: Array, tx: Array, t: Array) -> Array:
    from scipy.special import betaln, gammaln

    r, alpha, a, b = parameters
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    alive = -(r + x) * np.log(alpha + t)
    gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + tx)
    return np.asarray(shared + np.where(x > 0, np.logaddexp(alive, gone), alive))
