"""Every format is recognised by its headers and by no other format; no platform folder is incomplete."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.headers import header_matches, is_pattern, normalise_header
from pipelines.ingest.read import open_file
from pipelines.ingest.recognise import recognise
from pipelines.ingest.spec import PLATFORMS_DIR, FormatSpec, Platform, entity_columns, read_spec
from pipelines.settings import PROJECT_DIR

HEADERS = yaml.safe_load(Path(__file__).with_name("headers.yaml").read_text(encoding="utf-8"))
SPEC_FILES = [*sorted(PLATFORMS_DIR.glob("*/formats/*.yaml")), *sorted((PROJECT_DIR / "data" / "formats").glob("*.yaml"))]
FOLDERS = sorted(p for p in PLATFORMS_DIR.iterdir() if p.is_dir() and not p.name.startswith("_"))


@pytest.fixture(scope="module")
def specs() -> list[FormatSpec]:
    return [read_spec(path) for path in SPEC_FILES]


def _label(case: dict[str, Any]) -> str:
    return f"{case['format_id']}-{case.get('version', 'refused')}-{case['header'][1]}"


def write_example(folder: Path, case: dict[str, Any]) -> Path:
    """A file with the header of one case, in the form its platform writes."""
    kind, header = case.get("kind", "text"), case["header"]
    path = folder / f"export.{kind}"
    if kind == "jsonl":
        path.write_text(json.dumps(dict.fromkeys(header, "1"), ensure_ascii=False) + "\n", encoding="utf-8")
    elif kind == "xlsx":
        rows = [*case.get("above", []), header, case.get("first_row") or ["1" if name else "" for name in header]]
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet(case["sheet"])
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    else:
        with path.open("w", encoding=case.get("encoding", "utf-8"), newline="") as stream:
            row = case.get("first_row") or ["1"] * len(header)
            csv.writer(stream).writerows([*case.get("above", []), header, row, row])  # the first may explain the header
    return path


@pytest.mark.parametrize("case", HEADERS, ids=_label)
def test_header_is_recognised(case: dict[str, Any], specs: list[FormatSpec], tmp_path: Path) -> None:
    with open_file(write_example(tmp_path, case)) as source:
        if case.get("refused"):
            with pytest.raises(FileProblem, match="导出") as problem:
                recognise(source, specs)
            assert (problem.value.code, problem.value.nearest_format) == ("look_alike", case["format_id"])
        else:
            found = recognise(source, specs)
            assert (found.spec.format_id, found.version) == (case["format_id"], case["version"])


@pytest.mark.parametrize("case", HEADERS, ids=_label)
def test_no_other_format_fits(case: dict[str, Any], specs: list[FormatSpec], tmp_path: Path) -> None:
    others = [s for s in specs if s.format_id not in (case["format_id"], case.get("caught_by"))]
    with open_file(write_example(tmp_path, case)) as source, pytest.raises(FileProblem) as problem:
        recognise(source, others)
    assert problem.value.code == "unknown_format"


@pytest.mark.parametrize("case", [c for c in HEADERS if not c.get("refused")], ids=_label)
def test_every_header_of_the_platform_is_mapped_ignored_or_dropped(case: dict[str, Any], specs: list[FormatSpec], tmp_path: Path) -> None:
    spec = next(s for s in specs if s.format_id == case["format_id"])
    sources = [name for block in spec.blocks for column in block.columns for name in column.source]
    known = {normalise_header(n) for name in sources for n in (name, name.split(".")[0].split("{")[0])}
    known |= {normalise_header(n) for b in spec.blocks for n in [*b.ignore, *b.drop, *b.where]}
    known |= {normalise_header(n) for b in spec.blocks if b.transpose for n in (b.transpose.label, b.transpose.value)}
    if any(name.startswith("#") for name in sources):
        return  # told by positions, because the names are not known
    if any(b.unpivot for b in spec.blocks):
        return  # what is not named is a question
    patterns = [name for name in sources if is_pattern(name)]
    unmapped = [h for h in case["header"] if h and normalise_header(h) not in known]
    assert [h for h in unmapped if not any(header_matches(p, h) for p in patterns)] == []


def test_every_shipped_format_has_a_header_here(specs: list[FormatSpec]) -> None:
    exported = {s.format_id for s in specs if s.kind == "export"}  # pages of APIs are told by their envelope: tests/unit/connectors
    assert exported - {c["format_id"] for c in HEADERS} == set()


def test_format_ids_are_unique(specs: list[FormatSpec]) -> None:
    ids = [s.format_id for s in specs]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("path", SPEC_FILES, ids=lambda p: p.stem)
def test_format_belongs_to_its_folder_and_its_key_exists(path: Path) -> None:
    spec = read_spec(path)
    assert spec.format_id.split(".")[0] == spec.platform
    if PLATFORMS_DIR in path.parents:
        assert spec.platform == path.parent.parent.name
    assert spec.refuse or spec.menu_path
    for block in spec.blocks:
        assert set(block.natural_key) <= {*entity_columns(block.entity), "row_number", *block.ignore}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_platform_folder_is_complete(folder: Path) -> None:
    platform = Platform(**yaml.safe_load((folder / "platform.yaml").read_text(encoding="utf-8")))
    assert platform.platform == folder.name
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("# ")
    assert {*platform.metrics, *platform.engagement_members} <= set(entity_columns("account_days"))
