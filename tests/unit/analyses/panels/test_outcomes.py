"""What a decision brought, by the best design there is for it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.panels.outcomes import REALISED, realised_effect
from tests.unit.analyses.panels.test_campaign_effects import START, WINDOW_DAYS, account_days

CONTROLS = [f"platform:a{i}" for i in range(1, 9)]


def many_accounts(seed: int, effect: float, treated: int = 8, accounts: int = 16) -> pl.DataFrame:
    """Posts of accounts over 84 days, effect on the first `treated` accounts from START."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(accounts), 60)
    day = rng.integers(-56, 28, unit.size)
    level = rng.normal(5, 1, accounts)[unit] + 0.3 * (day > 10) + effect * ((unit < treated) & (day >= 0))
    dates = [START + dt.timedelta(days=int(d)) for d in day]
    return pl.DataFrame(
        {
            "account_key": [f"a{u:02d}" for u in unit],
            "published_date": dates,
            "comment_count": np.exp(level + rng.normal(0, 0.5, unit.size)),
            "is_drawn": rng.random(unit.size) < 0.5,
        }
    )


def test_drawn_accounts_are_rung_a() -> None:
    names = [f"a{i:02d}" for i in range(16)]
    row = realised_effect(
        many_accounts(1, 0.3), names[:8], names[8:], START, 28, "comment_count", True, date="published_date", grain="post"
    )
    assert (row["status"], row["design_rung"], row["estimator"]) == ("estimated", "A", "difference_of_changes")
    assert row["ci_low"] < 0.3 < row["ci_high"] and row["ci_low"] > 0
    assert (row["treated_count"], row["control_count"], row["is_window_complete"]) == (8, 8, True)
    assert pl.DataFrame([row], schema=REALISED).height == 1


def test_coverage_of_drawn_accounts() -> None:
    names = [f"a{i:02d}" for i in range(16)]
    rows = [
        realised_effect(many_accounts(s, 0.2), names[:8], names[8:], START, 28, "comment_count", True, date="published_date", grain="post")
        for s in range(60)
    ]
    assert 0.87 <= np.mean([r["ci_low"] <= 0.2 <= r["ci_high"] for r in rows]) <= 1


def test_account_days_with_controls_are_rung_b() -> None:
    row = realised_effect(account_days(2, effect=0.3), ["platform:a0"], CONTROLS, START, WINDOW_DAYS, "view_count", False)
    assert (row["design_rung"], row["estimator"], row["second_estimator"]) == ("B", "did", "synthetic_control")
    assert row["ci_low"] < 0.3 < row["ci_high"]
    assert row["pre_trend_p"] > 0.01 and row["placebo_rank"] == 1 and row["placebo_count"] == 8
    assert row["is_disagreement"] is False


def test_without_controls_it_is_rung_d() -> None:
    row = realised_effect(account_days(2, effect=0.3), ["platform:a0"], [], START, WINDOW_DAYS, "view_count", False)
    assert (row["design_rung"], row["estimator"], row["control_count"]) == ("D", "before_after", 0)


def test_drawn_rows_are_compared_within_their_account() -> None:
    frame = many_accounts(3, 0.0, accounts=4).with_columns(
        comment_count=pl.col("comment_count") * pl.when("is_drawn").then(np.exp(0.4)).otherwise(1.0)
    )
    row = realised_effect(
        frame,
        ["a00", "a01", "a02", "a03"],
        [],
        START,
        28,
        "comment_count",
        True,
        date="published_date",
        grain="post",
        assignment="is_drawn",
    )
    assert (row["design_rung"], row["estimator"]) == ("A", "randomised_rows")
    assert row["ci_low"] < 0.4 < row["ci_high"]


@pytest.mark.parametrize(
    ("accounts", "starts_on", "reason"),
    [
        (["nobody"], START, "no_treated_data"),
        ([], START, "no_treated_data"),
        (["platform:a0"], START + dt.timedelta(days=27), "window_not_over_yet"),
        (["platform:a0"], START + dt.timedelta(days=40), "no_window_data"),
        (["platform:a0"], START - dt.timedelta(days=56), "no_base_data"),
    ],
)
def test_thin_data_has_a_reason(accounts: list[str], starts_on: dt.date, reason: str) -> None:
    row = realised_effect(account_days(1), accounts, CONTROLS, starts_on, WINDOW_DAYS, "view_count", False)
    assert (row["status"], row["reason"], row["effect"]) == ("not_enough_evidence", reason, None)


def test_an_empty_panel_has_a_reason() -> None:
    row = realised_effect(account_days(1).clear(), ["platform:a0"], CONTROLS, START, 28, "view_count", False)
    assert row["reason"] == "no_treated_data" and row["baseline_number"] is None


def test_a_window_that_still_runs_says_so() -> None:
    row = realised_effect(account_days(1), ["platform:a0"], CONTROLS, START, 60, "view_count", False)
    assert row["status"] == "estimated" and row["is_window_complete"] is False
