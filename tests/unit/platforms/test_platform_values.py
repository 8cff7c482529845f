"""What the platforms' words become: the traps of each export, on made-up rows of its shape."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from pipelines.ingest.load import Catalogue, Hints, Prepared, prepare
from pipelines.ingest.spec import read_spec
from pipelines.settings import PROJECT_DIR


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    found = Catalogue()
    return Catalogue(found.specs + [read_spec(p) for p in sorted((PROJECT_DIR / "data" / "formats").glob("*.yaml"))], found.platforms)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> Any:
    """Take in one file of the given rows (dicts, header from the first) and check that its rows add up."""
    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path / "data"))

    def _load(rows: list[dict[str, Any]], name: str = "export.csv", account: str = "main", encoding: str = "utf-8-sig") -> Prepared:
        path = tmp_path / name
        if name.endswith("jsonl"):
            path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
        else:
            with path.open("w", encoding=encoding, newline="") as stream:
                csv.writer(stream).writerows([list(rows[0]), *(list(r.values()) for r in rows)])
        return _counted(prepare(path, Hints(account=account), catalogue))

    return _load


def _counted(prepared: Prepared) -> Prepared:
    m = prepared.manifest
    assert m["rows_in"] == m["rows_loaded"] + m["rows_duplicate"] + m["rows_rejected"]
    return prepared


def _row(prepared: Prepared, entity: str = "post_snapshots", index: int = 0) -> dict[str, Any]:
    return prepared.tables[entity].row(index, named=True)


def _everything(prepared: Prepared) -> str:
    """All that would be written, as text."""
    frames = [*prepared.tables.values(), prepared.rejects]
    return json.dumps([f.to_dicts() for f in frames], ensure_ascii=False, default=str) + str(prepared.manifest)


def test_channels_heart_and_thumb_are_not_mixed_up(load: Any) -> None:
    base = {
        "视频描述": "第一行\n第二行",
        "视频ID": "export/Uz1",
        "发布时间": "2025/09/27",
        "完播率": "11.14%",
        "平均播放时长": "32.50秒",
        "播放量": "120",
    }
    post = _row(load([base | {"推荐": "7", "喜欢": "3", "分享量": "5", "转发聊天和朋友圈": "4"}]))
    assert (post["endorsement_count"], post["like_count"], post["share_count"], post["save_count"]) == (7, 3, 5, None)
    assert (post["completion_rate"], post["average_watch_seconds"], post["published_precision"]) == (0.1114, 32.5, "day")
    unseen = _row(load([base | {"视频ID": "export/Uz2", "完播率": "-", "平均播放时长": "0", "播放量": "0"}]))
    assert (unseen["completion_rate"], unseen["average_watch_seconds"], unseen["view_count"]) == (None, None, 0)


URL = "http://mp.weixin.qq.com/s?__biz=MzI1Mg==&mid=2247483650&idx=1&sn=ab12#rd"


def test_wechat_readers_are_never_reads(load: Any) -> None:
    old = {
        "内容标题": "春茶",
        "发表时间": "2025-03-01",
        "总阅读人数": "80",
        "总阅读次数": "100",
        "总分享人数": "4",
        "总分享次数": "5",
        "阅读后关注人数": "1",
    }
    new = {
        "内容标题": "春茶",
        "发表日期": "20260301",
        "阅读人数": "80",
        "分享人数": "4",
        "阅读后关注人数": "1",
        "送达完成率": "0.4",
        "阅读完成率": "0.5",
    }
    first, second = load([old | {"内容url": URL}]), load([new | {"内容url": URL}])
    assert [_row(first)[c] for c in ("view_count", "viewer_count", "share_count")] == [100, 80, 5]
    assert [_row(second)[c] for c in ("view_count", "viewer_count", "share_count", "completion_rate")] == [None, 80, None, 0.5]
    assert _row(first)["post_key"] == _row(second)["post_key"]
    assert _row(second)["platform_post_id"] == "__biz=MzI1Mg==&mid=2247483650&idx=1"
    other_account = load([new | {"内容url": URL.replace("MzI1Mg", "MzAxMA")}], account="second")
    assert _row(other_account)["post_key"] != _row(first)["post_key"]


def test_wechat_tables_side_by_side_are_three_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> None:
    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path / "data"))
    path = tmp_path / "tendency_1788192000_1788278400.xls"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(1, 1, ["数据趋势概况"])
        left = [["日期", "渠道", "阅读人数"], ["2026-09-01", "全部", "90"], ["2026-09-01", "朋友圈", "60"], ["2026-09-01", "推荐", "50"]]
        middle = [["日期", "分享人数", "跳转阅读原文人数", "微信收藏人数", "发表篇数"], ["2026-09-01", "9", "2", "1", "1"]]
        right = [["传播渠道", "发表日期", "内容标题", "阅读人数", "阅读人数占比"], ["推荐", "20260901", "春茶", "50", "0.55"]]
        for start, table in ((1, left), (5, middle), (11, right)):
            for index, cells in enumerate(table):
                sheet.write_row(2 + index, start, cells)
    found = _counted(prepare(path, Hints(), catalogue))
    assert {k: v.height for k, v in found.tables.items()} == {"account_channel_days": 3, "account_days": 1, "post_channels": 1}
    assert found.manifest["rows_rejected"] == 0
    channel = _row(found, "post_channels")
    assert (channel["window_start"], channel["window_end"], channel["viewer_share_rate"]) == (date(2026, 9, 1), date(2026, 9, 2), 0.55)
    assert _row(found, "account_days")["share_count"] is None


def test_xiaohongshu_account_sheets_use_percent_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> None:
    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path / "data"))
    path = tmp_path / "近30日观看数据.xlsx"
    sheets = {
        "账号总体观看数据": [["指标", "数值"], ["曝光", "9"]],
        "观看趋势": [["日期", "数值"], ["2026年09月25日", "30"], ["2026年09月26日", "12"]],
    }
    sheets["封面点击率趋势"] = [["日期", "数值"], ["2026年09月26日", "7.5"]]
    with xlsxwriter.Workbook(path) as book:
        for name, cells in sheets.items():
            sheet = book.add_worksheet(name)
            for index, row in enumerate(cells):
                sheet.write_row(index, 0, row)
    found = _counted(prepare(path, Hints(), catalogue))
    days = found.tables["account_days"]
    assert days["view_count"].drop_nulls().to_list() == [30, 12]
    assert days["cover_click_rate"].drop_nulls().to_list() == [0.075]
    assert days.filter(pl.col("is_provisional"))["business_date"].unique().to_list() == [date(2026, 9, 26)]
    assert found.manifest["warnings"] == ["sheets_not_read: 账号总体观看数据"]


@pytest.mark.parametrize("moment", ["2025年09月26日19时30分52秒", "2025/9/26 19:30"])
def test_a_note_saved_again_by_a_spreadsheet_stays_the_same_note(load: Any, moment: str) -> None:
    note = {"笔记标题": "冷泡", "首次发布时间": "2025年09月26日19时30分52秒", "观看量": "10", "封面点击率": "0.075"}
    assert _row(load([note | {"首次发布时间": moment}]))["post_key"] == _row(load([note]))["post_key"]


def test_bilibili_stars_are_no_rate_and_small_rates_are_bounds(load: Any) -> None:
    video = {"视频标题": "开箱", "发布时间": "2026年05月29日 16:31:34", "播放量": "1.2万", "封标点击率": "4.2星", "3秒跳出率": "17.4%"}
    post = _row(load([video | {"互动率": "<0.1%", "转发量": "2", "平均播放进度": "39%"}]))
    assert (post["cover_click_stars"], post["cover_click_rate"], post["bounce_3s_rate"]) == (4.2, None, 0.174)
    assert (post["view_count"], post["approximate_columns"], post["censored_columns"]) == (
        12_000,
        ["view_count"],
        ["engagement_reported_rate"],
    )


def test_weibo_crawler_keeps_the_last_row_of_a_post_and_no_names(load: Any) -> None:
    row = {
        "微博id": "IqCPLfUuu",
        "发布者昵称": "某人甲",
        "发布者粉丝数": "315",
        "微博正文": "某人甲:今天的茶",
        "发布时间": "2020/1/22 8:59",
    }
    found = load([row | {"点赞数": "1", "转发数": "0", "评论数": "0"}, row | {"点赞数": "9", "转发数": "0", "评论数": "100万+"}])
    post = _row(found)
    assert (found.manifest["rows_loaded"], found.manifest["rows_duplicate"], post["like_count"]) == (1, 1, 9)
    assert (post["comment_count"], post["censored_columns"], post["is_owned"]) == (1_000_000, ["comment_count"], False)
    assert post["title"] == "今天的茶"
    assert "某人甲" not in _everything(found)


def test_weibo_comment_authors_are_pseudonyms(load: Any) -> None:
    rows = [
        {
            "id": "49\t",
            "weibo_id": "44\t",
            "created_at": "2026-05-01 10:00:00",
            "user_screen_name": "路人乙",
            "text": "好喝",
            "pic_url": "",
            "like_count": "2",
        }
    ]
    found = load(rows)
    assert (_row(found, "comments")["platform_comment_id"], _row(found, "comments")["like_count"]) == ("49", 2)
    assert "路人乙" not in _everything(found)


def test_x_counts_belong_to_the_window_in_the_file_name(load: Any) -> None:
    tweet = {"Tweet id": "812369747765362688", "Tweet text": "New\nrelease", "time": "2016-12-23 18:50 +0000", "impressions": "1938.0"}
    post = _row(load([tweet | {"engagement rate": "7.358E-4", "promoted likes": "-"}], "tweet_activity_metrics_a_20161201_20170101_en.csv"))
    assert (post["window_kind"], post["window_start"], post["window_end"]) == ("range", date(2016, 12, 1), date(2017, 1, 1))
    assert (post["impression_count"], post["engagement_reported_rate"]) == (1938, 0.0007358)


def test_youtube_total_is_no_video(load: Any) -> None:
    video = {"Content": "_mf5P4uoMNk", "Video title": "Run", "Video publish time": "Jun 7, 2020", "Views": "7", "Watch time (hours)": "1.5"}
    video["Thumbnail click-through rate (%)"] = "77.78"
    found = load([video | {"Content": "Total", "Views": "900"}, video, dict.fromkeys(video, "") | {"Content": "Showing top 500 results"}])
    post = _row(found)
    assert found.rejects["reason_code"].to_list() == ["total_row", "total_row"]
    assert (post["watch_seconds"], post["cover_click_rate"], post["published_date"]) == (5400.0, 0.7778, date(2020, 6, 7))


def test_facebook_takes_the_longer_caption_and_lifetime_rows_only(load: Any) -> None:
    row = {
        "Post ID": "122",
        "Page ID": "9",
        "Page name": "Tea House",
        "Title": "Tea",
        "Description": "Tea for two",
        "Publish time": "09/28/2026 18:12",
    }
    row |= {"Post type": "Reels", "Date": "Lifetime", "Views": "12,400", "Reactions, Comments and Shares": "31", "Reactions": "20"}
    found = load([row, row | {"Post ID": "1.22158E+17"}, row | {"Post ID": "123", "Date": "09/28/2026"}])
    post = _row(found)
    assert sorted(found.rejects["reason_code"]) == ["bad_value", "no_block"]
    assert (post["title"], post["content_type"], post["view_count"], post["impression_count"]) == ("Tea for two", "reel", 12_400, None)
    assert (post["account_key"], post["published_date"], post["engagement_count"]) == ("facebook:Tea House", date(2026, 9, 28), 31)


def test_shop_orders_keep_no_address(load: Any) -> None:
    order = {
        "主订单编号": "\t6917926768823643751",
        "子订单编号": "\t6917926768823643752",
        "选购商品": "茶;杯",
        "商品数量": "1;2",
        "订单应付金额": "49.80",
    }
    order |= {
        "收件人": "张三丰",
        "收件人手机号": "13800000000",
        "详细地址": "武当山路1号",
        "订单提交时间": "2026/07/22 11:00:21",
        "订单状态": "已关闭",
    }
    order |= {"售后状态": "-", "平台实际承担优惠金额": "2.00"}
    found = load([order, order | {"主订单编号": "6.9E+18"}], encoding="gb18030")
    line = _row(found, "orders")
    assert (line["order_id"], line["quantity"], line["payable_amount"], line["platform_discount_amount"]) == (
        "6917926768823643751",
        None,
        49.8,
        2.0,
    )
    assert (line["is_cancelled"], line["is_refunded"], line["refund_status_raw"], line["ordered_date"]) == (
        True,
        False,
        None,
        date(2026, 7, 22),
    )
    assert found.manifest["rows_rejected"] == 1
    assert not [secret for secret in ("张三丰", "13800000000", "武当山路") if secret in _everything(found)]


def test_generic_refunds_in_part_are_not_refunds(load: Any) -> None:
    order = {
        "order_id": "o1",
        "order_line_id": "1",
        "ordered_at": "2026-07-22 23:30:00",
        "user_id": "u1",
        "payable_amount": "¥1,249.50",
        "phone": "139",
    }
    found = load(
        [
            order | {"status": "paid", "refund_status": "partially refunded"},
            order | {"order_line_id": "2", "status": "Cancelled", "refund_status": "refunded"},
        ]
    )
    assert found.tables["orders"].select("is_cancelled", "is_refunded").rows() == [(False, False), (True, True)]
    assert _row(found, "orders")["payable_amount"] == 1249.5
    assert "139" not in str(found.tables["orders"]["extra"].to_list())


def test_events_without_a_platform_happened_on_the_website(load: Any) -> None:
    event = {
        "event_type": "click",
        "occurred_at": "2026-07-22T23:59:59+08:00",
        "user_id": "u1",
        "platform": "douyin",
        "properties": '{"a":1}',
    }
    found = load([event, event | {"event_type": "visit", "platform": ""}, event])
    assert found.tables["events"].select("platform", "event_type").rows() == [("douyin", "click"), ("web", "visit")]
    assert (found.manifest["rows_duplicate"], _row(found, "events")["business_date"]) == (1, date(2026, 7, 22))


def test_sensors_lines_are_shared_out_to_events_and_people(load: Any) -> None:
    line = {"distinct_id": "device-9", "time": 1788192000123, "type": "track", "event": "$pageview"}
    line["properties"] = {
        "$ip": "180.79.35.65",
        "phone": "13800000000",
        "$url_path": "/home",
        "$utm_campaign": "spring",
        "product_id": 12345,
    }
    signup = {
        "distinct_id": "member-1",
        "original_id": "device-9",
        "time": 1788192001000,
        "type": "track_signup",
        "event": "$SignUp",
        "properties": {},
    }
    profile = {"distinct_id": "member-1", "time": 1788192002000, "type": "profile_set", "properties": {"city": "上海", "name": "李四"}}
    found = load([line, signup, profile, line | {"type": "item_set"}], "events.jsonl")
    event, people = _row(found, "events"), found.tables["people"].sort("kind")
    assert (found.manifest["rows_in"], found.rejects["reason_code"].to_list()) == (4, ["no_block"])
    assert (event["event_type"], event["campaign"], event["item_id"], event["page"]) == ("$pageview", "spring", "12345", "/home")
    assert people["kind"].to_list() == ["alias", "profile"]
    assert people["alias_person_key"][0] == event["person_key"] != people["person_key"][0] == people["person_key"][1]
    assert json.loads(people["properties"][1]) == {"city": "上海"}
    assert not [secret for secret in ("180.79.35.65", "13800000000", "李四", "device-9", "member-1") if secret in _everything(found)]


def test_ga4_parameters_become_columns(load: Any) -> None:
    def parameter(key: str, **value: Any) -> dict[str, Any]:
        return {"key": key, "value": value}

    event = {
        "event_date": "20260901",
        "event_timestamp": "1788278399123456",
        "event_name": "purchase",
        "user_pseudo_id": "11.22",
        "batch_event_index": "1",
    }
    event["event_params"] = [
        parameter("ga_session_id", int_value="1788270000"),
        parameter("value", double_value=49.8),
        parameter("medium", string_value="cpc"),
    ]
    event["device"] = {"advertising_id": "secret-device"}
    found = load([event, event | {"batch_event_index": "2"}, event], "events.jsonl")
    row = _row(found, "events")
    assert (row["session_key"], row["amount"], row["channel"], row["business_date"]) == ("1788270000", 49.8, "cpc", date(2026, 9, 1))
    assert (found.manifest["rows_loaded"], found.manifest["rows_duplicate"]) == (2, 1)
    assert not [secret for secret in ("secret-device", "11.22") if secret in _everything(found)]


def test_both_headers_of_the_research_file_give_the_same_post(load: Any) -> None:
    cells = ["139441", "Photo", "2", "2752", "5091", "4", "79", "", "83"]
    english = ["Page_T_Likes", "Type", "Category", "T_Reach", "T_Impression", "comment", "like", "share", "T_Interactions"]
    spanish = ["Me gusta totales de la página", "Tipo", "Categoría", "Lifetime Post Total Reach", "Lifetime Post Total Impressions"]
    spanish += ["comment", "like", "compartir", "Total Interactions"]
    first = load([dict(zip(english, cells, strict=True))])
    second = load([dict(zip(spanish, cells, strict=True))], encoding="latin-1")
    assert (second.manifest["encoding"], second.manifest["unknown_columns"]) == ("latin-1", [])
    own = ["load_id", "captured_at", "extra"]
    assert _row(first) | dict.fromkeys(own) == _row(second) | dict.fromkeys(own)
    assert (_row(first)["share_count"], _row(first)["published_at"]) == (None, None)
