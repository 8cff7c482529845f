"""WeChat's stacked article report and the daily tables beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.unit.platforms.made_up_chinese import columns, counts, new_workbook, old_workbook, reasons, take

pytestmark = pytest.mark.usefixtures("data_dir")

CHANNELS = (
    "window_start",
    "channel",
    "viewer_count",
    "view_count",
    "share_count",
    "delivered_count",
    "impression_count",
    "follower_gain_count",
)


def _article(overview: list[list[Any]], conversion: list[list[Any]], trend: list[list[Any]], trend_title: str) -> list[list[Any]]:
    """Title in B1, then one table below the other, each under its name and ended by an empty row."""
    rows: list[list[Any]] = [["春茶上市"], [""]]
    pairs = ["数据指标", "数值"]
    for title, table in (
        ("数据概况", [pairs, *overview]),
        ("阅读转化", [pairs, *conversion]),
        ("推荐转化", [pairs, ["曝光次数", 900], ["阅读次数", 45], ["关注人数", 1]]),
        (trend_title, trend),
        ("性别分布", [["性别", "人数", "占比"], ["男", 30, "30%"], ["女", 70, "70%"]]),
        ("年龄分布", [["年龄", "人数", "占比"], ["26-35", 60, "60%"], ["65岁以上", 40, "40%"]]),
        ("地域分布", [["省份/直辖市", "人数", "占比"], ["浙江省", 100, "100%"]]),
    ):
        rows += [[title], *table, [""]]
    return rows


TIMES = _article(
    [
        ["阅读(次)", "1,200"],
        ["平均停留时长(秒)", "45.5"],
        ["完读率", "52.5%"],
        ["阅读后关注（人）", "3"],
        ["分享(次)", "12"],
        ["在看(次)", "4"],
        ["点赞(次)", "9"],
        ["赞赏(分)", "1050"],
        ["评论（条）", "2"],
        ["互动率", "2.5%"],
    ],
    [["送达人数", 5000], ["公众号消息阅读次数", 800], ["首次分享次数", 6], ["总分享次数", 12], ["分享产生的阅读次数", 300]],
    [
        ["日期", "传播渠道", "阅读人数", "阅读次数", "分享人数", "分享次数"],
        ["2025-03-01", "全部", 90, 120, 5, 6],
        ["2025-03-01", "公众号消息", 60, 80, 3, 4],
        ["2025-03-02", "全部", 10, 11, 0, 0],
    ],
    "数据趋势明细",
)
PEOPLE = _article(
    [["阅读(人)", 800], ["完读率", 0.6], ["新增关注（人）", 2], ["分享(人)", 7], ["收藏(人)", 5], ["点赞(人)", 8], ["在看(人)", 3]],
    [["送达人数", 4000], ["公众号消息阅读人数", 500], ["首次分享人数", 3], ["总分享人数", 7], ["分享产生的阅读人数", 90]],
    [["日期", "传播渠道", "阅读人数", "分享人数"], ["2026-03-01", "全部", 70, 2], ["2026-03-01", "推荐", 30, 0]],
    "阅读数据趋势明细",
)


def test_an_article_of_times_is_told_section_by_section(tmp_path: Path) -> None:
    loaded = take(old_workbook(tmp_path / "春茶上市.xls", TIMES, first_column=1))
    assert loaded.manifest["format_id"] == "wechat.article"
    assert loaded.manifest["warnings"] == []
    assert counts(loaded) == (11, 11, 0, 0)  # three side-lying tables, three days and channels, five readers' groups
    names = ["title", "view_count", "viewer_count", "share_count", "endorsement_count", "like_count", "comment_count", "revenue_amount"]
    assert columns(loaded, "post_snapshots", *names) == [("春茶上市", 1200, None, 12, 4, 9, 2, 10.5)]
    names = ["average_watch_seconds", "completion_rate", "follower_gain_count", "engagement_reported_rate", "published_at", "content_type"]
    assert columns(loaded, "post_snapshots", *names) == [(45.5, 0.525, 3, 0.025, None, "article")]
    assert columns(loaded, "post_channels", *CHANNELS) == [
        (None, "公众号消息", None, 800, 6, 5000, None, None),
        (None, "推荐", None, 45, None, None, 900, 1),
        (date(2025, 3, 1), "全部", 90, 120, 6, None, None, None),
        (date(2025, 3, 1), "公众号消息", 60, 80, 4, None, None, None),
        (date(2025, 3, 2), "全部", 10, 11, 0, None, None, None),
    ]
    posts = {key for (key,) in columns(loaded, "post_channels", "post_key")} | {
        key for (key,) in columns(loaded, "post_snapshots", "post_key")
    }
    assert len(posts) == 1
    assert columns(loaded, "audience_segments", "segment_kind", "segment_value") == [
        ("article_reader_gender", "男"),
        ("article_reader_gender", "女"),
        ("article_reader_age", "26-35"),
        ("article_reader_age", "65岁以上"),
        ("article_reader_region", "浙江省"),
    ]


def test_an_article_of_people_has_no_reads_and_no_shares(tmp_path: Path) -> None:
    loaded = take(old_workbook(tmp_path / "春茶上市.xls", PEOPLE, first_column=1))
    names = [
        "view_count",
        "viewer_count",
        "share_count",
        "save_count",
        "like_count",
        "endorsement_count",
        "follower_gain_count",
        "completion_rate",
    ]
    assert columns(loaded, "post_snapshots", *names) == [(None, 800, None, None, 8, 3, 2, 0.6)]
    assert columns(loaded, "post_channels", "channel", "viewer_count", "view_count", "share_count", "delivered_count") == [
        ("公众号消息", 500, None, None, 4000),
        ("推荐", None, 45, None, None),
        ("全部", 70, None, None, None),
        ("推荐", 30, None, None, None),
    ]


def test_two_articles_are_two_posts_in_a_new_workbook_too(tmp_path: Path) -> None:
    shifted = [["", *row] for row in PEOPLE]
    first = take(new_workbook(tmp_path / "一.xlsx", {"Sheet1": shifted}))
    second = take(new_workbook(tmp_path / "二.xlsx", {"Sheet1": [["", "夏茶上市"], *shifted[1:]]}))
    assert columns(first, "post_snapshots", "title", "viewer_count") == [("春茶上市", 800)]
    assert columns(second, "post_snapshots", "title") == [("夏茶上市",)]
    assert columns(first, "post_snapshots", "post_key") != columns(second, "post_snapshots", "post_key")


def test_the_report_of_2024_gives_channels_and_the_account_s_own_day(tmp_path: Path) -> None:
    header = [
        "日期",
        "阅读次数",
        "阅读人数",
        "分享次数",
        "分享人数",
        "阅读原文次数",
        "阅读原文人数",
        "收藏次数",
        "收藏人数",
        "群发篇数",
        "渠道",
    ]
    rows: list[list[Any]] = [
        header,
        ["2024-03-05", 120, 90, 6, 5, 3, 2, 4, 4, 1, "全部"],
        ["2024-03-05", 80, 60, 4, 3, 3, 2, 2, 2, 1, "公众号消息"],
        ["2024-03-06", 0, 0, 0, 0, 0, 0, 0, 0, 0, "全部"],
        ["2024-03-06", "x", 0, 0, 0, 0, 0, 0, 0, 0, "朋友圈"],
    ]
    loaded = take(old_workbook(tmp_path / "traffic.xls", rows))
    assert (counts(loaded), reasons(loaded)) == ((4, 3, 0, 1), {5: "bad_value"})
    assert columns(loaded, "account_channel_days", "business_date", "channel", "view_count", "viewer_count") == [
        (date(2024, 3, 5), "全部", 120, 90),
        (date(2024, 3, 5), "公众号消息", 80, 60),
        (date(2024, 3, 6), "全部", 0, 0),
    ]
    names = ["business_date", "view_count", "viewer_count", "share_count", "link_click_count", "save_count", "posts_published_count"]
    assert columns(loaded, "account_days", *names) == [(date(2024, 3, 5), 120, 90, 6, 3, 4, 1), (date(2024, 3, 6), 0, 0, 0, 0, 0, 0)]


def test_regular_readers_are_a_group_of_people_on_a_day(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["时间", "常读用户数", "常读用户比例"], ["2026-03-01", 120, "12.5%"], ["2026-03-02", 121, "12.6%"]]
    loaded = take(old_workbook(tmp_path / "常读用户.xls", rows))
    assert counts(loaded) == (2, 2, 0, 0)
    assert columns(loaded, "audience_segments", "business_date", "segment_kind", "segment_value", "view_count") == [
        (date(2026, 3, 1), "reader", "常读用户", None),
        (date(2026, 3, 2), "reader", "常读用户", None),
    ]
    assert columns(loaded, "audience_segments", "extra")[0] == ('{"常读用户数":"120","常读用户比例":"12.5%"}',)
