"""Every analysis on a published release: the same again, in any order of stored rows, and without one of its inputs.

Each runs here as in the pipeline, as a pure function of the frames its own queries read. Found by folder: a new analysis is tested unasked.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import polars.selectors as cs
import pytest
from polars.testing import assert_frame_equal

from pipelines import warehouse
from pipelines.analyses.analysis import Analysis, Tables, analyses
from pipelines.analyses.effects_shape import EFFECTS

Frames = dict[str, pl.DataFrame]

NAMES = [analysis.name for analysis in analyses()]
# Without these inputs there is no evidence at all: nothing may be estimated. The others only narrow or qualify what is.
EVIDENCE = {
    "content_effects": {"posts"},
    "publish_slots": {"posts"},
    "conversion_funnels": {"entries"},
    "ad_returns": {"days"},
    "behaviour_effects": {"days"},
    "experiment_effects": {"decisions", "posts", "days"},
    "campaign_effects": {"campaigns", "days"},
    "attribution": {"touches"},
}
# What is slow is tried on part of an input when another is missing: the first so many values of a column.
SAMPLES = {
    ("texts", "texts"): ("text_key", 600),
    ("segments", "features"): ("person_key", 400),
    ("forecasts", "daily"): ("series_key", 3),
    ("time_series", "daily"): ("series_key", 6),
    ("behaviour_effects", "days"): ("person_key", 300),
    ("alerts", "texts"): ("text_key", 600),
}
# Zeros that are known: nobody has the attribute; without holidays nothing of a day is theirs.
TRUE_ZEROS = {("personas", "coverage_rate"), ("time_series", "calendar_effect")}
SLOW = {"texts", "segments", "forecasts"}  # their order of rows is tried by their own tests


@pytest.fixture(scope="module")
def release(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.connect((demo / "warehouse.duckdb").resolve(), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def reshuffled(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The release with the rows of every table that an analysis reads stored in another order."""
    path = tmp_path_factory.mktemp("reshuffled") / "release.duckdb"
    shutil.copyfile((demo / "warehouse.duckdb").resolve(), path)
    with warehouse.connect(path) as connection:
        for table in sorted({table for analysis in analyses() for table in analysis.tables_read + _remembered(analysis)}):
            connection.execute(f"create temp table rows as select * from {table} order by hash(rowid, 7); delete from {table}")
            connection.execute(f"insert into {table} from rows; drop table rows")
        yield connection


@pytest.fixture(scope="module")
def results(release: duckdb.DuckDBPyConnection) -> dict[str, Tables]:
    """What each analysis makes of the release, kept from test to test."""
    return {}


def _remembered(analysis: Analysis) -> list[str]:
    return [f"analyses.{table}" for table in analysis.remembers]


def _analysis(name: str) -> Analysis:
    return next(analysis for analysis in analyses() if analysis.name == name)


def _frames(connection: duckdb.DuckDBPyConnection, analysis: Analysis) -> Frames:
    return {argument: connection.sql(query).pl() for argument, query in analysis.reads.items()}


def _result(name: str, release: duckdb.DuckDBPyConnection, results: dict[str, Tables]) -> Tables:
    if name not in results:
        results[name] = _analysis(name).run(_frames(release, _analysis(name)))
    return results[name]


def _sampled(analysis: Analysis, frames: Frames) -> Frames:
    smaller = dict(frames)
    for argument, frame in frames.items():
        if (analysis.name, argument) in SAMPLES:
            column, count = SAMPLES[analysis.name, argument]
            smaller[argument] = frame.filter(pl.col(column).is_in(frame[column].unique().sort().head(count).implode()))
    return smaller


