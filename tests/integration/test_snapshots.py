"""Two exports of one account, days apart: one set of posts, both captures, nothing counted twice."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from tests.integration.conftest import rows, run_pulse

HEADER = ["作品名称", "发布时间", "体裁", "发布状态", "播放量", "完播率", "5s完播率", "作品时长", "2s跳出率", "平均播放时长"]
HEADER += ["点赞量", "评论量", "分享量", "收藏量", "主页访问量", "粉丝增量"]


def _works(path: Path, captured: datetime, works: list[tuple[str, str, int, int]]) -> None:
    """A works list as the platform writes it: every cell a string. `works` is (title, published, plays, likes)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": captured.replace(tzinfo=None)})
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, HEADER)
    for row, (title, published, plays, likes) in enumerate(works, start=1):
        cells = [title, published, "1min-视频", "公开", plays, "0.25", "0.5", "20", "0.2", "8.5", likes, "3", "2", "-", "10", "1"]
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, str(cell))
    book.close()
    os.utime(path, (captured.timestamp(), captured.timestamp()))


def test_two_captures_give_one_set_of_posts_and_exact_increments(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
    second = datetime(2026, 11, 13, 2, 0, tzinfo=UTC)
    a, b, gone, new = (
        ("甲", "2026-11-09 12:00:00"),
        ("乙", "2026-11-09 20:30:15"),
        ("旧作", "2026-08-01 08:00:00"),
        ("丙", "2026-11-12 09:00:00"),
    )
    _works(data / "landing" / "青禾" / "作品列表.xlsx", first, [(*a, 100, 10), (*b, 1000, 50), (*gone, 5000, 300)])
    _works(data / "landing" / "青禾" / "作品列表 (1).xlsx", second, [(*a, 160, 13), (*b, 940, 55), (*new, 30, 4)])
    run_pulse(data, "run")

    assert rows(data, "select count(*) from core.dim_posts") == [(4,)]
    assert rows(data, "select count(*) from core.fct_post_snapshots") == [(6,)]
    assert rows(data, "select count(*) from core.dim_posts where is_deleted") == [(0,)]
    increments = dict(
        rows(
            data,
            """select p.title, sum(d.view_count) from core.fct_post_days d join core.dim_posts p using (post_key) group by 1""",
        )
    )
    assert increments == {"甲": 160, "乙": 940, "丙": 30}  # 旧作 was published long before the first capture: its history belongs to no day
    corrections = rows(
        data, "select p.title, d.view_count from core.fct_post_days d join core.dim_posts p using (post_key) where is_correction"
    )
    assert corrections == [("乙", -60)]
    assert rows(data, "select save_count from core.fct_post_snapshots where save_count is not null") == []


def test_the_same_file_again_and_in_another_folder_of_the_account_changes_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    captured = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
    _works(data / "landing" / "青禾" / "作品列表.xlsx", captured, [("甲", "2026-11-09 12:00:00", 100, 10)])
    run_pulse(data, "run")
    (data / "landing" / "青禾" / "副本.xlsx").write_bytes((data / "landing" / "青禾" / "作品列表.xlsx").read_bytes())
    run_pulse(data, "run")
    assert rows(data, "select count(*) from raw.loads") == [(1,)]
    assert rows(data, "select count(*) from core.fct_post_snapshots") == [(1,)]
