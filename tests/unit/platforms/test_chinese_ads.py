"""Advertising materials and paid notes: spend, orders and reach as the ad systems write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.errors import FileProblem
from tests.unit.platforms.made_up_chinese import columns, counts, hand_made_workbook, new_workbook, reasons, table_of, take

pytestmark = pytest.mark.usefixtures("data_dir")

MATERIAL = {
    "素材名称": "春茶-01",
    "素材ID": "7412345678901234567",
    "素材评估": "优质",
    "净成交金额": "2,500.50",
    "净成交订单数": "25",
    "用户实际支付金额": "2,600.00",
    "整体展示次数": "120,000",
    "整体点击率": "1.50",
    "整体点击次数": "1,800",
    "整体转化率": "1.39",
    "整体消耗": "1,000.00",
    "3秒播放率": "45.20",
    "10秒播放率": "12.5",
    "平均观看时长": "6.4",
    "视频完播率": "3.21",
}


def test_material_totals_belong_to_the_period_in_the_file_s_name(tmp_path: Path) -> None:
    total = dict.fromkeys(MATERIAL, "-") | {"素材名称": "合计", "整体消耗": "1,000.00"}
    rows = table_of([MATERIAL, total, MATERIAL, MATERIAL | {"素材ID": "7.41E+18"}])
    loaded = take(hand_made_workbook(tmp_path / "素材_2026-09-01_2026-09-30.xlsx", rows, dimension="A1"))
    assert (counts(loaded), reasons(loaded)) == ((4, 1, 1, 2), {3: "total_row", 5: "bad_value"})
    names = ["ad_level", "ad_entity_id", "ad_entity_name", "business_date", "window_start", "window_end", "attribution", "currency"]
    expected = ("creative", "7412345678901234567", "春茶-01", None, date(2026, 9, 1), date(2026, 9, 30), "净成交", "CNY")
    assert columns(loaded, "ad_days", *names) == [expected]
    names = ["spend_amount", "impression_count", "click_count", "order_count", "order_amount", "conversion_count", "conversion_amount"]
    assert columns(loaded, "ad_days", *names) == [(1000.0, 120_000, 1800, 25, 2500.5, 25.0, 2500.5)]
    names = ["play_3s_rate", "play_10s_rate", "completion_rate", "average_watch_seconds"]
    assert columns(loaded, "ad_days", *names) == [pytest.approx((0.452, 0.125, 0.0321, 6.4))]


def test_materials_by_day_are_one_row_per_day(tmp_path: Path) -> None:
    row = {
        "日期": "2026-09-25",
        "素材名称": "春茶-01",
        "素材ID": "7412345678901234567",
        "素材创建时间": "2026-09-01 10:00:00",
        "商品ID": "36123",
    }
    row |= {"整体消耗": "10.5", "净成交订单数": "-1", "净成交金额": "-99.00", "整体成交金额": "0", "1小时内退款率": "100.00"}
    rows = table_of([row, row | {"日期": "2026-09-26"}, row | {"日期": "汇总"}])
    loaded = take(hand_made_workbook(tmp_path / "素材_2026-09-01_2026-09-30.xlsx", rows, dimension="A1"))
    assert (loaded.manifest["format_id"], counts(loaded), reasons(loaded)) == ("qianchuan.material_days", (3, 2, 0, 1), {4: "total_row"})
    names = ["business_date", "window_start", "spend_amount", "product_id", "order_count", "order_amount"]
    assert columns(loaded, "ad_days", *names) == [
        (date(2026, 9, 25), None, 10.5, "36123", -1, -99.0),
        (date(2026, 9, 26), None, 10.5, "36123", -1, -99.0),
    ]


def _note(**changes: Any) -> list[Any]:
    """A row of 104 cells by position."""
    cells = {
        0: "2026/01/15",
        1: "茶小姐",
        3: "12,345",
        5: "冬日围炉",
        6: "https://www.xiaohongshu.com/explore/65f0c1d2000000001203a4b5",
        7: "视频",
    }
    cells |= {8: "2026/01/10", 10: "65f0c1d2000000001203a4b5", 12: "P20260101001", 13: "年货节", 14: "山间茶", 16: "5000", 17: "500.5"}
    cells |= {20: "100000", 21: "20000", 22: "18000", 23: "60.00%", 26: "12.5", 27: "8.10%", 28: "900", 29: "4.50%"}
    cells |= {30: "600", 31: "200", 32: "60", 33: "40", 34: "12", 35: "70000", 36: "15000", 37: "30000", 38: "5000"}
    cells |= {int(key[1:]): value for key, value in changes.items()}
    return [cells.get(index, "-") for index in range(104)]


def _workbook(path: Path, *rows: list[Any]) -> Path:
    groups = ["笔记信息"] + [""] * 103
    return new_workbook(
        path, {"Sheet1": [["投后数据"] + [""] * 103, groups, [f"第{i}列" for i in range(104)], *rows]}, merged=(0, 103, "投后数据")
    )


def test_paid_notes_are_told_by_position(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "投后数据.xlsx", _note(), _note(c0="2026/01/16", c20="-", c7="图文"), _note(c10="-"))
    prepared = take(path, names_known=False)
    assert (counts(prepared), reasons(prepared)) == ((3, 2, 0, 1), {6: "missing_value"})
    names = ["business_date", "platform_post_id", "creator", "creator_follower_count", "title", "brand", "campaign", "order_id"]
    assert columns(prepared, "collaborations", *names)[0] == (
        date(2026, 1, 15),
        "65f0c1d2000000001203a4b5",
        "茶小姐",
        12345,
        "冬日围炉",
        "山间茶",
        "年货节",
        "P20260101001",
    )
    names = [
        "fee_amount",
        "service_fee_amount",
        "impression_count",
        "view_count",
        "viewer_count",
        "engagement_count",
        "like_count",
        "save_count",
    ]
    assert columns(prepared, "collaborations", *names)[0] == (5000.0, 500.5, 100_000, 20_000, 18_000, 900, 600, 200)
    names = ["completion_5s_rate", "completion_rate", "engagement_reported_rate", "average_watch_seconds", "follower_gain_count"]
    assert columns(prepared, "collaborations", *names)[0] == pytest.approx((0.6, 0.081, 0.045, 12.5, 12))
    names = ["organic_impression_count", "organic_view_count", "promoted_impression_count", "promoted_view_count", "published_date"]
    assert columns(prepared, "collaborations", *names)[0] == (70_000, 15_000, 30_000, 5000, date(2026, 1, 10))
    assert columns(prepared, "collaborations", "business_date", "impression_count", "content_type")[1] == (
        date(2026, 1, 16),
        None,
        "image_text",
    )


def test_another_table_with_104_columns_is_not_taken_for_paid_notes(tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        take(_workbook(tmp_path / "别的.xlsx", _note(c10="not an id")))
