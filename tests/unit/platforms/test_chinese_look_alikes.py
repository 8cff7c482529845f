"""Files that are easily taken for another one are refused with the way to the right one; templates are starting points and no formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.spec import load_specs, read_spec
from pipelines.settings import PROJECT_DIR
from tests.unit.platforms.made_up_chinese import columns, hand_made_workbook, new_workbook, take, text_file

pytestmark = pytest.mark.usefixtures("data_dir")

FOLDER = PROJECT_DIR / "data" / "formats" / "templates"
TEMPLATES = [
    "channels_account_days",
    "doudian_buyin",
    "douyin_work_detail",
    "kuaishou_ads",
    "kuaishou_works_list",
    "oceanengine_report",
    "wechat_ad_income",
    "wechat_articles_before_2023",
    "weibo_ads",
    "weibo_assistant_days",
    "xiaohongshu_spotlight",
]


def _refusal(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as problem:
        take(path)
    assert problem.value.code == "look_alike"
    return problem.value


def test_the_posting_summary_leads_to_the_works_list(tmp_path: Path) -> None:
    header = [
        "发布时间",
        "体裁",
        "垂类",
        "周期内投稿量",
        "条均点击率",
        "条均5s完播率",
        "条均2s跳出率",
        "条均播放时长",
        "播放量中位数",
        "条均点赞数",
        "条均评论量",
        "条均分享量",
    ]
    path = hand_made_workbook(tmp_path / "投稿汇总.xlsx", [header, ["2026-09-01~2026-09-30", "视频", "美食", "12", *["1"] * 8]])
    problem = _refusal(path)
    assert problem.nearest_format == "douyin.summary"
    assert "作品分析 → 投稿作品 → 投稿列表" in problem.message
    assert "Works analysis (作品分析)" in problem.message


def test_live_sessions_are_no_works(tmp_path: Path) -> None:
    header = ["主播昵称", "主播抖音号", "直播开始时间", "直播结束时间", "直播时长(分钟)"]
    rows = [header, ["茶小姐", "tea", "2026/07/22 11:00:21", "2026/07/22 13:00:21", "120"]]
    assert "投稿列表" in _refusal(text_file(tmp_path / "直播场次.csv", rows)).message


def test_the_overview_sheet_alone_is_refused_and_beside_a_trend_it_is_not(tmp_path: Path) -> None:
    overview = {"账号总体观看数据": [["指标", "数值"], ["曝光", "9"], ["封面点击率(%)", "7.5"]]}
    problem = _refusal(new_workbook(tmp_path / "近30日观看数据.xlsx", overview))
    assert problem.nearest_format == "xiaohongshu.account_overview"
    assert "Account data (账号数据)" in problem.message
    trend = {"观看趋势": [["日期", "数值"], ["2026年09月25日", "30"]]}
    loaded = take(new_workbook(tmp_path / "全.xlsx", overview | trend))
    assert columns(loaded, "account_days", "view_count") == [(30,)]


@pytest.mark.parametrize("sheet", ["csv", "Sheet1"])
def test_a_trend_without_its_sheet_s_name_says_nothing(tmp_path: Path, sheet: str) -> None:
    rows = [["日期", "数值"], ["2026年09月25日", "30"]]
    path = text_file(tmp_path / "观看趋势.csv", rows) if sheet == "csv" else new_workbook(tmp_path / "观看.xlsx", {sheet: rows})
    assert "原始工作簿" in _refusal(path).message


def test_tmall_s_item_report_would_count_orders_twice(tmp_path: Path) -> None:
    header = ["子订单编号", "主订单编号", "标题", "价格", "购买数量", "订单状态", "支付单号", "买家应付货款", "订单创建时间"]
    rows = [header, ['="193"', '="192"', "春茶", "49.9", "1", "交易成功", "1", "49.9", "2026-07-22 11:00:21"]]
    problem = _refusal(text_file(tmp_path / "ExportOrderDetailList.csv", rows, encoding="gb18030"))
    assert "订单报表" in problem.message
    assert "Order report" in problem.message


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_valid_and_says_that_nothing_is_verified(name: str) -> None:
    spec = read_spec(FOLDER / f"{name}.yaml")
    assert name == spec.format_id.replace(".", "_")
    assert "no header of this export has been verified" in (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    assert spec.menu_path
    assert all(block.header.required for block in spec.blocks)


def test_no_template_is_a_format() -> None:
    templates = [read_spec(path) for path in FOLDER.glob("*.yaml")]
    assert len(templates) >= len(TEMPLATES)
    assert not {spec.format_id for spec in templates} & {spec.format_id for spec in load_specs()}
