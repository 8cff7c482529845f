"""Every row of a file is loaded, a duplicate or rejected with a reason, and what is loaded says what is known of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.accounting import REJECT_SCHEMA
from pipelines.ingest.errors import FileProblem
from tests.unit.ingest.made_up import HEADER, ROW, csv_text, ids_spec, posts_spec, read, reasons, table, write, write_csv, write_xlsx


def _rows(*changes: dict[str, Any]) -> list[list[Any]]:
    return [HEADER, *[[change.get(name, value) for name, value in zip(HEADER, ROW, strict=True)] for change in changes]]


def test_missing_is_null_and_zero_is_zero(tmp_path: Path) -> None:
    rows = _rows({"标题": "a", "播放量": "-", "点赞": "", "完播率": "--"}, {"标题": "b", "播放量": "0", "点赞": "0", "完播率": "0"})
    frame = table(read(write_csv(tmp_path, rows)))
    assert frame.select("view_count", "like_count", "completion_rate").rows() == [(None, None, None), (0, 0, 0.0)]
    assert frame["share_count"].to_list() == [None, None]  # no such column in the file


def test_precision_and_bounds_are_flagged_per_row(tmp_path: Path) -> None:
    rows = _rows(
        {"标题": "a", "播放量": "1.2万", "点赞": "999+"},
        {"标题": "b", "播放量": "10万+", "完播率": "<0.1%"},
        {"标题": "c"},
    )
    frame = table(read(write_csv(tmp_path, rows)))
    assert frame["view_count"].to_list() == [12000, 100_000, 1234]
    assert frame["approximate_columns"].to_list() == [["view_count"], ["view_count"], None]
    assert frame["censored_columns"].to_list() == [["like_count"], ["view_count", "completion_rate"], None]


def test_the_first_source_that_knows_a_value_wins_with_its_flags(tmp_path: Path) -> None:
    columns = [
        {"to": "title", "from": "标题"},
        {"to": "view_count", "from": "播放量", "type": "count"},
        {"to": "view_count", "from": "阅读量", "type": "count"},
    ]
    spec = posts_spec(header={"required": ["标题"]}, columns=columns, natural_key=["title"])
    rows = [["标题", "播放量", "阅读量"], ["a", "5", "1万"], ["b", "", "2万"], ["c", "3", ""]]
    frame = table(read(write_csv(tmp_path, rows), spec))
    assert frame["view_count"].to_list() == [5, 20000, 3]
    assert frame["approximate_columns"].to_list() == [None, ["view_count"], None]


def test_unreadable_and_missing_values_reject_their_row_with_the_column(tmp_path: Path) -> None:
    rows = _rows({"播放量": "很多"}, {"发布时间": ""}, {"发布时间": "昨天 12:03"}, {"完播率": "250"}, {"标题": "gut"})
    loaded = read(write_csv(tmp_path, rows))
    assert table(loaded)["title"].to_list() == ["gut"]
    assert loaded.rejects.select("row_number", "reason_code", "column_name").rows() == [
        (2, "bad_value", "播放量"),
        (3, "missing_value", "发布时间"),
        (4, "bad_value", "发布时间"),
        (5, "bad_value", "完播率"),
    ]
    assert loaded.rejects["message"][0] == "column 播放量: '很多' cannot be read"
    assert json.loads(loaded.rejects["raw_row"][0])["标题"] == "春日上新"


def test_total_rows_are_no_data(tmp_path: Path) -> None:
    spec = posts_spec(drop_rows=[{"column": "标题", "equals": ["Total", "合计"], "matches": "^Showing top"}])
    rows = _rows({"标题": " Total "}, {"标题": "合计", "发布时间": ""}, {"标题": "Showing top 500"}, {"标题": "Totally new"})
    loaded = read(write_csv(tmp_path, rows), spec)
    assert set(reasons(loaded).values()) == {"total_row"}
    assert table(loaded)["title"].to_list() == ["Totally new"]


def test_kinds_of_rows_that_the_format_does_not_take(tmp_path: Path) -> None:
    spec = posts_spec(where={"范围": ["Lifetime"]})
    rows = [[*HEADER, "范围"], [*ROW, "Lifetime "], ["b", *ROW[1:], "Daily"], ["c", *ROW[1:], ""]]
    loaded = read(write_csv(tmp_path, rows), spec)
    assert reasons(loaded) == {3: "no_block", 4: "no_block"}
    assert read(write_csv(tmp_path, [HEADER, ROW], name="without.csv"), spec).manifest["rows_loaded"] == 1


def test_equal_rows_are_duplicates_and_rows_that_differ_conflict(tmp_path: Path) -> None:
    rows = _rows({}, {}, {"播放量": "2000"}, {"标题": "别的"}, {})
    loaded = read(write_csv(tmp_path, rows))
    assert loaded.manifest["rows_duplicate"] == 2
    assert reasons(loaded) == {4: "ambiguous_key"}
    assert table(loaded)["row_number"].to_list() == [2, 5]


def test_of_a_file_that_is_appended_to_the_last_row_counts(tmp_path: Path) -> None:
    loaded = read(write_csv(tmp_path, _rows({}, {"播放量": "2000"}, {"标题": "别的"}, {"播放量": "3000"})), posts_spec(repeats="last_wins"))
    assert loaded.manifest["rows_duplicate"] == 2
    assert table(loaded).select("title", "view_count").rows() == [("别的", 1234), ("春日上新", 3000)]


def test_titles_that_look_the_same_are_the_same_post(tmp_path: Path) -> None:
    """Spaces, widths and seconds lost in a spreadsheet do not make another post; another title or day does."""
    same = [{"标题": "ＡＢ　上新 "}, {"标题": "AB 上新"}, {"标题": "AB\n上新", "发布时间": "2026/3/1 10:00"}, {"标题": "AB 上\u200b新"}]
    other = [{"标题": "ab 上新"}, {"标题": "AB 上新", "发布时间": "2026-03-02 10:00:00"}]
    rows = _rows(*same, *other)
    loaded = read(write_csv(tmp_path, rows), posts_spec(repeats="last_wins"))
    assert loaded.manifest["rows_duplicate"] == 3
    assert loaded.manifest["rows_loaded"] == 3


def test_the_same_post_has_the_same_key_in_the_next_file(tmp_path: Path) -> None:
    first = read(write_csv(tmp_path, _rows({}), name="a.csv"))
    second = read(write_xlsx(tmp_path, {"S": _rows({"播放量": "9999", "点赞": ""})}))
    other = read(write_csv(tmp_path, _rows({}), name="c.csv"), account="another")
    keys = [table(loaded)["post_key"][0] for loaded in (first, second, other)]
    assert keys[0] == keys[1] != keys[2]


def test_ids_keep_their_digits(tmp_path: Path) -> None:
    cells = ["\t7301234567890123456", '="7301234567890123457"', "'7301234567890123458", "1.2E+17", "", "7301234567890123459"]
    loaded = read(write_csv(tmp_path, [["编号", "播放量"], *[[c, "1"] for c in cells]]), ids_spec())
    assert table(loaded)["platform_post_id"].to_list() == [f"730123456789012345{d}" for d in (6, 7, 8, 9)]
    assert reasons(loaded) == {5: "bad_value", 6: "missing_value"}


def test_rows_that_nothing_identifies_are_rejected(tmp_path: Path) -> None:
    spec = ids_spec(
        columns=[{"to": "platform_post_id", "from": "编号", "type": "id"}, {"to": "view_count", "from": "播放量", "type": "count"}]
    )
    loaded = read(write_csv(tmp_path, [["编号", "播放量"], ["", "1"], ["7", "1"], ["", "2"], ["7", "1"]]), spec)
    assert table(loaded)["platform_post_id"].to_list() == ["7"]
    assert loaded.manifest["rows_duplicate"] == 1
    assert reasons(loaded) == {2: "missing_value", 4: "missing_value"}


def test_unknown_columns_are_kept_and_reported_ignored_ones_only_kept(tmp_path: Path) -> None:
    rows = [["编号", "播放量", "热度", "备注", "avg. views", "a{b}", "x"], ["1", "5", "高", "n", "2.5", "3", ""]]
    loaded = read(write_csv(tmp_path, rows), ids_spec())
    assert loaded.manifest["unknown_columns"] == ["avg. views", "a{b}", "x", "热度"]
    assert json.loads(table(loaded)["extra"][0]) == {"热度": "高", "avg. views": "2.5", "a{b}": "3", "备注": "n", "x": None}


def test_values_from_parts_words_and_factors(tmp_path: Path) -> None:
    columns = [
        {"to": "platform_post_id", "from": "链接", "extract": r"/video/(\d+)"},
        {"to": "title", "from": ["题", "描述"], "keep": "longest"},
        {"to": "content_type", "from": "体裁", "map": {"/视频/": "short_video", "图": "image_text"}, "default": "other"},
        {"to": "revenue_amount", "from": "收入(分)", "type": "number", "multiply": 0.01},
        {"to": "is_original", "from": "原创", "type": "boolean", "map": {"Y": "true", "N": "false"}},
    ]
    spec = posts_spec(header={"required": ["链接", "体裁"]}, columns=columns, natural_key=["title"])
    rows = [
        ["链接", "题", "描述", "体裁", "收入(分)", "原创"],
        ["https://x/video/77?a=1", "短", "更长的描述", "竖版视频", "1250", "Y"],
        ["https://x/note/78", "题目", "", "图", "", "N"],
        ["", "", "只有描述", "直播", "0", ""],
    ]
    frame = table(read(write_csv(tmp_path, rows), spec))
    assert frame.select("platform_post_id", "title", "content_type", "revenue_amount", "is_original").rows() == [
        ("77", "更长的描述", "short_video", 12.5, True),
        (None, "题目", "image_text", None, False),
        (None, "只有描述", "other", 0.0, None),
    ]


def test_published_days_are_the_platforms_own(tmp_path: Path) -> None:
    rows = _rows(
        {"标题": "a", "发布时间": "2026-03-01 23:30:00"},
        {"标题": "b", "发布时间": "2026-03-01"},
        {"标题": "c", "发布时间": "2026/3/1 0:05"},
    )
    frame = table(read(write_csv(tmp_path, rows), posts_spec(timezone="America/Los_Angeles")))
    assert [d.isoformat() for d in frame["published_date"]] == ["2026-03-01"] * 3
    assert frame["published_precision"].to_list() == ["second", "day", "minute"]
    assert frame["published_at"].dt.strftime("%m-%d %H:%M").to_list() == ["03-02 07:30", "03-01 08:00", "03-01 08:05"]


def test_the_last_day_of_a_trend_is_provisional(tmp_path: Path) -> None:
    spec = posts_spec(
        entity="account_days",
        header={"required": ["日期", "播放量"]},
        columns=[
            {"to": "business_date", "from": "日期", "type": "date", "required": True},
            {"to": "view_count", "from": "播放量", "type": "count"},
        ],
        provisional_last_day=True,
        natural_key=[],
    )
    rows = [["日期", "播放量"], ["2026-03-02", "5"], ["2026-03-01", "6"], ["2026-03-02", "5"]]
    loaded = read(write_csv(tmp_path, rows), spec)
    assert table(loaded).select("view_count", "is_provisional").rows() == [(5, True), (6, False)]
    assert loaded.manifest["rows_duplicate"] == 1


def test_rows_may_name_their_account(tmp_path: Path) -> None:
    spec = posts_spec(
        columns=[*posts_spec().blocks[0].model_dump(by_alias=True)["columns"], {"to": "account", "from": "账号", "type": "account"}]
    )
    rows = [[*HEADER, "账号"], [*ROW, "品牌"], ["b", *ROW[1:], ""], ["c", *ROW[1:], " 品牌 "]]
    loaded = read(write_csv(tmp_path, rows), spec, account="folder")
    assert table(loaded)["account_key"].to_list() == ["madeup:品牌", "madeup:folder", "madeup:品牌"]
    assert loaded.manifest["account_keys"] == ["madeup:folder", "madeup:品牌"]


def test_a_file_of_rejects_only_is_still_a_load(tmp_path: Path) -> None:
    loaded = read(write_csv(tmp_path, _rows({"播放量": "x"}, {"发布时间": ""})))
    assert (loaded.manifest["rows_in"], loaded.manifest["rows_loaded"], loaded.manifest["rows_rejected"]) == (2, 0, 2)


def test_a_row_lost_by_the_engine_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The count of what came in does not come from what went out."""
    nothing = pl.DataFrame(schema=REJECT_SCHEMA)
    monkeypatch.setattr("pipelines.ingest.parse.deduplicate", lambda block, rows, frame: (rows.head(1), 0, nothing))
    with pytest.raises(FileProblem) as caught:
        read(write_csv(tmp_path, _rows({"标题": "a"}, {"标题": "b"})))
    assert caught.value.code == "not_accounted"


