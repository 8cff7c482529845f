"""Formats are told by their headers: in any order, any version, below any banner - and look-alikes are refused with the way out."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.load import Catalogue, Hints, Prepared, prepare
from pipelines.ingest.spec import REGISTERS, FormatSpec
from tests.unit.ingest.made_up import HEADER, ROW, assert_accounted, posts_spec, read, table, write_csv, write_xlsx

DOUYIN_2025 = ["作品名称", "发布时间", "体裁", "审核状态", "播放量", "完播率", "5s完播率", "封面点击率", "2s跳出率", "平均播放时长"]
DOUYIN_2025 += ["点赞量", "分享量", "评论量", "收藏量", "主页访问量", "粉丝增量"]
WORK_2025 = ["春日", "2026-03-01 10:00:00", "视频", "公开", "1200", "0.25", "0.5", "0.1", "0.2", "8.2", "30", "3", "4", "5", "6", "-1"]
XHS = ["笔记标题", "首次发布时间", "体裁", "曝光", "观看量", "封面点击率", "点赞", "评论", "收藏", "涨粉", "分享", "人均观看时长", "弹幕"]
NOTE = ["好物", "2026年03月01日10时00分00秒", "图文", "900", "100", "0.1", "9", "1", "2", "0", "1", "16", "0"]


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return Catalogue()


def _load(path: Path, catalogue: Catalogue, **hints: Any) -> Prepared:
    prepared = prepare(path, Hints(**hints), catalogue)
    assert_accounted(prepared)
    return prepared


def _problem(path: Path, catalogue: Catalogue) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        prepare(path, Hints(), catalogue)
    return caught.value


@pytest.mark.parametrize("seed", range(5))
def test_columns_are_found_by_name_in_any_order(tmp_path: Path, shipped: Catalogue, seed: int) -> None:
    order = list(range(len(DOUYIN_2025)))
    random.Random(seed).shuffle(order)
    path = write_csv(tmp_path, [[DOUYIN_2025[i] for i in order], [WORK_2025[i] for i in order]])
    loaded = _load(path, shipped)
    row = table(loaded).row(0, named=True)
    assert (loaded.manifest["format_id"], loaded.manifest["format_version"]) == ("douyin.works", "2025")
    assert (row["view_count"], row["share_count"], row["comment_count"], row["follower_gain_count"]) == (1200, 3, 4, -1)
    assert (row["completion_rate"], row["average_watch_seconds"], row["content_type"]) == (0.25, 8.2, "short_video")


def test_a_later_version_has_other_columns(tmp_path: Path, shipped: Catalogue) -> None:
    header = ["发布状态" if h == "审核状态" else "作品时长" if h == "封面点击率" else h for h in DOUYIN_2025]
    loaded = _load(
        write_csv(tmp_path, [header, ["1分20秒" if h == "作品时长" else c for h, c in zip(header, WORK_2025, strict=True)]]), shipped
    )
    assert loaded.manifest["format_version"] == "2026"
    row = table(loaded).row(0, named=True)
    assert (row["duration_seconds"], row["cover_click_rate"]) == (80.0, None)


def test_a_column_more_or_less_does_not_matter(tmp_path: Path, shipped: Catalogue) -> None:
    header = [h for h in DOUYIN_2025 if h not in ("体裁", "收藏量")] + ["推荐率"]
    row = [c for h, c in zip(DOUYIN_2025, WORK_2025, strict=True) if h not in ("体裁", "收藏量")] + ["0.9"]
    loaded = _load(write_csv(tmp_path, [header, row]), shipped)
    assert table(loaded)["save_count"].to_list() == [None]
    assert loaded.manifest["unknown_columns"] == ["推荐率"]
    assert table(loaded)["extra"].to_list() == ['{"推荐率":"0.9"}']


@pytest.mark.parametrize(
    "banner", [[], [["最多导出排序后前1000条笔记"]], [["笔记标题", "说明"], ["", ""]], [["最多导出排序后前1000条笔记"] * 13]]
)
def test_a_banner_may_stand_above_the_header(tmp_path: Path, shipped: Catalogue, banner: list[list[str]]) -> None:
    for path in (write_xlsx(tmp_path, {"Sheet1": [*banner, XHS, NOTE]}), write_csv(tmp_path, [*banner, XHS, NOTE])):
        loaded = _load(path, shipped)
        assert loaded.manifest["format_id"] == "xiaohongshu.notes"
        assert loaded.manifest["rows_in"] == 1
        assert loaded.manifest["header_row"] == len(banner) + 1


@pytest.mark.parametrize(
    "spelling",
    [
        lambda h: f" {h} ",
        lambda h: f"\ufeff{h}\u200b",
        lambda h: h.replace("5s", "5S").replace("2s", "2S"),
        lambda h: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in h),
        lambda h: f"{h}\n",
    ],
)
def test_headers_are_compared_as_people_read_them(tmp_path: Path, shipped: Catalogue, spelling: Any) -> None:
    loaded = _load(write_csv(tmp_path, [[spelling(h) for h in DOUYIN_2025], WORK_2025]), shipped)
    assert loaded.manifest["format_id"] == "douyin.works"
    assert loaded.manifest["unknown_columns"] == []
    assert table(loaded)["completion_5s_rate"].to_list() == [0.5]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["垂类", "体裁", "发布时间", "周期内投稿量", "播放量"], ["美食", "视频", "2026-03", "9", "100"]),
        (
            ["主播昵称", "主播抖音号", "直播开始时间", "直播结束时间", "直播时长(分钟)"],
            ["青禾", "qh", "2026/07/22 11:00:21", "2026/07/22 12:00:21", "60"],
        ),
    ],
)
def test_look_alikes_are_refused_with_the_way_to_the_right_file(
    tmp_path: Path, shipped: Catalogue, header: list[str], row: list[str]
) -> None:
    problem = _problem(write_csv(tmp_path, [header, row]), shipped)
    assert problem.code == "look_alike"
    assert "导出" in problem.message
    assert "→" in problem.message
    assert "Export" in problem.message or "export" in problem.message


def test_an_unknown_file_names_the_nearest_format_and_the_difference(tmp_path: Path, shipped: Catalogue) -> None:
    header = ["作品名称", "发布日期", "播放量", "完播率", "热度"]
    problem = _problem(write_csv(tmp_path, [["导出"], header, ["a", "2026-03-01", "1", "0.1", "5"]]), shipped)
    assert problem.code == "unknown_format"
    assert problem.nearest_format == "douyin.works"
    assert problem.missing_headers == ["发布时间"]
    assert problem.unexpected_headers == ["发布日期", "热度"]
    assert "data/formats" in problem.message


def test_a_file_like_nothing_shows_its_own_header(tmp_path: Path, shipped: Catalogue) -> None:
    problem = _problem(write_csv(tmp_path, [["qwe", "rty"], ["1", "2"]]), shipped)
    assert problem.code == "unknown_format"
    assert "qwe, rty" in problem.message


def test_a_folder_of_a_platform_decides_between_equals(tmp_path: Path) -> None:
    one, two = posts_spec(format_id="aaa.posts", platform="aaa"), posts_spec(format_id="bbb.posts", platform="bbb")
    path = write_csv(tmp_path, [HEADER, ROW])
    for platform in ("aaa", "bbb"):
        assert read(path, one, two, platform=platform).manifest["platform"] == platform
    assert read(path, one, two, platform="ccc").manifest["platform"] in ("aaa", "bbb")


def test_the_format_that_knows_more_of_the_header_wins(tmp_path: Path) -> None:
    poor = posts_spec(format_id="madeup.poor", columns=[{"to": "title", "from": "标题"}])
    assert read(write_csv(tmp_path, [HEADER, ROW]), poor, posts_spec()).manifest["format_id"] == "madeup.posts"
    assert read(write_csv(tmp_path, [HEADER, ROW]), posts_spec(), poor).manifest["format_id"] == "madeup.posts"


def test_a_header_repeated_early_costs_no_row(tmp_path: Path) -> None:
    """A crawler started three times: the first header is the file's, the others are rows without data."""
    rows = [HEADER, ROW, HEADER, ["二", *ROW[1:]], ["三", *ROW[1:]], HEADER, ["四", *ROW[1:]]]
    for path in (write_csv(tmp_path, rows), write_xlsx(tmp_path, {"S": rows})):
        loaded = read(path)
        assert loaded.manifest["rows_in"] == 6
        assert table(loaded)["title"].to_list() == ["春日上新", "二", "三", "四"]


