"""Campaigns from frames as the warehouse has them: who is treated, who serves as control, what is said when nobody can."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.panels.campaign_effects import campaign_tables, campaigns_with_accounts, comparable_days
from tests.unit.analyses.panels.campaign_world import campaign_panel

START = dt.date(2026, 9, 1)
BASE_DAYS, WINDOW_DAYS = 56, 30


def account_days(seed: int, *, effect: float = 0.0, controls: int = 8, contamination: float = 0.0) -> pl.DataFrame:
    """Account a0 is treated; counts on the natural scale."""
    panel = campaign_panel(seed, effect=effect, controls=controls, contamination=contamination)
    days, units = panel.values.shape
    counts = np.rint(np.expm1(panel.values)).T.ravel()
    first = START - dt.timedelta(days=BASE_DAYS)
    return pl.DataFrame(
        {
            "account_key": [f"platform:a{u}" for u in range(units) for _ in range(days)],
            "business_date": [first + dt.timedelta(days=d) for _ in range(units) for d in range(days)],
            "view_count": counts.astype(np.int64),
            "engagement_count": pl.Series([None] * counts.size, dtype=pl.Int64),
            "follower_gain_count": pl.Series([None] * counts.size, dtype=pl.Int64),
            "coverage_rate": np.ones(counts.size),
        }
    )


def campaigns(**extra: tuple[dt.date, dt.date]) -> pl.DataFrame:
    """Campaign "autumn" over the window, and others."""
    spans = {"autumn": (START, START + dt.timedelta(days=WINDOW_DAYS - 1)), **extra}
    return pl.DataFrame(
        {
            "campaign_key": list(spans),
            "plan_campaign_key": pl.Series([None] * len(spans), dtype=pl.String),
            "starts_on": [s for s, _ in spans.values()],
            "ends_on": [e for _, e in spans.values()],
        }
    )


def posts(**accounts: str) -> pl.DataFrame:
    """Campaign to account."""
    names = {"autumn": "platform:a0", **accounts}
    return pl.DataFrame({"campaign_key": list(names), "account_key": list(names.values())})


def test_a_campaign_is_measured_against_the_other_accounts() -> None:
    found = campaign_tables(campaigns(), posts(), account_days(2, effect=0.3))
    views = found["campaign_effects"].filter(pl.col("outcome") == "view_count")
    row = views.row(0, named=True)
    assert row["status"] == "estimated" and row["design_rung"] == "B" and row["scale"] == "log"
    assert row["ci_low"] < 0.3 < row["ci_high"] and row["p_value"] < 0.05
    assert (row["account_count"], row["treated_count"]) == (9, WINDOW_DAYS)
    assert row["expected_gain_low"] < row["expected_gain"] < row["expected_gain_high"]
    assert row["effect_key"] == "campaign_effects/campaign/without>with/view_count/autumn"
    checks = dict(
        found["campaign_effect_checks"].filter(pl.col("effect_key") == row["effect_key"]).select("check_name", "state").iter_rows()
    )
    assert checks["pre_trend"] == "pass" and checks["synthetic_control"] == "pass" and checks["overlapping_campaign"] == "pass"
    path = found["campaign_paths"].filter(pl.col("outcome") == "view_count")
    inside = path.filter("is_in_window")
    assert (path.height, inside.height) == (BASE_DAYS + WINDOW_DAYS, WINDOW_DAYS)
    assert np.log(inside["actual"] / inside["counterfactual"]).mean() == pytest.approx(row["effect"], abs=0.01)
    assert (path["lower"] <= path["counterfactual"]).all() and (path["counterfactual"] <= path["upper"]).all()


def test_row_order_does_not_matter() -> None:
    days = account_days(4, effect=0.2)
    first = campaign_tables(campaigns(), posts(), days)
    second = campaign_tables(campaigns(), posts(), days.sample(fraction=1.0, shuffle=True, seed=3))
    for name, frame in first.items():
        assert frame.equals(second[name])


@pytest.mark.parametrize(
    ("controls", "who", "reason"), [(2, "platform:a0", "no_control"), (8, "platform:unknown", "no_treated_data"), (8, None, "no_accounts")]
)
def test_why_nothing_can_be_said(controls: int, who: str | None, reason: str) -> None:
    linked = posts(autumn=who) if who else posts().clear()
    found = campaign_tables(campaigns(), linked, account_days(1, controls=controls))["campaign_effects"]
    row = found.filter(pl.col("outcome") == "view_count").row(0, named=True)
    assert (row["status"], row["reason"], row["effect"]) == ("not_enough_evidence", reason, None)
    silent = found.filter(pl.col("outcome") == "engagement_count").row(0, named=True)
    assert silent["status"] == "not_enough_evidence" and silent["effect"] is None


def test_accounts_with_a_campaign_of_their_own_are_no_controls() -> None:
    both = campaigns(winter=(START + dt.timedelta(days=10), START + dt.timedelta(days=20)))
    found = {c.key: c for c in campaigns_with_accounts(both, posts(winter="platform:a3"), account_days(1))}
    assert "platform:a3" not in found["autumn"].controls and "platform:a4" in found["autumn"].controls
    assert found["autumn"].is_alone
    again = {c.key: c for c in campaigns_with_accounts(both, posts(winter="platform:a0"), account_days(1))}
    assert not again["autumn"].is_alone


def test_a_utm_word_means_the_planned_campaign() -> None:
    named = campaigns(fall2026=(START, START)).with_columns(plan_campaign_key=pl.lit("autumn"))
    found = campaigns_with_accounts(named, posts(fall2026="platform:a2"), account_days(1))
    assert [c.key for c in found] == ["autumn"]
    assert found[0].accounts == ["platform:a0", "platform:a2"]


def test_a_contaminated_control_is_told_and_left_out() -> None:
    found = campaign_tables(campaigns(), posts(), account_days(2, effect=0.2, contamination=0.6))
    row = found["campaign_effects"].filter(pl.col("outcome") == "view_count").row(0, named=True)
    check = found["campaign_effect_checks"].filter(
        (pl.col("check_name") == "contaminated_control") & (pl.col("effect_key") == row["effect_key"])
    )
    assert check["state"].to_list() == ["fail"] and row["account_count"] == 8
    assert abs(row["effect"] - 0.2) < 0.15


def test_a_jump_in_what_is_captured_is_no_effect() -> None:
    days = account_days(1).with_columns(
        coverage_rate=pl.when(pl.col("business_date") < START - dt.timedelta(days=40)).then(0.1).otherwise(0.9)
    )
    usual = comparable_days(days)
    assert usual.filter(pl.col("view_count").is_null())["business_date"].max() == START - dt.timedelta(days=41)
    low_but_steady = comparable_days(days.with_columns(coverage_rate=pl.lit(0.3)))
    assert low_but_steady["view_count"].null_count() == 0
