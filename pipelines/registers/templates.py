"""The templates of the registers: one workbook (or some csv files) per register, made from its format spec and its words.

A spec says which columns there are and what may stand in them; ``words/<register>.yaml`` says what each is for and has made-up
examples. Example rows begin with 示例 or example and are left out when the file is taken in.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from pipelines.ingest.spec import Block, Column, FormatSpec, platforms, read_spec

REGISTERS_DIR = Path(__file__).parent
ROWS_TO_FILL = 2000  # rows that drop-down lists and cell formats reach over

Language = Literal["zh", "en"]
FileFormat = Literal["xlsx", "csv"]

EXAMPLE = {"zh": "示例 ", "en": "example "}
YES_NO = {"zh": ("是", "否"), "en": ("yes", "no")}
CELL_FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "count": "0", "ratio": "0.0%", "id": "@", "person": "@"}
NOTES = {
    "zh": {
        "sheet": "说明",
        "head": ("工作表", "列", "必填", "怎么填", "可选内容"),
        "required": "必填",
        "how": (
            "从示例行下面开始填，示例行可以留着：第一格以「示例」开头的行不会载入。",
            "改完用同一个文件名保存，再放进收件文件夹：新文件替换旧文件的全部内容，删掉的行就没有了。",
            "日期写成 2026-11-01，时间写成 2026-11-01 20:00。不写真实姓名、手机号和地址。",
        ),
    },
    "en": {
        "sheet": "notes",
        "head": ("sheet", "column", "required", "what to write", "choices"),
        "required": "required",
        "how": (
            "Begin below the example rows; they may stay: a row whose first cell begins with 'example' is not taken in.",
            "Save changes under the same file name and take the file in again: it replaces all that the file said before.",
            "Write dates as 2026-11-01 and times as 2026-11-01 20:00. No real names, phone numbers or addresses.",
        ),
    },
}


@dataclass
class TemplateColumn:
    """One column of a template: what it is called, what to write and what may stand in it."""

    header: str
    kind: str
    required: bool
    note: str
    choices: list[str]
    examples: list[str]


@dataclass
class TemplateSheet:
    """One sheet of a template: one block of the register's format."""

    entity: str
    title: str
    columns: list[TemplateColumn]

    def example_rows(self) -> list[list[str]]:
        """The made-up rows, marked as such in their first cell."""
        return [[column.examples[i] for column in self.columns] for i in range(len(self.columns[0].examples))]


def register_specs() -> dict[str, FormatSpec]:
    """The format spec of every register by its short name (`goals`)."""
    return {path.stem: read_spec(path) for path in sorted(REGISTERS_DIR.glob("*.yaml"))}


def template_sheets(name: str, spec: FormatSpec, language: Language) -> list[TemplateSheet]:
    """The sheets of one register's template in one language."""
    words = yaml.safe_load((REGISTERS_DIR / "words" / f"{name}.yaml").read_text(encoding="utf-8"))
    return [_sheet(block, words[block.entity], language) for block in spec.blocks]


def write_templates(out: Path, language: Language = "zh", file_format: FileFormat = "xlsx") -> tuple[list[Path], list[Path]]:
    """Write every template into a folder: (files written, files that were there already and are left alone)."""
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    kept: list[Path] = []
    for name, spec in register_specs().items():
        sheets = template_sheets(name, spec, language)
        targets = {out / f"{name}.xlsx": sheets} if file_format == "xlsx" else {out / f"{s.entity}.csv": [s] for s in sheets}
        for path, content in targets.items():
            if path.exists():
                kept.append(path)
                continue
            _write_workbook(path, content, language) if file_format == "xlsx" else _write_csv(path, content[0])
            written.append(path)
    return written, kept


def _sheet(block: Block, words: dict[str, Any], language: Language) -> TemplateSheet:
    columns = [_column(column, words["columns"][column.to], language) for column in block.columns]
    first, count = columns[0], max(len(c.examples) for c in columns)
    for column in columns:
        column.examples += [""] * (count - len(column.examples))
    first.examples = [EXAMPLE[language] + text for text in first.examples]
    return TemplateSheet(block.entity, words["title"][language], columns)


