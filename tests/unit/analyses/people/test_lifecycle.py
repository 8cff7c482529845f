"""Lifecycle states follow a person's own rhythm."""

import polars as pl
import pytest

from pipelines.analyses.people.lifecycle import lifecycle_cutpoints, lifecycle_state


@pytest.mark.parametrize(
    ("recency", "tenure", "gap_p90", "active_days", "state"),
    [
        (2, 10, None, 2, "new"),
        (3, 300, 5.0, 40, "active"),
        (6, 300, 1.0, 80, "active"),  # a daily visitor away for the week-end
        (10, 300, 5.0, 40, "at_risk"),
        (10, 300, 20.0, 4, "active"),  # the same silence is normal for a monthly visitor
        (30, 300, 5.0, 20, "dormant"),
        (95, 300, 90.0, 0, "dormant"),
        (1, 300, 7.0, 1, "returning"),  # one visit in 90 days, yesterday
        (25, 26, 3.0, 1, "dormant"),
        (20, 26, None, 1, "new"),
    ],
)
def test_state_follows_the_persons_own_rhythm(recency: int, tenure: int, gap_p90: float | None, active_days: int, state: str) -> None:
    person = pl.DataFrame(
        {"recency_days": [recency], "tenure_days": [tenure], "gap_p90_days": [gap_p90], "active_day_count": [active_days]},
        schema_overrides={"gap_p90_days": pl.Float64},
    )
    assert person.select(lifecycle_state(14.0)).item() == state


def test_the_last_gap_tells_a_return_where_it_is_known() -> None:
    people = pl.DataFrame(
        {
            "recency_days": [1, 1],
            "tenure_days": [300, 300],
            "gap_p90_days": [7.0, 7.0],
            "active_day_count": [9, 9],
            "last_gap_days": [60, 3],
        }
    )
    assert people.select(lifecycle_state(14.0, has_last_gap=True))["lifecycle_state"].to_list() == ["returning", "active"]


def test_people_without_a_rhythm_get_the_populations() -> None:
    people = pl.DataFrame({"gap_p90_days": [None, 4.0, 10.0]})
    assert lifecycle_cutpoints(people) == {"default_gap_days": 7.0}
    assert lifecycle_cutpoints(people.clear())["default_gap_days"] > 0
