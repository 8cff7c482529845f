"""The templates fit the formats: as written they load nothing, filled in they load everything, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from pipelines.ingest.headers import header_matches
from pipelines.ingest.load import Catalogue, Hints, Prepared, prepare
from pipelines.ingest.spec import entity_columns
from pipelines.registers import templates
from pipelines.registers.templates import register_specs, template_sheets, write_templates

ALL_WAYS = [("zh", "xlsx"), ("zh", "csv"), ("en", "xlsx"), ("en", "csv")]
REGISTERS = sorted(register_specs())


def _prepared(folder: Path, catalogue: Catalogue, language: str, file_format: str) -> dict[str, Prepared]:
    written, kept = write_templates(folder, language, file_format)  # type: ignore[arg-type]
    assert written and not kept
    return {path.name: prepare(path, Hints(), catalogue) for path in written}


@pytest.mark.parametrize(("language", "file_format"), ALL_WAYS)
def test_an_untouched_template_loads_nothing(tmp_path: Path, catalogue: Catalogue, language: str, file_format: str) -> None:
    for name, prepared in _prepared(tmp_path, catalogue, language, file_format).items():
        manifest = prepared.manifest
        assert manifest["format_id"].startswith("registers."), name
        assert (manifest["rows_loaded"], manifest["unknown_columns"]) == (0, []), name
        assert set(prepared.rejects["reason_code"]) == {"example_row"}, name
        assert manifest["rows_in"] == manifest["rows_rejected"] > 0


@pytest.mark.parametrize(("language", "file_format"), ALL_WAYS)
def test_filled_in_like_the_examples_every_row_loads(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, language: str, file_format: str
) -> None:
    monkeypatch.setattr(templates, "EXAMPLE", {"zh": "", "en": ""})
    for name, prepared in _prepared(tmp_path, catalogue, language, file_format).items():
        problems = prepared.rejects.select("column_name", "message").rows()
        assert (name, problems) == (name, [])
        assert prepared.manifest["rows_loaded"] == prepared.manifest["rows_in"] > 0


def test_both_languages_say_the_same(tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "EXAMPLE", {"zh": "", "en": ""})
    zh = _prepared(tmp_path / "zh", catalogue, "zh", "xlsx")
    en = _prepared(tmp_path / "en", catalogue, "en", "xlsx")
    for name in zh:
        for entity, rows in zh[name].tables.items():
            endings = ("_type", "_at", "_on", "_count", "_level", "_rate", "platform", "role")
            words = [c for c in rows.columns if c.endswith(endings) and c not in ("captured_at", "crisis_type")]
            assert rows.select(words).rows() == en[name].tables[entity].select(words).rows(), (name, entity)


@pytest.mark.parametrize("name", REGISTERS)
def test_every_column_is_explained_in_both_languages(name: str) -> None:
    spec = register_specs()[name]
    for language in ("zh", "en"):
        for sheet in template_sheets(name, spec, language):  # type: ignore[arg-type]
            assert sheet.title
            assert [c.header for c in sheet.columns if not c.note.strip()] == []
            chinese = [c.header for c in sheet.columns if re.search(r"[\u4e00-\u9fff]", c.header)]
            assert chinese == ([c.header for c in sheet.columns] if language == "zh" else [])


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_has_a_column_for_all_that_its_table_holds(name: str) -> None:
    common = set(entity_columns("communities")) & set(entity_columns("settlements")) - {"note"}  # what every row of the lake has
    for block in register_specs()[name].blocks:
        assert set(entity_columns(block.entity)) - common == {c.to for c in block.columns} - {"platform"}, block.entity


def test_no_sheet_can_be_taken_for_another() -> None:
    """Headers of one block never fulfil what another block requires, so that no row is read twice."""
    blocks = [(name, block) for name, spec in register_specs().items() for block in spec.blocks]
    wrong = []
    for name, block in blocks:
        headers = [source for column in block.columns for source in column.source]
        for other_name, other in blocks:
            met = all(any(header_matches(option, h) for option in options for h in headers) for options in other.header.required)
            if met and other is not block:
                wrong.append(f"{name}.{block.entity} looks like {other_name}.{other.entity}")
    assert wrong == []


def test_a_workbook_of_a_person_is_never_overwritten(tmp_path: Path) -> None:
    write_templates(tmp_path)
    own = tmp_path / "goals.xlsx"
    own.write_bytes(b"filled in by hand")
    written, kept = write_templates(tmp_path)
    assert own.read_bytes() == b"filled in by hand"
    assert written == [] and own in kept


def test_a_template_explains_itself_and_holds_real_dates_and_numbers(tmp_path: Path) -> None:
    write_templates(tmp_path)
    book = fastexcel.read_excel(str(tmp_path / "goals.xlsx"))
    assert book.sheet_names == ["目标", "说明"]
    goals = book.load_sheet("目标").to_polars()
    assert goals.schema["开始日期"] in (pl.Date, pl.Datetime("ms"))
    assert goals["目标值"].to_list() == [1000000, 52000]
    assert goals["目标"].str.starts_with("示例").all()
    notes = book.load_sheet("说明", header_row=None, dtypes="string").to_polars()
    assert "不低于 / 不高于" in notes.to_series(4).to_list()
    assert "必填" in notes.to_series(2).to_list()


def test_a_word_that_is_not_offered_is_rejected_with_the_word(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "risks.csv"
    path.write_text(
        "风险编号,风险描述,风险类别,评估日期,可能性,影响程度,状态\n"
        "R1,规则变化,技术,2026-11-01,3,5,处理中\n"
        "R2,规则变化,天气,2026-11-01,3,5,处理中\n"
        "R3,规则变化,技术,2026-11-01,6,5,处理中\n"
        "R4,规则变化,技术,2026-11-01,3,5,快好了\n"
        "R5,规则变化,,2026-11-01,3,5,\n",
        encoding="utf-8",
    )
    prepared = prepare(path, Hints(), catalogue)
    loaded = prepared.tables["risks"].select("risk_id", "risk_type", "likelihood_level", "state").rows()
    assert loaded == [("R1", "technical", 3, "in_progress")]
    told = prepared.rejects.sort("row_number").select("row_number", "reason_code", "column_name").rows()
    assert told == [
        (3, "bad_value", "风险类别"),
        (4, "bad_value", "可能性"),
        (5, "bad_value", "状态"),
        (6, "missing_value", "风险类别"),
    ]
    assert "天气" in prepared.rejects.sort("row_number")["message"][0]
