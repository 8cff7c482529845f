"""The count model agrees with textbook software and its jackknife with leaving accounts out for real."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from pipelines.analyses.causal.count_model import dispersion, fit_counts, fit_logs, groups_of, independent_columns, one_step


def small_data(seed: int = 1, accounts: int = 8, posts: int = 60):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(accounts), posts)
    x = rng.normal(size=(accounts * posts, 3)) + 0.3 * codes[:, None] / accounts
    mean = np.exp(1 + 0.4 * rng.normal(size=accounts)[codes] + x @ np.array([0.3, -0.2, 0.0]))
    return rng.poisson(rng.gamma(2, mean / 2)).astype(float), x, groups_of(codes)


@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_coefficients_equal_a_generalised_linear_model_with_account_dummies(phi):
    import statsmodels.api as sm

    y, x, groups = small_data()
    dummies = np.eye(groups.count)[groups.codes]
    family = sm.families.NegativeBinomial(alpha=phi) if phi else sm.families.Poisson()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = sm.GLM(y, np.column_stack([x, dummies]), family=family).fit(tol=1e-12, maxiter=200)
    found = fit_counts(y, x, groups, phi=phi)
    assert found.has_converged
    assert np.allclose(found.coefficients, expected.params[:3], atol=1e-6)
    assert np.allclose(np.exp(found.linear), expected.mu, rtol=1e-5)


def test_leaving_an_account_out_in_one_step_is_nearly_a_refit():
    y, x, groups = small_data(accounts=12)
    found = fit_counts(y, x, groups)
    exact = []
    for g in range(groups.count):
        kept = groups.codes != g
        exact.append(fit_counts(y[kept], x[kept], groups_of(groups.codes[kept]), phi=found.phi).coefficients)
    changes = np.array(exact) - found.coefficients
    refit = np.sqrt((groups.count - 1) / groups.count * (changes**2).sum(axis=0))
    assert np.allclose(np.sqrt(np.diag(found.covariance)), refit, rtol=0.15)
    assert np.allclose(found.changes, changes, atol=0.5 * refit.max())


def test_the_order_of_rows_within_accounts_does_not_matter():
    y, x, groups = small_data()
    order = np.lexsort((np.random.default_rng(5).random(len(y)), groups.codes))
    first, second = fit_counts(y, x, groups), fit_counts(y[order], x[order], groups)
    assert np.allclose(first.coefficients, second.coefficients, atol=1e-8)
    assert np.allclose(first.covariance, second.covariance, atol=1e-9)


def test_one_step_from_the_truth_of_other_rows_comes_near_a_full_fit():
    y, x, groups = small_data(accounts=10, posts=200)
    found = fit_counts(y, x, groups)
    half = np.arange(len(y)) % 2 == 0
    step = one_step(y[half], x[half], groups_of(groups.codes[half]), found.linear[half], found.phi)
    full = fit_counts(y[half], x[half], groups_of(groups.codes[half]), phi=found.phi)
    assert np.allclose(step.coefficients, full.coefficients, atol=0.02)


def test_columns_that_repeat_others_or_do_not_vary_within_accounts_are_left_out():
    _, x, groups = small_data()
    columns = np.column_stack([x[:, 0], groups.codes * 1.0, x[:, 1], x[:, 0] + x[:, 1], np.ones(len(x)), x[:, 2]])
    assert independent_columns(columns, groups).tolist() == [True, False, True, False, False, True]


def test_dispersion_stays_within_its_bounds():
    assert dispersion(np.array([1.0, 1.0]), np.array([1.0, 1.0])) == 0.01
    assert dispersion(np.array([0.0, 900.0]), np.array([1.0, 1.0])) == 5.0


def test_the_log_model_agrees_in_sign():
    y, x, groups = small_data(accounts=10, posts=200)
    assert np.sign(fit_logs(y, x, groups).coefficients[:2]).tolist() == [1, -1]
