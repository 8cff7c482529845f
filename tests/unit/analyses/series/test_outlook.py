"""Where goals are heading: sums, running totals and rates, with intervals; and forecasts that add up."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.series import tables
from pipelines.analyses.series.forecasts import coherent, forecast_tables, forecasts
from pipelines.analyses.series.outlook import outlook_tables
from tests.unit.analyses.worlds import calendar, long_frame, planted_series

LAST = dt.date(2025, 12, 10)
GOALS = {
    "goal_key": pl.String,
    "goal": pl.String,
    "goal_type": pl.String,
    "metric": pl.String,
    "platform": pl.String,
    "account_key": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "target_number": pl.Float64,
    "target_direction": pl.String,
    "baseline_number": pl.Float64,
    "is_known_metric": pl.Boolean,
}
METRICS = pl.DataFrame(
    {
        "metric": ["view_count", "engagement_count", "engagement_rate_by_views"],
        "additivity": ["sum", "sum", "weighted"],
        "numerator": [None, None, "engagement_count"],
        "denominator": [None, None, "view_count"],
    }
)


def series(metric: str, account: str, seed: int, level: float = 1000, last: dt.date = LAST, days: int = 300) -> pl.DataFrame:
    values = planted_series(days, seed, last=last, events=False, level=level)
    frame = long_frame(values, key=f"p|{account}|{metric}", metric=metric, last=last)
    return frame.with_columns(platform=pl.lit("p"), account_key=pl.lit(account))


@pytest.fixture(scope="module")
def world() -> dict[str, pl.DataFrame]:
    """Two accounts with views and engagement and the platform's total of views, to the tenth of December; and its forecasts."""
    daily = pl.concat(
        [
            series("view_count", "a", 1),
            series("view_count", "b", 2, 500),
            series("engagement_count", "a", 3, 60),
            series("engagement_count", "b", 4, 30),
        ]
    )
    total = daily.filter(pl.col("metric") == "view_count").group_by("business_date", "metric", "platform").agg(pl.col("value").sum())
    total = total.with_columns(account_key=pl.lit("all"), series_key=pl.lit("p|all|view_count"), is_provisional=pl.lit(value=False))
    daily = pl.concat([daily, total.select(daily.columns)]).sort("series_key", "business_date")
    made = forecast_tables(daily, calendar())
    return {"daily": daily, "forecasts": made["forecasts"], "totals": made["forecast_totals"], "metrics": METRICS}


def goal(**fields: object) -> pl.DataFrame:
    usual = {"goal_key": "g", "goal": "g", "goal_type": "awareness", "metric": "view_count", "platform": "p", "is_known_metric": True}
    usual |= {
        "starts_on": dt.date(2025, 12, 1),
        "ends_on": dt.date(2025, 12, 31),
        "target_number": 50_000.0,
        "target_direction": "at_least",
    }
    return pl.DataFrame([usual | fields], schema=GOALS)


def outlook(world: dict[str, pl.DataFrame], **fields: object) -> dict[str, object]:
    found = outlook_tables(goal(**fields), **world)["outlook"]
    assert found.schema == pl.Schema(tables.OUTLOOK)
    return found.row(0, named=True)


def test_a_flow_is_what_came_plus_what_is_forecast(world: dict[str, pl.DataFrame]) -> None:
    row = outlook(world)
    so_far = world["daily"].filter((pl.col("account_key") == "all") & (pl.col("business_date") >= dt.date(2025, 12, 1)))["value"].sum()
    ahead = world["totals"].filter((pl.col("series_key") == "p|all|view_count") & (pl.col("horizon_days") == 21))
    assert row["actual_number"] == so_far and row["known_day_count"] == 10 and row["coverage_rate"] == 1
    assert row["forecast_number"] == pytest.approx(so_far + ahead["total_forecast"].item())
    assert row["forecast_lower"] < row["forecast_number"] < row["forecast_upper"]
    assert row["attainment_rate"] == pytest.approx(row["forecast_number"] / 50_000)
    assert row["needed_per_day_number"] == pytest.approx((50_000 - so_far) / 21)


@pytest.mark.parametrize(("target", "verdict"), [(1_000.0, "on_track"), (10_000_000.0, "off_track")])
def test_the_whole_interval_decides(world: dict[str, pl.DataFrame], target: float, verdict: str) -> None:
    assert outlook(world, target_number=target)["verdict"] == verdict
    opposite = {"on_track": "off_track", "off_track": "on_track"}[verdict]
    assert outlook(world, target_number=target, target_direction="at_most")["verdict"] == opposite


