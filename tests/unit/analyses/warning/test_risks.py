"""Risk levels: the higher of judgement and numbers, monotone, with a memory and a human hand."""

import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.analyses.warning import tables
from pipelines.analyses.warning.risks import LEVELS, WEIGHTS, matrix_level, risk_index, risk_tables, with_hysteresis
from tests.unit.analyses.warning.streams import texts, world

ASSESSMENTS = {
    "risk_id": pl.String,
    "risk": pl.String,
    "risk_type": pl.String,
    "assessed_on": pl.Date,
    "likelihood_level": pl.Int64,
    "impact_level": pl.Int64,
    "is_latest": pl.Boolean,
}
OVERRIDES = {
    "risk_key": pl.String,
    "level": pl.String,
    "overridden_by": pl.String,
    "reason": pl.String,
    "overridden_at": pl.Datetime("us", "UTC"),
}


def assessment(risk_id: str, kind: str, likelihood: int | None, impact: int) -> pl.DataFrame:
    row = {"risk_id": risk_id, "risk": risk_id, "risk_type": kind, "assessed_on": dt.date(2026, 8, 20)}
    return pl.DataFrame([row | {"likelihood_level": likelihood, "impact_level": impact, "is_latest": True}], schema=ASSESSMENTS)


def overridden(level: str, day: dt.datetime) -> pl.DataFrame:
    row = {"risk_key": "product_quality", "level": level, "overridden_by": "Li", "reason": "known", "overridden_at": day}
    return pl.DataFrame([row], schema=OVERRIDES)


components = st.fixed_dictionaries({name: st.floats(0, 6) for name in WEIGHTS})


@given(components, st.sampled_from(sorted(WEIGHTS)), st.floats(0, 3))
def test_the_index_rises_with_each_component(values: dict[str, float], name: str, more: float) -> None:
    def index(v: dict[str, float]) -> float:
        return float(risk_index({k: np.array([x]) for k, x in v.items()})[0])

    assert index(values | {name: min(values[name] + more, 6)}) >= index(values) - 1e-12


@given(st.integers(1, 5), st.integers(1, 5))
def test_the_matrix_rises_with_both_and_grave_is_high_at_least(severity: int, likelihood: int) -> None:
    level = matrix_level(severity, likelihood)
    assert level is not None
    assert level <= (matrix_level(min(severity + 1, 5), likelihood) or 0) and level <= (matrix_level(severity, min(likelihood + 1, 5)) or 0)
    assert severity < 5 or level >= LEVELS.index("high")


def test_what_nobody_judged_has_no_matrix_level() -> None:
    assert matrix_level(None, 3) is None and matrix_level(3, None) is None and matrix_level(5, None) == LEVELS.index("high")


def test_a_level_rises_at_once_and_falls_a_day_later() -> None:
    assert with_hysteresis(np.array([0, 2, 0, 0, 3, 1, 1])).tolist() == [0, 2, 2, 0, 3, 3, 1]


def test_a_quiet_grave_risk_stays_grave_and_a_loud_one_is_seen() -> None:
    counts, crises, _ = world(3)
    register = pl.concat([assessment("R1", "data", 1, 5), assessment("R2", "technical", 1, 1)])
    found = risk_tables(texts(counts), register, pl.DataFrame(schema=OVERRIDES))["risks"]
    assert found.schema == pl.Schema(tables.RISKS)
    leak = found.filter(pl.col("risk_key") == "R1")
    assert leak["level"].to_list() == ["high"] and leak["item_count"].to_list() == [None]
    quality = found.filter(pl.col("risk_key") == "R2")
    assert {"high", "critical"} & set(quality["level"].drop_nulls()) and quality["matrix_level"].unique().to_list() == ["low"]
    assert len(crises) == 4


def test_an_override_holds_until_the_numbers_rise_above_it() -> None:
    counts, crises, _ = world(3)
    labelled = texts(counts)
    plain = risk_tables(labelled, pl.DataFrame(schema=ASSESSMENTS), pl.DataFrame(schema=OVERRIDES))["risks"]
    quiet = plain.filter(pl.col("computed_level") == "low")["business_date"][0]
    day = dt.datetime.combine(quiet, dt.time(4), tzinfo=dt.UTC)
    found = risk_tables(labelled, pl.DataFrame(schema=ASSESSMENTS), overridden("medium", day))["risks"]
    after = found.filter(pl.col("business_date") >= day.date())
    held = after.filter(pl.col("overridden_by").is_not_null())
    assert held.height and held["level"].unique().to_list() == ["medium"]
    louder = after.filter(pl.col("computed_level").is_in(["high", "critical"]))
    assert louder.height and louder["overridden_by"].null_count() == louder.height and len(crises) == 4


def test_missing_inputs_are_no_zeros() -> None:
    labelled = texts(world(3, days=20)[0])
    register, none = assessment("R1", "technical", 2, 3), pl.DataFrame(schema=OVERRIDES)
    without_texts = risk_tables(labelled.clear(), register, none)["risks"].row(0, named=True)
    assert without_texts["item_count"] is None and without_texts["index_number"] is None and without_texts["level"] == "medium"
    assert risk_tables(labelled.clear(), register.clear(), none)["risks"].is_empty()
    short = risk_tables(labelled.filter(pl.col("created_at") < labelled["created_at"].min() + dt.timedelta(days=7)), register.clear(), none)
    assert short["risks"]["level"].null_count() == short["risks"].height > 0