def test_rows_above_the_header_are_no_data_lost_in_silence(tmp_path: Path) -> None:
    """A file that begins in the middle: its header comes with the next run of the crawler."""
    rows = [["〇", *ROW[1:]], ["零", *ROW[1:]], HEADER, ROW]
    for path in (write_csv(tmp_path, rows), write_xlsx(tmp_path, {"S": rows})):
        loaded = read(path)
        assert loaded.manifest["rows_in"] == 3
        assert dict(loaded.rejects.select("row_number", "reason_code").rows()) == {1: "above_header", 2: "above_header"}
        assert "〇" in loaded.rejects["raw_row"][0]


def test_a_repeated_header_is_known_beside_columns_without_a_name(tmp_path: Path) -> None:
    header = [*HEADER, "", "备注", "备注"]
    rows = [header, [*ROW, "x", "a", "b"], header, ["二", *ROW[1:], "x", "a", "b"]]
    loaded = read(write_csv(tmp_path, rows))
    assert loaded.rejects["reason_code"].to_list() == ["repeated_header"]


def test_required_choices_forbidden_headers_and_exact_columns(tmp_path: Path) -> None:
    spec = posts_spec(header={"required": ["标题", ["播放量", "阅读量"]], "forbidden": ["人数"], "exact_columns": 3})
    for header, fits in (
        (["标题", "发布时间", "阅读量"], True),
        (["标题", "发布时间", "播放量"], True),
        (["标题", "发布时间", "在看"], False),
        (["标题", "播放量", "人数"], False),
        (["标题", "发布时间", "播放量", "点赞"], False),
        (["标题", "发布时间", "播放量", ""], True),
    ):
        path = write_csv(tmp_path, [header, ["a", "2026-03-01", "1", "1"][: len(header)]])
        if fits:
            assert read(path, spec).manifest["rows_loaded"] == 1
        else:
            with pytest.raises(FileProblem):
                read(path, spec)


def test_a_mistake_in_a_format_is_named() -> None:
    with pytest.raises(ValueError, match="no_such_column"):
        posts_spec(columns=[{"to": "no_such_column", "from": "x"}])
    with pytest.raises(ValueError, match="scale"):
        posts_spec(columns=[{"to": "completion_rate", "from": "完播率", "type": "ratio"}])
    with pytest.raises(ValueError, match="utf-9"):
        posts_spec(encodings=["utf-9"])
    with pytest.raises(ValueError, match="Mars"):
        posts_spec(timezone="Mars/Base")
    with pytest.raises(ValueError, match="group"):
        posts_spec(columns=[{"to": "title", "from": "标题", "extract": "no group"}])
    for broken in ({"columns": [{"to": "title", "from": "标题", "extract": "("}]}, {"file_name": "("}):
        with pytest.raises(ValueError, match="expression"):
            posts_spec(**broken)


def test_every_shipped_format_reads_and_names_its_platform(shipped: Catalogue) -> None:
    assert {"douyin.works", "xiaohongshu.notes"} <= {spec.format_id for spec in shipped.specs}
    assert all(isinstance(spec, FormatSpec) and spec.platform in {*shipped.platforms, REGISTERS} for spec in shipped.specs)
