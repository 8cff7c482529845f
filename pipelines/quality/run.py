"""Running the expectation suites with Great Expectations; results as rows, Data Docs as HTML."""

from __future__ import annotations

import logging
import shutil
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.quality.suites import Expectation

# Great Expectations works on pandas; a door never needs more rows than this to tell whether it may open.
MAX_ROWS = 200_000

RESULT_SCHEMA: dict[str, Any] = {
    "run_id": pl.String,
    "checked_at": pl.Datetime("us", "UTC"),
    "door": pl.String,
    "dataset": pl.String,
    "expectation": pl.String,
    "column_name": pl.String,
    "severity": pl.String,
    "success": pl.Boolean,
    "observed_value": pl.String,
    "unexpected_count": pl.Int64,
    "element_count": pl.Int64,
    "message": pl.String,
}


def check(run_id: str, door: str, frames: dict[str, pl.DataFrame], suites: dict[str, list[Expectation]], docs: Path) -> pl.DataFrame:
    """One row per expectation and dataset (`RESULT_SCHEMA`); Data Docs are written under `docs`/<door>.

    A dataset that is missing from `frames` is skipped; an expectation that cannot be evaluated counts as failed.
    """
    present = {name: frame for name, frame in frames.items() if name in suites and frame.height}
    if not present:
        return pl.DataFrame(schema=RESULT_SCHEMA)
    context = _context(docs / door)
    rows: list[dict[str, Any]] = []
    for name, frame in present.items():
        rows += _check_one(context, run_id, door, name, frame, suites[name])
    context.build_data_docs()
    return pl.DataFrame(rows, schema=RESULT_SCHEMA)


def failures(results: pl.DataFrame) -> list[str]:
    """Sentences about the failed critical expectations."""
    failed = results.filter(~pl.col("success") & (pl.col("severity") == "critical"))
    return [f"{r['dataset']}.{r['column_name'] or '*'}: {r['message']}" for r in failed.to_dicts()]


def of_dataset(results: pl.DataFrame, dataset: str) -> pl.DataFrame:
    return results.filter(pl.col("dataset") == dataset)


def _context(folder: Path) -> Any:
    """A fresh file context: the docs show this run, the history is in the results table."""
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="great_expectations")
    import great_expectations as gx

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    context = gx.get_context(mode="file", project_root_dir=str(folder))
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    return context


def _check_one(context: Any, run_id: str, door: str, name: str, frame: pl.DataFrame, suite: list[Expectation]) -> list[dict[str, Any]]:
    import great_expectations as gx

    columns = {arguments.get("column") for _, arguments, _ in suite}
    columns |= {c for _, a, _ in suite for c in (a.get("column_A"), a.get("column_B"), *a.get("column_list", []))}
    sample = frame if frame.height <= MAX_ROWS else frame.sample(MAX_ROWS, seed=7)
    data = sample.select([c for c in sample.columns if c in columns]).to_pandas()
    expectations = gx.ExpectationSuite(name=name)
    for index, (kind, arguments, severity) in enumerate(suite):
        expectations.add_expectation(getattr(gx.expectations, kind)(**arguments, severity=severity, meta={"check": str(index)}))
    context.suites.add(expectations)
    asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe("all")
    validation = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=expectations))
    outcome = validation.run(batch_parameters={"dataframe": data})
    found = {r.expectation_config.meta["check"]: r for r in outcome.results}
    at = datetime.now(UTC)
    return [_row(run_id, at, door, name, suite[int(i)], r) for i, r in sorted(found.items(), key=lambda kv: int(kv[0]))]


def _row(run_id: str, checked_at: datetime, door: str, name: str, expectation: Expectation, outcome: Any) -> dict[str, Any]:
    kind, arguments, severity = expectation
    detail = outcome.result or {}
    column = arguments.get("column") or ", ".join(
        str(c) for c in arguments.get("column_list", [arguments.get("column_A"), arguments.get("column_B")]) if c
    )
    return {
        "run_id": run_id,
        "checked_at": checked_at,
        "door": door,
        "dataset": name,
        "expectation": kind,
        "column_name": column,
        "severity": severity,
        "success": bool(outcome.success),
        "observed_value": None if detail.get("observed_value") is None else str(detail["observed_value"]),
        "unexpected_count": detail.get("unexpected_count"),
        "element_count": detail.get("element_count"),
        "message": _sentence(kind, arguments, outcome),
    }


def _sentence(kind: str, arguments: dict[str, Any], outcome: Any) -> str:
    detail = outcome.result or {}
    if outcome.success:
        return "holds"
    count, total = detail.get("unexpected_count"), detail.get("element_count")
    if count is None:
        errors = outcome.exception_info or {}
        return f"{kind} could not be evaluated: {str(errors)[:200]}"
    examples = ", ".join(str(v) for v in (detail.get("partial_unexpected_list") or [])[:3])
    return f"{kind} fails for {count} of {total} rows (for example: {examples})"
