"""Over a hundred kinds of malformed file: each is loaded exactly or refused with its reason. Nothing is lost, nobody dies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.load import Catalogue, Hints, prepare
from tests.faults import malformed_containers, malformed_text, malformed_workbooks
from tests.faults.kind import Kind, Loaded, describe_formats
from tests.faults.processes import Processes
from tests.unit.ingest.made_up import assert_accounted

KINDS = {k.name: k for module in (malformed_text, malformed_workbooks, malformed_containers) for k in module.KINDS}
# Kinds that could end the process that reads them, if the guard against them failed: read in a process of their own only.
DANGEROUS = {k.name for k in [*malformed_workbooks.DANGEROUS, *malformed_containers.DANGEROUS]}
GOOD = ("utf8-bom", "plain-workbook", "plain-json-lines")
MAX_MEMORY = 10**9


def test_there_are_enough_kinds_and_no_name_is_used_twice() -> None:
    counts = [len(module.KINDS) for module in (malformed_text, malformed_workbooks, malformed_containers)]
    assert sum(counts) == len(KINDS)
    assert (counts[0] >= 35, counts[1] >= 15, counts[2] >= 10) == (True, True, True)
    assert len({k.file for k in KINDS.values()}) == len(KINDS)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Every shipped format, and those of the made-up platform."""
    with pytest.MonkeyPatch.context() as patch:
        data = tmp_path_factory.mktemp("catalogue")
        describe_formats(data)
        patch.setenv("PULSE_DATA_DIR", str(data))
        return Catalogue()


@pytest.mark.parametrize("name", [name for name in KINDS if name not in DANGEROUS])
def test_a_file_is_loaded_exactly_or_refused(name: str, catalogue: Catalogue, data_dir: Path, tmp_path: Path) -> None:
    kind = KINDS[name]
    path = tmp_path / kind.file
    kind.make(path)
    try:
        prepared = prepare(path, Hints(), catalogue)
    except FileProblem as problem:
        assert not isinstance(kind.outcome, Loaded), f"{problem.code}: {problem}"
        assert problem.code in kind.outcome.codes, str(problem)
        assert kind.outcome.says in problem.message
        assert len(problem.message) > 20 and "\n" not in problem.message
        return
    assert isinstance(kind.outcome, Loaded), "it was loaded"
    assert_accounted(prepared)
    rejected = dict(prepared.rejects.select("row_number", "reason_code").sort("row_number").rows())
    _assert_outcome(kind.outcome, prepared.manifest, list(prepared.tables.values()), rejected)


def _assert_outcome(expected: Loaded, manifest: dict[str, Any], tables: list[pl.DataFrame], rejected: dict[int, str]) -> None:
    counted = (manifest["rows_in"], manifest["rows_loaded"], manifest["rows_duplicate"], manifest["rows_rejected"])
    assert counted == (expected.rows_in, len(expected.rows), expected.duplicate, len(expected.rejected))
    assert expected.rows_in == len(expected.rows) + expected.duplicate + len(expected.rejected), "the test's own sum"
    assert rejected == expected.rejected
    frame = pl.concat([t.select(*_shown(t), "row_number", "extra") for t in tables]) if tables else pl.DataFrame()
    found = frame.sort("row_number").rows() if frame.height else []
    assert [row[:2] for row in found] == expected.rows
    assert expected.extra in "".join(row[3] or "" for row in found)
    assert expected.warning in " ".join(manifest["warnings"])


def _shown(table: pl.DataFrame) -> list[pl.Expr]:
    """What identifies a row and one value of it, whatever the entity."""
    if "event_type" in table.columns:
        return [pl.col("event_type").alias("name"), pl.col("amount").cast(pl.Float64).alias("value")]
    return [pl.coalesce("platform_post_id", "title").alias("name"), pl.col("view_count").cast(pl.Float64).alias("value")]


def test_a_folder_of_all_kinds_is_taken_in_at_once(tmp_path: Path) -> None:
    """`pulse ingest` on everything: one process, no death, under 1 GB, and the good files beside the bad ones load exactly."""
    folder, data = tmp_path / "delivery", tmp_path / "data"
    folder.mkdir()
    describe_formats(data)
    for kind in KINDS.values():
        kind.make(folder / kind.file)
    with Processes(tmp_path / "scratch") as processes:
        ended = processes.run(data, "ingest", str(folder), "--platform", "faulty", "--account", "青禾", "--json")
    assert ended.code == 2, ended.stderr[-3000:]
    assert "Traceback" not in ended.stderr
    assert ended.memory < MAX_MEMORY, f"{ended.memory / 1e6:.0f} MB"
    answer = json.loads(ended.stdout)
    loaded = {m["source_name"]: m for m in answer["loaded"]}
    refused = {note["source_name"]: note for note in answer["quarantined"]}
    assert loaded.keys() | refused.keys() == {k.file for k in KINDS.values()}
    for kind in KINDS.values():
        _assert_taken_in(kind, loaded, refused)
    for name in GOOD:
        assert KINDS[name].file in loaded


def _assert_taken_in(kind: Kind, loaded: dict[str, Any], refused: dict[str, Any]) -> None:
    if isinstance(kind.outcome, Loaded):
        assert kind.file in loaded, f"{kind.name}: {refused.get(kind.file)}"
        m, expected = loaded[kind.file], kind.outcome
        counted = (m["rows_in"], m["rows_loaded"], m["rows_duplicate"], m["rows_rejected"])
        assert counted == (expected.rows_in, len(expected.rows), expected.duplicate, len(expected.rejected)), kind.name
    else:
        assert kind.file in refused, f"{kind.name} was loaded"
        assert refused[kind.file]["reason_code"] in kind.outcome.codes, kind.name