def _same(table: str, found: pl.DataFrame, expected: pl.DataFrame) -> None:
    """The same rows in any order; floats to nine digits, as sums in another order differ in the last bits."""
    found, expected = (frame.with_columns(cs.datetime("us", "*").dt.convert_time_zone("UTC")) for frame in (found, expected))
    keys = [c for c, kind in found.schema.items() if not kind.is_float() and not kind.is_nested()]
    floats = [c for c, kind in found.schema.items() if kind.is_float()]
    assert found.height == expected.height, table
    assert_frame_equal(found.sort(keys + floats), expected.sort(keys + floats), rel_tol=1e-9, abs_tol=1e-9, check_dtypes=False)


@pytest.mark.parametrize("name", NAMES)
def test_run_again_on_the_release_it_finds_the_same(name: str, release: duckdb.DuckDBPyConnection, results: dict[str, Tables]) -> None:
    analysis = _analysis(name)
    for table, found in _result(name, release, results).items():
        held = release.sql(f"select * from analyses.{table}").pl()
        assert found.columns == held.columns
        if analysis.remembers:  # the first run had nothing to go by, this one has what that run left
            assert found.height == held.height, table
        else:
            _same(table, found, held)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SLOW])
def test_the_order_of_stored_rows_changes_nothing(
    name: str, release: duckdb.DuckDBPyConnection, reshuffled: duckdb.DuckDBPyConnection, results: dict[str, Tables]
) -> None:
    analysis = _analysis(name)
    expected = _result(name, release, results)
    for table, found in analysis.run(_frames(reshuffled, analysis)).items():
        _same(table, found, expected[table])


@pytest.mark.parametrize(("name", "missing"), [(a.name, argument) for a in analyses() for argument in a.reads])
def test_without_an_input_it_says_less_and_never_zero(
    name: str, missing: str, release: duckdb.DuckDBPyConnection, results: dict[str, Tables]
) -> None:
    analysis = _analysis(name)
    whole = _result(name, release, results)
    frames = _sampled(analysis, _frames(release, analysis))
    without = analysis.run(frames | {missing: frames[missing].clear()})
    for table, found in without.items():
        zeros = [c for c in _zeros(found, whole[table]) if (table, c) not in TRUE_ZEROS]
        assert zeros == [], f"{table} without {missing}"
        if "status" in found.columns and missing in EVIDENCE.get(name, set()):
            assert found.filter(pl.col("status") == "estimated").is_empty(), f"{table} without {missing}"
        if analysis.writes[table] == EFFECTS:
            _assert_honest(found)
            assert missing != "segments" or found["segment_key"].null_count() == found.height, f"{table} without {missing}"


def _zeros(found: pl.DataFrame, whole: pl.DataFrame) -> list[str]:
    """Estimates that are nothing but 0 now and were not before."""
    columns = [c for c, kind in found.schema.items() if kind.is_float()]
    return [c for c in columns if (found[c].drop_nulls() == 0).any() and not (found[c] != 0).any() and (whole[c] != 0).any()]


def _assert_honest(effects: pl.DataFrame) -> None:
    """Where nothing was estimated there is a reason and no figure to act on."""
    silent = effects.filter(pl.col("status") == "not_enough_evidence")
    assert silent["reason"].null_count() == 0
    assert silent["expected_gain"].null_count() == silent.height
    assert effects.filter(pl.col("status") == "estimated")["effect"].null_count() == 0


def test_an_effect_whose_checks_are_missing_is_not_acted_on(release: duckdb.DuckDBPyConnection) -> None:
    analysis = _analysis("effects")
    frames = _frames(release, analysis)
    unchecked = {argument: frame.clear() if argument.endswith("_checks") else frame for argument, frame in frames.items()}
    before, after = (analysis.run(given)["effects"].filter("is_actionable")["effect_key"].to_list() for given in (frames, unchecked))
    assert set(after) <= set(before)


def test_every_input_of_the_analyses_that_estimate_is_known_here() -> None:
    assert {name for name in EVIDENCE if not EVIDENCE[name] <= _analysis(name).reads.keys()} == set()
    assert {name for name, argument in SAMPLES if argument not in _analysis(name).reads} == set()
