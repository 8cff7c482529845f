"""Made-up export files and a made-up format, for tests that break them in every way."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
import xlwt

from pipelines.ingest.load import Catalogue, Hints, Prepared, prepare
from pipelines.ingest.spec import FormatSpec, Platform

HEADER = ["标题", "发布时间", "播放量", "点赞", "完播率", "平均时长"]
ROW = ["春日上新", "2026-03-01 10:00:00", "1234", "56", "0.25", "8.5"]
PLATFORM = Platform(
    platform="madeup",
    name_zh="虚构",
    name_en="Made up",
    compliance={"channel_type": "official_export", "personal_data_class": "none", "retention_days": 90},
)


def posts_spec(**changes: Any) -> FormatSpec:
    """A format for posts without an id; `changes` replace top-level keys."""
    spec: dict[str, Any] = {
        "format_id": "madeup.posts",
        "platform": "madeup",
        "label_zh": "虚构作品",
        "label_en": "Made-up posts",
        "entity": "post_snapshots",
        "header": {"required": ["标题", "发布时间", "播放量"]},
        "columns": [
            {"to": "title", "from": "标题"},
            {"to": "published_at", "from": "发布时间", "type": "datetime", "required": True},
            {"to": "view_count", "from": "播放量", "type": "count"},
            {"to": "like_count", "from": "点赞", "type": "count"},
            {"to": "completion_rate", "from": "完播率", "type": "ratio", "scale": "fraction"},
            {"to": "average_watch_seconds", "from": "平均时长", "type": "duration"},
        ],
        "natural_key": ["title", "published_at"],
    }
    return FormatSpec(**{**spec, **changes})


def ids_spec(**changes: Any) -> FormatSpec:
    """A format for posts with an id and a person."""
    spec: dict[str, Any] = {
        "format_id": "madeup.ids",
        "platform": "madeup",
        "label_zh": "虚构清单",
        "label_en": "Made-up list",
        "entity": "post_snapshots",
        "header": {"required": ["编号", "播放量"]},
        "columns": [
            {"to": "platform_post_id", "from": "编号", "type": "id", "required": True},
            {"to": "title", "from": "标题"},
            {"to": "author_key", "from": "作者", "type": "person"},
            {"to": "view_count", "from": "播放量", "type": "count"},
        ],
        "ignore": ["备注"],
        "drop": ["手机号"],
    }
    return FormatSpec(**{**spec, **changes})


def events_spec(**changes: Any) -> FormatSpec:
    """A format for JSON lines with a nested property."""
    spec: dict[str, Any] = {
        "format_id": "madeup.events",
        "platform": "madeup",
        "label_zh": "虚构事件",
        "label_en": "Made-up events",
        "file_types": ["jsonl"],
        "entity": "events",
        "header": {"required": ["user", "name", "at"]},
        "columns": [
            {"to": "person_key", "from": "user", "type": "person", "required": True},
            {"to": "event_type", "from": "name", "required": True},
            {"to": "occurred_at", "from": "at", "type": "datetime", "required": True},
            {"to": "page", "from": "props.page"},
            {"to": "amount", "from": "props.amount", "type": "number"},
        ],
        "constants": {"source": "madeup"},
        "natural_key": ["person_key", "event_type", "occurred_at"],
    }
    return FormatSpec(**{**spec, **changes})


def csv_text(rows: list[list[Any]], delimiter: str = ",", newline: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """Rows as a csv writer puts them."""
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return target.getvalue()


def write(folder: Path, content: str | bytes, name: str = "export.csv", encoding: str = "utf-8") -> Path:
    """A file with exactly this content."""
    path = folder / name
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return path


def write_csv(folder: Path, rows: list[list[Any]], name: str = "export.csv", **options: Any) -> Path:
    return write(folder, csv_text(rows, **options), name)


def write_xlsx(folder: Path, sheets: dict[str, list[list[Any]]], name: str = "export.xlsx") -> Path:
    """A workbook; text stays text, numbers stay numbers."""
    path = folder / name
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    return path


def write_xls(folder: Path, rows: list[list[Any]], name: str = "export.xls") -> Path:
    """A workbook of Excel 97 (BIFF8)."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for index, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(index, column, value)
    path = folder / name
    book.save(str(path))
    return path


def read(path: Path, *specs: FormatSpec, **hints: Any) -> Prepared:
    """The file as it would be loaded, with these formats known and its rows accounted for."""
    prepared = prepare(path, Hints(**hints), Catalogue(specs=list(specs or [posts_spec()]), platforms={"madeup": PLATFORM}))
    assert_accounted(prepared)
    return prepared


def assert_accounted(prepared: Prepared) -> None:
    """Loaded, duplicate and rejected rows add up, no row number is used twice, every reject has its reason."""
    manifest = prepared.manifest
    assert manifest["rows_in"] == manifest["rows_loaded"] + manifest["rows_duplicate"] + manifest["rows_rejected"]
    assert manifest["rows_loaded"] == sum(t.height for t in prepared.tables.values())
    assert manifest["rows_rejected"] == prepared.rejects.height
    assert prepared.rejects["reason_code"].null_count() == prepared.rejects["message"].null_count() == 0
    for block in prepared.parsed:
        numbers = pl.concat([block.rows["row_number"], block.rejects["row_number"]])
        assert numbers.is_duplicated().sum() == 0, "a row is both loaded and rejected"


def table(prepared: Prepared, entity: str | None = None) -> pl.DataFrame:
    """The one table of a load (or the entity's), in file order."""
    if entity:
        return prepared.tables[entity].sort("row_number")
    (frame,) = prepared.tables.values()
    return frame.sort("row_number")


def reasons(prepared: Prepared) -> dict[int, str]:
    """Row number to reason of every rejected row."""
    return dict(prepared.rejects.select("row_number", "reason_code").rows())
