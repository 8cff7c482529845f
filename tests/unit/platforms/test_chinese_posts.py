"""Works, articles and daily figures of Chinese platforms: what each export becomes, value by value."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.platforms.made_up_chinese import (
    BROKEN_STYLES,
    columns,
    counts,
    hand_made_workbook,
    new_workbook,
    reasons,
    table_of,
    take,
    text_file,
)

pytestmark = pytest.mark.usefixtures("data_dir")

MOMENT = datetime(2026, 9, 26, 11, 30, tzinfo=UTC)  # 19:30 in Shanghai


def test_the_posting_analysis_adds_to_the_works_of_the_works_list(tmp_path: Path) -> None:
    analysis = [{"视频名称": "春日上新 #茶", "发布时间": "2026-09-26 19:30:00", "播放量": "1204", "5s完播率": "0.302147"}]
    analysis[0] |= {"2s跳出率": "30.0426%", "平均播放时长": "8.209459"}
    works = [
        {
            "作品名称": "春日上新 #茶",
            "发布时间": "2026-09-26 19:30:00",
            "体裁": "1min-视频",
            "播放量": "1204",
            "完播率": "0.074074",
            "点赞量": "56",
        }
    ]
    first = take(hand_made_workbook(tmp_path / "投稿分析.xlsx", table_of(analysis)))
    second = take(hand_made_workbook(tmp_path / "作品列表.xlsx", table_of(works)))
    assert first.manifest["format_id"] == "douyin.analysis"
    assert counts(first) == (1, 1, 0, 0)
    names = ["title", "published_at", "view_count", "completion_5s_rate", "bounce_2s_rate", "average_watch_seconds"]
    assert columns(first, "post_snapshots", *names) == [("春日上新 #茶", MOMENT, 1204, 0.302147, 0.300426, 8.209459)]
    assert columns(first, "post_snapshots", "like_count", "completion_rate", "content_type") == [(None, None, None)]
    assert columns(first, "post_snapshots", "post_key") == columns(second, "post_snapshots", "post_key")


def test_kuaishou_columns_are_found_in_any_order(tmp_path: Path) -> None:
    row = {"完播率": "12.5%", "涨粉量": "-2", "作品": "开工", "播放量": "1.2万", "发布时间": "2026-09-26 19:30:00", "5s完播率": "45.6%"}
    row |= {"2s跳出率": "20%", "封面点击率": "--", "收藏量": "3", "分享量": "1", "评论量": "-", "点赞量": "1,024"}
    loaded = take(hand_made_workbook(tmp_path / "作品明细.xlsx", table_of([row, row, row | {"发布时间": "昨天"}])))
    assert (counts(loaded), reasons(loaded)) == ((3, 1, 1, 1), {4: "bad_value"})
    names = ["view_count", "like_count", "comment_count", "follower_gain_count", "completion_rate", "bounce_2s_rate", "cover_click_rate"]
    assert columns(loaded, "post_snapshots", *names) == [(12_000, 1024, None, -2, 0.125, 0.2, None)]
    assert columns(loaded, "post_snapshots", "approximate_columns") == [(["view_count"],)]


VIDEO = {
    "标题": "冷泡茶",
    "发布时间": "2026-09-26 19:30",
    "ID": "7412345678901234567",
    "链接": "https://www.toutiao.com/video/7412345678901234567/",
    "展现量": "11668",
    "粉丝展现量": "120",
    "播放量": "4755",
    "粉丝播放量": "60",
    "点击率": "0.41",
    "平均播放完成率": "16.55",
    "平均播放时长": "23",
    "点赞量": "12",
    "评论量": "3",
    "转发量": "2",
    "分享量": "5",
    "收藏量": "7",
}


def test_toutiao_has_two_scales_in_one_row_and_minus_one_for_nothing(tmp_path: Path) -> None:
    unseen = VIDEO | {"ID": "7412345678901234568", "点击率": "-1", "平均播放完成率": "-1.00", "平均播放时长": "-1", "点赞量": "-1"}
    path = hand_made_workbook(tmp_path / "头条小视频.xlsx", table_of([VIDEO, unseen]), styles=BROKEN_STYLES)
    loaded = take(path)
    assert counts(loaded) == (2, 2, 0, 0)
    names = ["platform_post_id", "impression_count", "view_count", "cover_click_rate", "average_progress_rate", "average_watch_seconds"]
    assert columns(loaded, "post_snapshots", *names) == [
        ("7412345678901234567", 11668, 4755, 0.41, 0.1655, 23.0),
        ("7412345678901234568", 11668, 4755, None, None, None),
    ]
    names = ["like_count", "comment_count", "repost_count", "share_count", "save_count", "published_precision", "content_type"]
    assert columns(loaded, "post_snapshots", *names)[0] == (12, 3, 2, 5, 7, "minute", "short_video")
    assert columns(loaded, "post_snapshots", "like_count")[1] == (None,)


def test_toutiao_posts_count_reads(tmp_path: Path) -> None:
    post = {
        "标题": "今天喝什么",
        "发布时间": "2026-09-26 19:30",
        "ID": "1801",
        "展现量": "500",
        "粉丝展现量": "9",
        "阅读量": "88",
        "点击率": "0.176",
    }
    post |= {"平均阅读时长": "-1", "点赞量": "4", "评论量": "0", "分享量": "1", "收藏量": "0"}
    loaded = take(hand_made_workbook(tmp_path / "头条微头条.xlsx", table_of([post]), styles=BROKEN_STYLES))
    names = ["content_type", "view_count", "cover_click_rate", "average_watch_seconds", "comment_count", "repost_count"]
    assert columns(loaded, "post_snapshots", *names) == [("text", 88, 0.176, None, 0, None)]


def test_toutiao_trends_know_totals_and_lost_followers(tmp_path: Path) -> None:
    header = ["时间", "展现量", "粉丝展现量", "阅读(播放)量", "粉丝阅读(播放)量", "点赞量", "评论量"]
    rows: list[list[Any]] = [
        header,
        ["累计", 300, 3, 30, 1, 5, 1],
        ["2026-09-25", 100, 1, 10, 0, 2, 1],
        ["2026-09-26", 200, 2, 20, 1, 3, 0],
    ]
    trend = take(hand_made_workbook(tmp_path / "数据趋势_180_2026-09-25-2026-09-26.xlsx", rows))
    assert (counts(trend), reasons(trend)) == ((3, 2, 0, 1), {2: "total_row"})
    names = ["business_date", "impression_count", "view_count", "like_count", "comment_count", "is_provisional"]
    assert columns(trend, "account_days", *names) == [
        (date(2026, 9, 25), 100, 10, 2, 1, False),
        (date(2026, 9, 26), 200, 20, 3, 0, True),
    ]
    rows = [["时间", "总粉丝数", "粉丝变化数"], ["2026-09-25", "1,001", "0"], ["2026-09-26", "1000", "-1"]]
    followers = take(hand_made_workbook(tmp_path / "粉丝趋势_2026-09-25-2026-09-26.xlsx", rows))
    assert columns(followers, "account_days", "follower_total_count", "follower_net_count") == [(1001, 0), (1000, -1)]


def test_zhihu_articles_and_answers_are_known_by_their_link(tmp_path: Path) -> None:
    article = {"标题": "怎么选茶", "发布时间": "2026-09-26", "链接": "https://zhuanlan.zhihu.com/p/651234567"}
    article |= {"阅读": "1200", "点赞": "30", "喜欢": "4", "评论": "2", "收藏": "50", "分享": "6"}
    answer = {
        "标题": "哪里的茶好",
        "发布时间": "2026-09-26",
        "链接": "https://www.zhihu.com/question/1/answer/651234567",
        "阅读": "10",
        "播放": "99",
    }
    answer |= {"点赞": "1", "喜欢": "0", "评论": "0", "收藏": "0", "分享": "0"}
    first, second = take(text_file(tmp_path / "文章.csv", table_of([article]))), take(text_file(tmp_path / "回答.csv", table_of([answer])))
    names = ["platform_post_id", "content_type", "view_count", "like_count", "endorsement_count", "save_count", "published_precision"]
    assert columns(first, "post_snapshots", *names) == [("p/651234567", "article", 1200, 30, 4, 50, "day")]
    assert columns(second, "post_snapshots", *names) == [("answer/651234567", "text", 10, 1, 0, 0, "day")]
    assert columns(first, "post_snapshots", "post_key") != columns(second, "post_snapshots", "post_key")
    assert columns(second, "post_snapshots", "extra") == [('{"播放":"99"}',)]


def test_zhihu_s_daily_report_is_text_called_xls(tmp_path: Path) -> None:
    header = ["日期", "阅读", "播放", "点赞", "喜欢", "评论", "收藏", "分享"]
    rows: list[list[Any]] = [header, ["2026-09-25", 100, 5, -1, 0, 2, 3, 1], ["2026-09-26", 80, 0, 4, 1, 0, 0, 0], [""] * 8]
    loaded = take(text_file(tmp_path / "日报表.xls", rows, encoding="utf-8"))
    assert (counts(loaded), reasons(loaded)) == ((3, 2, 0, 1), {4: "blank_row"})
    names = ["business_date", "view_count", "like_count", "endorsement_count", "save_count"]
    assert columns(loaded, "account_days", *names) == [(date(2026, 9, 25), 100, -1, 0, 3), (date(2026, 9, 26), 80, 4, 1, 0)]


def test_bilibili_cumulated_counts_are_no_counts_of_a_day(tmp_path: Path) -> None:
    header = ["时间", "播放量", "累计粉丝", "点赞", "收藏", "硬币", "评论", "弹幕", "分享"]
    rows: list[list[Any]] = [
        header,
        ["2026-09-25", "12000", "340", "50", "20", "8", "5", "2", "1"],
        ["2026-09-26", "1.3万", "-", "51", "20", "8", "5", "2", "1"],
    ]
    loaded = take(text_file(tmp_path / "历史累计数据趋势.csv", rows))
    assert counts(loaded) == (2, 2, 0, 0)
    assert columns(loaded, "account_days", "business_date", "follower_total_count", "view_count", "like_count") == [
        (date(2026, 9, 25), 340, None, None),
        (date(2026, 9, 26), None, None, None),
    ]
    assert '"播放量":"12000"' in columns(loaded, "account_days", "extra")[0][0]


def test_a_single_xiaohongshu_note_is_known_by_its_file_s_name(tmp_path: Path) -> None:
    path = tmp_path / "春日野餐清单 (1).xlsx"
    pairs = [
        ["指标", "数值"],
        ["曝光数", "1.2万"],
        ["观看数", "3,400"],
        ["封面点击率", "7.5%"],
        ["完播率", "0.41"],
        ["平均观看时长", "12秒"],
        ["点赞数", "88"],
    ]
    loaded = take(new_workbook(path, {"基础数据总览": [*pairs, ["弹幕数", "-"], ["点赞数粉丝占比", "12%"]]}), names_known=False)
    assert (loaded.manifest["format_id"], loaded.manifest["rows_in"], loaded.manifest["rows_loaded"]) == ("xiaohongshu.note_detail", 1, 1)
    (row,) = loaded.tables["post_snapshots"].to_dicts()
    assert (row["title"], row["impression_count"], row["view_count"], row["like_count"]) == ("春日野餐清单", 12000, 3400, 88)
    assert (row["cover_click_rate"], row["average_watch_seconds"], row["danmaku_count"]) == (0.075, 12.0, None)
    assert row["completion_rate"] is None and '"完播率":"0.41"' in row["extra"], "a bare ratio may be either, so it is kept as written"


@pytest.mark.parametrize(("sheet", "kind"), [("基础数据总览", "note_detail"), ("互动数据总览", "note_interactions")])
def test_a_note_s_title_is_the_file_s_name_without_what_the_export_adds(tmp_path: Path, sheet: str, kind: str) -> None:
    name = "冬日围炉-播放数据明细表.xlsx" if kind == "note_detail" else "冬日围炉-互动数据明细表.xlsx"
    loaded = take(new_workbook(tmp_path / name, {sheet: [["指标", "数值"], ["点赞数", "9"], ["封面点击率(%)", "7.5"]]}), names_known=False)
    assert loaded.manifest["format_id"] == f"xiaohongshu.{kind}"
    assert columns(loaded, "post_snapshots", "title", "like_count") == [("冬日围炉", 9)]