def test_a_target_inside_the_interval_is_open(world: dict[str, pl.DataFrame]) -> None:
    assert outlook(world, target_number=outlook(world)["forecast_number"])["verdict"] == "open"


def test_a_period_that_is_over_is_a_fact(world: dict[str, pl.DataFrame]) -> None:
    row = outlook(world, starts_on=dt.date(2025, 11, 1), ends_on=dt.date(2025, 11, 30), target_number=1.0)
    assert row["verdict"] == "achieved" and row["forecast_lower"] == row["forecast_upper"] == row["actual_number"]


def test_a_rate_is_the_ratio_of_its_sums(world: dict[str, pl.DataFrame]) -> None:
    row = outlook(world, metric="engagement_rate_by_views", account_key="a", target_number=0.06)
    assert 0.03 < row["forecast_number"] < 0.12 and row["forecast_lower"] >= 0 and row["needed_per_day_number"] is None


def test_accounts_are_added_where_there_is_no_total(world: dict[str, pl.DataFrame]) -> None:
    parts = [outlook(world, metric="engagement_count", account_key=account) for account in ("a", "b")]
    whole = outlook(world, metric="engagement_count")
    assert whole["forecast_number"] == pytest.approx(sum(p["forecast_number"] for p in parts))
    width = whole["forecast_upper"] - whole["forecast_number"]
    assert width < sum(p["forecast_upper"] - p["forecast_number"] for p in parts)


def test_beyond_the_forecast_the_last_week_repeats_and_the_interval_grows(world: dict[str, pl.DataFrame]) -> None:
    near, far = outlook(world), outlook(world, ends_on=dt.date(2026, 1, 31))
    assert near["guessed_day_count"] == 0 and far["guessed_day_count"] == 24
    assert far["forecast_upper"] - far["forecast_lower"] > near["forecast_upper"] - near["forecast_lower"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"metric": None}, "unknown_metric"),
        ({"metric": "nps", "is_known_metric": False}, "unknown_metric"),
        ({"metric": "save_count"}, "no_series"),
        ({"starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 1, 31)}, "not_begun"),
        ({"ends_on": dt.date(2026, 12, 31)}, "too_far_ahead"),
    ],
)
def test_what_cannot_be_said_has_its_reason_and_no_number(world: dict[str, pl.DataFrame], fields: dict[str, object], reason: str) -> None:
    row = outlook(world, **fields)
    assert row["verdict"] == "not_enough_evidence" and row["reason"] == reason and row["forecast_number"] is None


def test_missing_days_are_no_zeros(world: dict[str, pl.DataFrame]) -> None:
    few = world["daily"].filter((pl.col("business_date") < dt.date(2025, 12, 3)) | (pl.col("business_date") > dt.date(2025, 12, 8)))
    assert outlook(world | {"daily": few})["reason"] == "too_many_days_missing"


@pytest.mark.parametrize("name", ["daily", "forecasts", "totals", "metrics"])
def test_a_lost_input_is_no_claim(world: dict[str, pl.DataFrame], name: str) -> None:
    row = outlook(world | {name: world[name].clear()})
    assert row["verdict"] == "not_enough_evidence" or name == "metrics"


def test_platform_totals_are_the_sum_of_their_accounts(world: dict[str, pl.DataFrame]) -> None:
    views = world["forecasts"].filter(pl.col("series_key").str.ends_with("view_count"))
    day = views.group_by("business_date").agg(
        total=pl.col("forecast").filter(pl.col("series_key") == "p|all|view_count").sum(),
        parts=pl.col("forecast").filter(pl.col("series_key") != "p|all|view_count").sum(),
    )
    assert np.allclose(day["total"], day["parts"])
    assert (views["lower"] <= views["forecast"]).all() and (views["forecast"] <= views["upper"]).all()


def test_a_total_whose_accounts_are_not_all_forecast_stays_as_it_is(world: dict[str, pl.DataFrame]) -> None:
    made, _, _ = forecasts(world["daily"], calendar())
    partial = made.filter(pl.col("series_key") != "p|b|view_count")
    assert coherent(partial, world["daily"]).equals(partial)
