"""Paths people take, and that no analysis of conversion falls over an empty table."""

import datetime as dt

import polars as pl
import pytest

from pipelines.analyses.analysis import Analysis
from pipelines.analyses.conversion.paths import path_tables
from pipelines.analyses.conversion.tables import ANALYSES
from tests.unit.analyses.conversion.test_ads import DAYS, ad_days
from tests.unit.analyses.conversion.test_attribution import ACTIVITY, TOUCHES, touches
from tests.unit.analyses.conversion.test_funnels import NO_SEGMENTS, NO_STEPS, STEP_SCHEMA, planted

VISITS = {
    "person_key": pl.String, "visit_key": pl.String, "occurred_at": pl.Datetime("us", "UTC"), "event_key": pl.String, "step": pl.String
}  # fmt: skip
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def visits(person: str, visit: str, *steps: str) -> pl.DataFrame:
    rows = [(person, visit, AT + dt.timedelta(minutes=i), f"{person}{visit}{i}", step) for i, step in enumerate(steps)]
    return pl.DataFrame(rows, schema=VISITS, orient="row")


def frames() -> dict[str, dict[str, pl.DataFrame]]:
    way = touches([("a>b", True), ("a", False)])
    done = pl.DataFrame([("p000", AT.date(), 2, 1, 0, 1, 1)], schema=ACTIVITY, orient="row")
    steps = pl.DataFrame([("shopping", "p0", dt.date(2026, 1, 1), 2, 60.0)], schema=STEP_SCHEMA, orient="row")
    return {
        "conversion_funnels": {"entries": planted({"feed": (60, 0.2), "search": (60, 0.5)}), "steps": steps, "segments": NO_SEGMENTS},
        "conversion_paths": {"visits": visits("p", "1", "view", "pay"), "touches": way},
        "attribution": {"touches": way, "activity": done},
        "ad_returns": {"days": ad_days("a", 20, 0.5)},
    }


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda analysis: analysis.name)
def test_an_empty_input_is_no_crash_and_no_zero(analysis: Analysis) -> None:
    full = frames()[analysis.name]
    assert full.keys() == analysis.reads.keys()
    for name in full:
        for table in analysis.run(full | {name: full[name].clear()}).values():
            for column in [c for c in table.columns if c.startswith("effect") and table.schema[c] == pl.Float64]:
                assert (
                    (table.filter(pl.col("status") != "estimated")[column]).null_count()
                    == table.filter(pl.col("status") != "estimated").height
                )
    nothing = analysis.run({name: frame.clear() for name, frame in full.items()})
    assert all(table.is_empty() for table in nothing.values())
    assert NO_STEPS.is_empty() and pl.DataFrame(schema=DAYS).is_empty() and pl.DataFrame(schema=TOUCHES).is_empty()


def test_a_path_ends_at_the_payment_and_counts_a_person_once() -> None:
    found = path_tables(
        pl.concat([
            visits("p", "1", "click", "click", "visit", "pay", "view"),
            visits("p", "2", "click", "visit"),
            visits("q", "1", "click", "visit"),
            visits("r", "1", *"abcdefgh"),
            visits("s", "1", "pay"),
        ]),
        pl.concat([touches([("feed>feed>search", True)]), touches([("feed", False)]).with_columns(pl.lit("z").alias("person_key"))]),
    )["paths"]  # fmt: skip
    rows = {(row["path_kind"], row["path"]): row for row in found.to_dicts()}
    way = rows["behaviour", "click > visit"]
    assert (way["people_count"], way["converted_people_count"], way["conversion_rate"]) == (2, 1, 0.5)
    assert way["conversion_low_rate"] < 0.5 < way["conversion_high_rate"]
    assert rows["behaviour", "a > b > c > d > e > f > …"]["length_count"] == 8
    assert rows["channel", "feed > search"]["converted_people_count"] == 1 and rows["channel", "feed"]["converted_people_count"] == 0
    assert set(rows) == {
        ("behaviour", "click > visit"),
        ("behaviour", "a > b > c > d > e > f > …"),
        ("channel", "feed > search"),
        ("channel", "feed"),
    }
