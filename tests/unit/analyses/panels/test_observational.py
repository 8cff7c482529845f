"""Adjusted differences against textbook figures, and the gates on data where every estimator is known to be wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.analyses.panels.binary_model import fit_binary
from pipelines.analyses.panels.observational import (
    PersonEffect,
    least_squares,
    person_effect,
    propensity_scores,
    standardised_difference,
    varying,
    weighted_difference,
)

causaldata = pytest.importorskip("causaldata")
PSID = Path(__file__).resolve().parents[5] / "shared" / "internet" / "nsw74psid1.csv"


def _covariates(people: Any, *, before_1975: bool = False) -> Any:
    columns = [people.age, people.age**2, people.educ, people.educ**2, people.black, people.hisp, people.marr, people.nodegree]
    columns += [people.re74, people.re74**2, people.re74 == 0]
    if not before_1975:
        columns += [people.re75, people.re75**2, people.re75 == 0]
    return np.column_stack([np.asarray(c, dtype=float) for c in columns])


def _verdict(people: Any) -> PersonEffect:
    earlier = people.re75.to_numpy(dtype=float), _covariates(people, before_1975=True)
    return person_effect((people.treat == 1).to_numpy(), people.re78.to_numpy(dtype=float), _covariates(people), *earlier)


def test_the_randomised_job_training_is_accepted() -> None:
    found = _verdict(causaldata.nsw_mixtape.load_pandas().data)
    assert found.status == "estimated"
    assert found.effects["naive"].effect == pytest.approx(1794.34, abs=0.005)
    assert found.effects["naive"].standard_error == pytest.approx(671, abs=0.5)


def test_survey_controls_are_refused() -> None:
    import pandas as pd

    trained = causaldata.nsw_mixtape.load_pandas().data.query("treat == 1")
    found = _verdict(pd.concat([trained, causaldata.cps_mixtape.load_pandas().data], ignore_index=True))
    assert found.effects["naive"].effect == pytest.approx(-8497.52, abs=0.005)
    assert (found.status, found.reason) == ("refused", "placebo_failed")
    assert found.placebo is not None
    assert found.placebo.effect / found.placebo.standard_error == pytest.approx(-4.0, abs=0.1)


@pytest.mark.skipif(not PSID.exists(), reason="the PSID controls are not on this machine")
def test_panel_study_controls_are_refused_too() -> None:
    import pandas as pd

    people = pd.read_csv(PSID).rename(columns={"trt": "treat", "hispan": "hisp", "nodeg": "nodegree"})
    found = _verdict(people)
    assert found.effects["naive"].effect == pytest.approx(-15205, abs=0.5)
    assert found.status == "refused"
    assert found.overlap is not None and not found.overlap.is_enough


def test_stopping_to_smoke() -> None:
    """Hernán and Robins, What If, chapters 12 and 13: 2.5, 3.4 (2.4 to 4.5) and 3.5 kg."""
    import pandas as pd

    people = causaldata.nhefs_complete.load_pandas().data
    choices = [pd.get_dummies(people[c], drop_first=True).to_numpy(dtype=float) for c in ("education", "exercise", "active")]
    numbers = [people[c].to_numpy(dtype=float) for c in ("age", "smokeintensity", "smokeyrs", "wt71")]
    plain = [people[c].astype(float).to_numpy() for c in ("sex", "race")]
    covariates = np.column_stack([*plain, *numbers, *(n**2 for n in numbers), *choices])
    stopped, gained = (people.qsmk.astype(float) == 1).to_numpy(), people.wt82_71.to_numpy(dtype=float)
    assert least_squares(stopped, gained, np.empty((len(gained), 0))).effect == pytest.approx(2.54, abs=0.005)
    weighted = weighted_difference(stopped, gained, propensity_scores(stopped, varying(covariates)))
    assert (weighted.effect, weighted.low, weighted.high) == pytest.approx((3.44, 2.41, 4.47), abs=0.005)
    intensity = people.smokeintensity.to_numpy(dtype=float)[:, None]
    assert standardised_difference(stopped, gained, covariates, intensity) == pytest.approx(3.52, abs=0.005)


def test_few_people_are_not_enough() -> None:
    treated = np.arange(40) < 20
    found = person_effect(treated, np.ones(40), np.random.default_rng(0).normal(size=(40, 2)))
    assert (found.status, found.reason) == ("not_enough_evidence", "too_few_people")


def test_groups_without_overlap_are_refused() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2000, 1))
    treated = x[:, 0] + rng.normal(0, 0.15, 2000) > 0.8
    assert person_effect(treated, x[:, 0] + rng.normal(size=2000), x).reason == "no_overlap"


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_the_binary_model_is_statsmodels(link: str) -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(4)
    x = np.column_stack([np.ones(3000), rng.normal(size=(3000, 3))])
    y = (rng.random(3000) < 1 / (1 + np.exp(2.5 - x[:, 1]))).astype(float)
    family = sm.families.Binomial(sm.families.links.CLogLog() if link == "cloglog" else sm.families.links.Logit())
    oracle = sm.GLM(y, x, family=family).fit()
    found = fit_binary(x, y, link=link)
    assert found.coefficients == pytest.approx(oracle.params, abs=1e-5)
    assert found.errors == pytest.approx(oracle.bse, rel=1e-3)
