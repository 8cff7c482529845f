"""The first door: new loads are held against the lake's expectations; one that breaks a critical one is taken out again."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import lake
from pipelines.quality.run import MAX_ROWS, RESULT_SCHEMA, check, failures
from pipelines.quality.suites import LAKE


@dataclass
class DoorResult:
    """Expectation results of what stays, and the loads that had to leave with the reason."""

    results: pl.DataFrame
    withdrawn: dict[str, str] = field(default_factory=dict)


def guard(run_id: str, loads: list[dict[str, Any]], docs: Path) -> DoorResult:
    """Check these loads by entity. Where a critical expectation fails, find the loads at fault, withdraw them, check the rest."""
    outcome = DoorResult(pl.DataFrame(schema=RESULT_SCHEMA))
    if not loads:
        return outcome
    outcome.results = check(run_id, "lake", _frames(loads), LAKE, docs)
    if not failures(outcome.results):
        return outcome
    for manifest in loads:
        failed = failures(check(run_id, "lake", _frames([manifest]), LAKE, docs))
        if failed:
            reason = "; ".join(failed)
            lake.withdraw(manifest, reason)
            outcome.withdrawn[manifest["source_name"]] = reason
    remaining = [m for m in loads if lake.has_load(m["load_id"])]
    outcome.results = check(run_id, "lake", _frames(remaining), LAKE, docs)
    return outcome


def _frames(loads: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    return {entity: lake.rows(entity, loads, MAX_ROWS) for entity in LAKE if any(entity in m["files"] for m in loads)}
