"""Tables of unusual shape: stacked, told by positions, lying on their side, with answers for columns, days without a year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.load import Catalogue, Hints, Prepared, prepare
from pipelines.ingest.spec import FormatSpec
from tests.unit.ingest.made_up import PLATFORM, read, reasons, table, write

CAPTURED = datetime(2026, 3, 10, 4, tzinfo=UTC)


def _spec(**fields: Any) -> FormatSpec:
    return FormatSpec(format_id="madeup.shape", platform="madeup", label_zh="虚构", label_en="Made up", **fields)


def _read(path: Path, spec: FormatSpec) -> Prepared:
    hints = Hints(account="shop", captured_at=CAPTURED)
    return prepare(path, hints, Catalogue([spec], {"madeup": PLATFORM}))


def _workbook(folder: Path, rows: list[list[Any]]) -> Path:
    path = folder / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, row)
    return path


def _series(section: str, metric: str, header: str) -> dict[str, Any]:
    columns = [{"to": "business_date", "from": "日期", "type": "date", "required": True}, {"to": metric, "from": header, "type": "count"}]
    return {"entity": "account_days", "section": section, "header": {"required": ["日期", header]}, "columns": columns}


STACKED = [
    ["文章标题"],
    ["阅读概况"],
    ["日期", "阅读(人)"],
    ["2026-03-01", "10"],
    ["2026-03-02", "x"],
    [],
    ["性别分布"],
    ["性别", "人数"],
    ["男", "3"],
    [],
    ["分享概况"],
    ["日期", "分享(人)"],
    ["2026-03-01", "2"],
]


def test_each_stacked_table_ends_where_the_next_begins_and_unread_ones_are_named(tmp_path: Path) -> None:
    spec = _spec(blocks=[_series("^阅读概况$", "viewer_count", "阅读(人)"), _series("^分享概况$", "share_count", "分享(人)")])
    loaded = _read(_workbook(tmp_path, STACKED), spec)
    frame = table(loaded)
    assert frame.select("row_number", "viewer_count", "share_count").rows() == [(4, 10, None), (13, None, 2)]
    assert loaded.manifest["rows_in"] == 3
    assert loaded.rejects.select("row_number", "reason_code").rows() == [(5, "bad_value")]
    assert loaded.manifest["warnings"] == ["sheets_not_read: 性别分布"]


def test_sections_of_a_text_file_keep_their_line_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, "\n".join(",".join(row) for row in STACKED))
    loaded = _read(path, _spec(blocks=[_series("^分享概况$", "share_count", "分享(人)")]))
    assert table(loaded).select("row_number", "share_count").rows() == [(13, 2)]


def test_a_cell_above_the_table_holds_for_every_row(tmp_path: Path) -> None:
    block = _series("^阅读概况$", "viewer_count", "阅读(人)") | {"entity": "post_channels", "natural_key": ["title", "window_start"]}
    block["columns"] = [
        {"to": "title", "from": "@A1"},
        {"to": "window_start", "from": "日期", "type": "date"},
        {"to": "viewer_count", "from": "阅读(人)", "type": "count"},
    ]
    frame = table(_read(_workbook(tmp_path, STACKED[:4]), _spec(blocks=[block])), entity="post_channels")
    assert frame.select("title", "viewer_count").rows() == [("文章标题", 10)]


def test_positions_count_where_the_header_has_no_names(tmp_path: Path) -> None:
    spec = _spec(
        entity="collaborations",
        header={"required": [], "row": 2, "cells": {1: "^[0-9a-f]{4}$"}},
        columns=[{"to": "platform_post_id", "from": "#1", "type": "id"}, {"to": "view_count", "from": "#2", "type": "count"}],
    )
    good = _workbook(tmp_path, [["组", "", ""], ["日期", "", "阅读"], ["2026/01/15", "ab12", "7"]])
    assert table(_read(good, spec), entity="collaborations").select("platform_post_id", "view_count").rows() == [("ab12", 7)]
    (tmp_path / "other").mkdir()
    other = _workbook(tmp_path / "other", [["组", "", ""], ["日期", "", "阅读"], ["2026/01/15", "not an id", "7"]])
    with pytest.raises(FileProblem):
        _read(other, spec)


def test_the_currency_stands_in_the_header(tmp_path: Path) -> None:
    spec = _spec(
        entity="ad_days",
        decimal="comma",
        header={"required": ["Day", r"/^amount spent \((\w{3})\)$/"]},
        columns=[
            {"to": "business_date", "from": "Day", "type": "date"},
            {"to": "spend_amount", "from": r"/^amount spent \((\w{3})\)$/", "type": "number"},
            {"to": "currency", "from": r"/^amount spent \((\w{3})\)$/", "from_header": True},
        ],
    )
    loaded = _read(write(tmp_path, "Day;Amount spent (USD)\n2026-03-01;1 234,56\n2026-03-02;7,5"), spec)
    assert table(loaded, entity="ad_days").select("spend_amount", "currency").rows() == [(1234.56, "USD"), (7.5, "USD")]
    assert loaded.manifest["unknown_columns"] == []


def test_a_sheet_of_labels_and_values_is_one_row(tmp_path: Path) -> None:
    spec = _spec(
        entity="account_days",
        header={"required": ["指标", "数值"]},
        transpose={"label": "指标", "value": "数值"},
        columns=[{"to": "view_count", "from": "观看数", "type": "count"}, {"to": "like_count", "from": "点赞数", "type": "count"}],
    )
    loaded = _read(_workbook(tmp_path, [["指标", "数值"], ["观看数", "1,200"], ["点赞数", "-"], ["未知", "5"]]), spec)
    assert table(loaded).select("view_count", "like_count").rows() == [(1200, None)]
    assert (loaded.manifest["rows_in"], loaded.manifest["rows_loaded"]) == (1, 1)
    assert loaded.manifest["unknown_columns"] == ["未知"]


SURVEY = """序号,提交答卷时间,所用时间,来自IP,1、您的性别,2、喜欢哪些（多选）,3、推荐的可能性
1,2026/3/1 9:05:00,86秒,1.2.3.4(广东-深圳),女,短视频┋图文〖少一点广告〗,10(非常愿意)
2,2026/3/1 9:06:00,12秒,1.2.3.5(北京-北京),(跳过),(空),6分
2,2026/3/1 9:06:00,12秒,1.2.3.5(北京-北京),(跳过),(空),6分
x,2026/3/1 9:06:00,oops,1.2.3.5(北京-北京),男,(空),
"""


def _survey_spec() -> FormatSpec:
    return _spec(
        entity="survey_answers",
        header={"required": ["序号", "提交答卷时间", "所用时间"]},
        columns=[
            {"to": "response_id", "from": "序号", "type": "id", "required": True},
            {"to": "submitted_at", "from": "提交答卷时间", "type": "datetime"},
            {"to": "duration_seconds", "from": "所用时间", "type": "duration"},
            {"to": "region", "from": "来自IP", "extract": r"\((.+)\)"},
        ],
        drop=["来自IP"],
        unpivot={"to": "question", "value": "answer_text"},
    )


def test_a_survey_s_row_becomes_an_answer_per_question_and_counts_once(tmp_path: Path) -> None:
    loaded = _read(write(tmp_path, SURVEY, name="满意度调查_20260301.csv"), _survey_spec())
    m = loaded.manifest
    assert (m["rows_in"], m["rows_loaded"], m["rows_duplicate"], m["rows_rejected"]) == (4, 2, 1, 1)
    frame = table(loaded, entity="survey_answers")
    assert frame["survey"].unique().to_list() == ["满意度调查"]
    assert frame["answer_state"].to_list() == ["answered", "answered", "answered", "skipped", "blank", "answered"]
    assert frame["answer_number"].to_list() == [None, None, 10.0, None, None, 6.0]
    assert frame["answer_options"].to_list()[1] == ["短视频", "图文"]
    assert frame["question_number"].to_list()[:3] == ["1", "2", "3"]
    assert frame["region"].to_list()[0] == "广东-深圳"
    assert "1.2.3" not in str(frame.to_dicts()) + str(loaded.rejects.to_dicts())
    assert frame["question_key"].n_unique() == 3


@pytest.mark.parametrize(
    ("cell", "fmt", "year", "expected"),
    [
        ("3月25日", "%m月%d日", None, date(2025, 3, 25)),
        ("3月9日", "%m月%d日", None, date(2026, 3, 9)),
        ("23 August", "%d %B", None, date(2025, 8, 23)),
        ("29 February", "%d %B", None, date(2024, 2, 29)),
        ("13.09", "%d.%m", 2017, date(2017, 9, 13)),
    ],
)
def test_a_day_without_a_year_is_the_latest_that_can_be_meant(
    tmp_path: Path, cell: str, fmt: str, year: int | None, expected: date
) -> None:
    column = {"to": "business_date", "from": "Date", "type": "date", "formats": [fmt], "year": year}
    spec = _spec(entity="account_days", header={"required": ["Date", "Likes"]}, columns=[column, {"to": "like_count", "from": "Likes"}])
    assert table(_read(write(tmp_path, f"Date,Likes\n{cell},1"), spec))["business_date"].to_list() == [expected]


def test_a_row_may_say_two_things_and_counts_once(tmp_path: Path) -> None:
    columns = [{"to": "platform_post_id", "from": "id", "type": "id"}, {"to": "view_count", "from": "views", "type": "count"}]
    likes = [{"to": "business_date", "from": "day", "type": "date"}, {"to": "view_count", "from": "views", "type": "count"}]
    header = {"required": ["id", "views"]}
    spec = _spec(
        blocks=[
            {"entity": "post_snapshots", "header": header, "columns": columns},
            {"entity": "account_days", "header": header, "columns": likes, "also": True},
        ]
    )
    loaded = _read(write(tmp_path, "id,views,day\na1,5,2026-03-01\na2,x,2026-03-02"), spec)
    assert table(loaded, entity="post_snapshots").height == 1
    assert table(loaded, entity="account_days").height == 1
    m = loaded.manifest
    assert (m["rows_in"], m["rows_loaded"], m["rows_rejected"]) == (2, 1, 1)


def test_reading_helpers_agree(tmp_path: Path) -> None:
    """`read` of the shared helpers and the one here take the same road."""
    spec = _spec(
        entity="account_days", header={"required": ["日期", "播放量"]}, columns=[{"to": "view_count", "from": "播放量", "type": "count"}]
    )
    assert reasons(read(write(tmp_path, "日期,播放量\n2026-03-01,x"), spec)) == {2: "bad_value"}
