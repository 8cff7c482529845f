"""A folder with one file of every format: each is recognised as what it is, none is taken in silently as something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import landing
from pipelines.ingest.read import sha256_of
from pipelines.ingest.spec import load_specs
from pipelines.settings import settings
from tests.unit.platforms.test_platform_headers import HEADERS, write_example

REFUSED = [case for case in HEADERS if case.get("refused")]


@pytest.fixture
def examples(data_dir: Path) -> dict[str, dict[str, Any]]:
    """SHA-256 of each file to its case; all are written into landing."""
    written: dict[str, dict[str, Any]] = {}
    for index, case in enumerate(HEADERS):
        folder = settings().landing / f"{index:03d}"
        folder.mkdir(parents=True)
        path = write_example(folder, case)
        written[sha256_of(path)] = case
    return written


def test_every_file_is_recognised_and_every_look_alike_refused_with_the_way_to_the_right_file(examples: dict[str, dict[str, Any]]) -> None:
    intake = landing.take_in_landing()
    told = {m["sha256"]: m["format_id"] for m in intake.loaded} | {n["sha256"]: n["nearest_format"] for n in intake.quarantined}
    wrong = [(case["format_id"], told.get(sha)) for sha, case in examples.items() if told.get(sha) != case["format_id"]]
    assert wrong == []
    refused = {n["sha256"]: n for n in intake.quarantined}
    assert {sha for sha, case in examples.items() if case.get("refused")} == set(refused)
    assert [n for n in refused.values() if n["reason_code"] != "look_alike" or "→" not in n["message"]] == []
    assert len({n["nearest_format"] for n in refused.values()}) >= 8
    assert all(m["rows_in"] == m["rows_loaded"] + m["rows_duplicate"] + m["rows_rejected"] for m in intake.loaded)
    exported = {s.format_id for s in load_specs() if s.kind == "export"}
    assert exported - set(told.values()) == set()


def test_a_column_nobody_knows_is_reported(data_dir: Path) -> None:
    case = next(c for c in HEADERS if c["format_id"] == "douyin.works")
    folder = settings().landing
    folder.mkdir(parents=True)
    write_example(folder, {**case, "header": [*case["header"], "热度指数"]})
    (manifest,) = landing.take_in_landing().loaded
    assert manifest["unknown_columns"] == ["热度指数"]