DIRT = st.sampled_from(
    [
        "",
        "   ",
        ",,,,,",
        ",".join(HEADER),
        "合计,,99,,,",
        "a,b",
        "a,2026-03-01,1,2,0.5,3,zu,viel",
        '"offen,2026-03-01,7,1,0.5,3',
        'x "y" z,2026-03-02,7,1,0.5,3',
        '"zwei\nZeilen",2026-03-03,7,1,0.5,3',
        '"a ""b"", c",2026-03-04,7,1,0.5,3',
        "schlecht,2026-03-05,viele,1,0.5,3",
        "ohne Zeit,,7,1,0.5,3",
        "doppelt,2026-03-06,7,1,0.5,3",
        "strittig,2026-03-07,7,1,0.5,3",
        "strittig,2026-03-07,8,1,0.5,3",
        "-,2026-03-08,-,--,,",
        "=cmd,2026-03-09,1.2万,10万+,<0.1%,18秒",
    ]
)


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.lists(DIRT, min_size=1, max_size=30), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
)
def test_with_any_dirt_every_row_is_accounted_for(tmp_path: Path, lines: list[str], newline: str, encoding: str) -> None:
    """Rows are numbered without a gap: each number is loaded, rejected or one of the duplicates."""
    good = csv_text([HEADER, ROW], newline=newline)
    spec = posts_spec(drop_rows=[{"column": "标题", "equals": ["合计"]}])
    loaded = read(write(tmp_path, good + newline.join(lines) + newline, encoding=encoding), spec)
    manifest = loaded.manifest
    used = {*table(loaded)["row_number"], *reasons(loaded)}
    assert 2 in used
    assert min(used) >= 2
    assert manifest["rows_in"] == max(used | {1 + manifest["rows_in"]}) - 1
    assert len(used) == manifest["rows_in"] - manifest["rows_duplicate"]
    unclosed = sum(line.startswith('"offen') for line in lines)
    if not unclosed:
        assert manifest["rows_in"] == 1 + len(lines)
        exact = [r for r in reasons(loaded).values() if r in ("blank_row", "wrong_length", "repeated_header", "total_row")]
        expected = [not line.strip(" ,") or line in ("a,b", ",".join(HEADER)) or line.startswith(("合计", "a,2026")) for line in lines]
        assert len(exact) == sum(expected)