def _column(column: Column, words: dict[str, Any], language: Language) -> TemplateColumn:
    header = column.source[0 if language == "zh" else -1]
    said = {canonical: word if language == "zh" else canonical for word, canonical in column.map.items()}
    if column.type == "boolean":
        said = dict(zip(("yes", "no"), YES_NO[language], strict=True))
    choices = list(said.values())
    if column.type == "platform":
        choices = [p.name_zh if language == "zh" else p.name_en for p in platforms().values()]
    examples = words.get("examples_en" if language == "en" else "examples") or words.get("examples") or []
    return TemplateColumn(header, column.type, column.required, words[language], choices, [said.get(e, e) for e in examples])


def _write_csv(path: Path, sheet: TemplateSheet) -> None:
    """With a byte order mark, so that a spreadsheet reads the Chinese headers."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([c.header for c in sheet.columns])
        writer.writerows(sheet.example_rows())


def _write_workbook(path: Path, sheets: list[TemplateSheet], language: Language) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        pages = [book.add_worksheet(sheet.title) for sheet in sheets]
        lists = _write_notes(book, sheets, language)
        for page, sheet in zip(pages, sheets, strict=True):
            _write_sheet(book, page, sheet, lists)


def _write_sheet(book: Any, page: Any, sheet: TemplateSheet, lists: dict[tuple[str, str], str]) -> None:
    page.freeze_panes(1, 1)
    grey = {"font_color": "#808080", "italic": True}
    for index, column in enumerate(sheet.columns):
        shape = {"num_format": CELL_FORMATS[column.kind]} if column.kind in CELL_FORMATS else {}
        page.set_column(index, index, max(12, 2 * len(column.header) + 4), book.add_format(shape))
        heading = book.add_format({"bold": True, "bg_color": "#FCE4D6" if column.required else "#DDEBF7", "border": 1})
        page.write_string(0, index, column.header, heading)
        for row, text in enumerate(column.examples, start=1):
            _write_cell(page, row, index, text, column.kind if index else "text", book.add_format({**shape, **grey}))
        if source := lists.get((sheet.entity, column.header)):
            rule = {"validate": "list", "source": source, "ignore_blank": True, "input_title": column.header[:32]}
            page.data_validation(1, index, ROWS_TO_FILL, index, {**rule, "input_message": column.note[:255]})


def _write_cell(page: Any, row: int, column: int, text: str, kind: str, shape: Any) -> None:
    """Numbers and moments as a spreadsheet keeps them, so that people see them in its own form."""
    if not text:
        page.write_blank(row, column, None, shape)
    elif kind in ("date", "datetime"):
        page.write_datetime(row, column, datetime.fromisoformat(text), shape)
    elif kind in ("count", "number"):
        page.write_number(row, column, float(text), shape)
    elif kind == "ratio":
        page.write_number(row, column, float(text.rstrip("%")) / 100 if text.endswith("%") else float(text), shape)
    else:
        page.write_string(row, column, text, shape)


def _write_notes(book: Any, sheets: list[TemplateSheet], language: Language) -> dict[tuple[str, str], str]:
    """The sheet that explains every column; beside it the lists that cells are chosen from. Returns the ranges of those."""
    words = NOTES[language]
    page = book.add_worksheet(words["sheet"])
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 2, 14)
    page.set_column(3, 4, 50, wrapped)
    for row, sentence in enumerate(words["how"]):
        page.write_string(row, 0, sentence)
    start = len(words["how"]) + 1
    page.write_row(start, 0, words["head"], bold)
    ranges: dict[tuple[str, str], str] = {}
    columns = [(sheet, column) for sheet in sheets for column in sheet.columns]
    for row, (sheet, column) in enumerate(columns, start=start + 1):
        required = words["required"] if column.required else ""
        page.write_row(row, 0, [sheet.title, column.header, required, column.note, _shown(column.choices)])
        if column.choices:
            place = 7 + len(ranges)
            page.write_column(0, place, column.choices)
            page.set_column(place, place, None, None, {"hidden": True})
            letters = _letters(place)
            ranges[sheet.entity, column.header] = f"='{words['sheet']}'!${letters}$1:${letters}${len(column.choices)}"
    return ranges


def _shown(choices: list[str]) -> str:
    return " / ".join(choices)


def _letters(index: int) -> str:
    """A column's letters, as spreadsheets count."""
    from xlsxwriter.utility import xl_col_to_name

    return re.sub(r"\d", "", xl_col_to_name(index))
