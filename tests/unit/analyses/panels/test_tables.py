"""Every analysis of panels survives whichever input is empty, and experiments of the app become evidence."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

from pipelines.analyses.analysis import Analysis
from pipelines.analyses.panels.decision_experiments import experiment_tables
from pipelines.analyses.panels.tables import ANALYSES
from tests.unit.analyses.panels.behaviour_world import person_days
from tests.unit.analyses.panels.test_behaviour_effects import NO_REGISTERS, NO_SEGMENTS
from tests.unit.analyses.panels.test_campaign_effects import START, account_days, campaigns, posts
from tests.unit.analyses.panels.test_outcomes import many_accounts

NAMES = [f"a{i:02d}" for i in range(16)]


def decisions(**changes: object) -> pl.DataFrame:
    """One finished experiment: eight accounts drawn, eight left out."""
    suggestion = {
        "suggestion_kind": "content",
        "lever": "has_question",
        "from_level": "no",
        "to_level": "yes",
        "outcome": "comment_count",
        "outcome_unit": "per_post",
        "scale": "log",
    } | changes
    return pl.DataFrame(
        {
            "suggestion_id": ["s1"],
            "adopters": [NAMES[:8]],
            "controls": [NAMES[8:]],
            "starts_on": [START],
            "suggestion_json": [json.dumps(suggestion)],
            "falsifier_json": [json.dumps({"window_days": 28})],
        }
    )


FRAMES = {
    "campaign_effects": {"campaigns": campaigns(), "posts": posts(), "days": account_days(1)},
    "experiment_effects": {"decisions": decisions(), "posts": many_accounts(1, 0.3), "days": account_days(1)},
    "behaviour_effects": {"days": person_days(1, people=300), "registers": NO_REGISTERS, "segments": NO_SEGMENTS},
}


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda a: a.name)
def test_any_input_may_be_empty(analysis: Analysis) -> None:
    assert analysis.reads.keys() == FRAMES[analysis.name].keys()
    for name in analysis.reads:
        frames = FRAMES[analysis.name] | {name: FRAMES[analysis.name][name].clear()}
        found = analysis.run(frames)[analysis.name]
        assert "refused" not in found["status"].to_list()
        assert found.filter(pl.col("status") != "estimated")["effect"].null_count() == found.filter(pl.col("status") != "estimated").height


def test_a_finished_experiment_is_evidence_of_rung_a() -> None:
    found = experiment_tables(decisions(), many_accounts(1, 0.3), account_days(1))
    row = found["experiment_effects"].row(0, named=True)
    assert (row["status"], row["design_rung"], row["lever"]) == ("estimated", "A", "has_question")
    assert 0 < row["ci_low"] < 0.3 < row["ci_high"]
    assert row["eligible_monthly_count"] > 0 and row["expected_gain"] > 0
    assert found["experiment_effect_checks"]["check_name"].to_list() == ["sample_ratio", "pre_trend"]


@pytest.mark.parametrize("changes", [{"outcome_unit": "per_person_week"}, {"outcome": "unknown_count"}, {"lever": None}])
def test_what_cannot_be_measured_here_is_left_out(changes: dict[str, object]) -> None:
    assert experiment_tables(decisions(**changes), many_accounts(1, 0.3), account_days(1))["experiment_effects"].is_empty()


def test_a_running_experiment_is_not_judged() -> None:
    late = decisions().with_columns(starts_on=pl.lit(START + dt.timedelta(days=20)))
    assert experiment_tables(late, many_accounts(1, 0.3), account_days(1))["experiment_effects"].is_empty()


def test_a_drawn_share_that_is_no_coin_is_refused() -> None:
    odd = decisions().with_columns(controls=pl.Series([[*NAMES[8:], *(f"x{i}" for i in range(40))]]))
    row = experiment_tables(odd, many_accounts(1, 0.3), account_days(1))["experiment_effects"].row(0, named=True)
    assert (row["status"], row["reason"]) == ("refused", "sample_ratio_failed")
