"""Orders and settlements of Chinese shops: amounts in the right place, nobody's name anywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.unit.platforms.made_up_chinese import (
    columns,
    counts,
    everything,
    hand_made_workbook,
    old_workbook,
    reasons,
    table_of,
    take,
    text_file,
)

pytestmark = pytest.mark.usefixtures("data_dir")

FLOW = {
    "动账时间": "2026-07-22 11:00:21",
    "动帐流水号": "\t7012345678901234567",
    "动账方向": "入账",
    "动账金额": "1,249.50",
    "动账账户": "聚合账户",
    "动账场景": "货款结算入账",
    "计费类型": "-",
    "子订单号": "'6917926768823643751",
    "订单号": "'6917926768823643750",
    "订单实付应结": "1,300.00",
    "运费实付": "0.00",
    "实际平台补贴": "10.00",
    "订单退款": "0.00",
    "平台服务费": "-60.50",
    "佣金": "-",
    "招商服务费": "0.00",
    "站外推广费": "0.00",
    "备注": "-",
}


@pytest.mark.parametrize("written", ["8.17", "-8.17"])
def test_money_that_leaves_is_negative_however_it_is_written(tmp_path: Path, written: str) -> None:
    out = FLOW | {
        "动帐流水号": "7012345678901234568",
        "动账方向": "出账",
        "动账金额": written,
        "动账场景": "上门取件运费",
        "子订单号": "-",
        "订单号": "-",
    }
    odd = FLOW | {"动帐流水号": "7012345678901234569", "动账方向": "未知"}
    loaded = take(text_file(tmp_path / "动账明细.csv", table_of([FLOW, out, odd, FLOW]), encoding="gb18030"))
    assert (counts(loaded), reasons(loaded)) == ((4, 2, 1, 1), {4: "no_block"})
    names = ["flow_id", "order_id", "order_line_id", "amount", "direction_raw", "scene_raw", "settled_at"]
    assert columns(loaded, "settlements", *names) == [
        (
            "7012345678901234567",
            "6917926768823643750",
            "6917926768823643751",
            1249.5,
            "入账",
            "货款结算入账",
            datetime(2026, 7, 22, 3, 0, 21, tzinfo=UTC),
        ),
        ("7012345678901234568", None, None, -8.17, "出账", "上门取件运费", datetime(2026, 7, 22, 3, 0, 21, tzinfo=UTC)),
    ]
    names = ["order_paid_amount", "subsidy_amount", "service_fee_amount", "commission_amount", "currency", "note"]
    assert columns(loaded, "settlements", *names)[0] == (1300.0, 10.0, -60.5, None, "CNY", None)


def test_the_row_that_explains_a_settlement_s_header_is_no_settlement(tmp_path: Path) -> None:
    rows = [
        ["结算时间", "订单号", "子订单号", "结算金额"],
        ["资金结算到账的时间", "主订单编号", "子订单编号", "扣除各项费用后的金额"],
        ["2026-07-22 11:00:21", "'6917926768823643750", "'6917926768823643751", "100.00"],
        ["2026-08-02 09:00:00", "'6917926768823643750", "'6917926768823643751", "-20.00"],
        ["2026-08-02 09:00:00", "'6917926768823643750", "'6917926768823643751", "-20.00"],
        ["2026-08-02 09:00:00", "6.9E+18", "-", "1"],
    ]
    loaded = take(text_file(tmp_path / "结算明细.csv", rows))
    assert (counts(loaded), reasons(loaded)) == ((4, 2, 1, 1), {6: "bad_value"})
    assert columns(loaded, "settlements", "order_line_id", "amount", "flow_id") == [
        ("6917926768823643751", 100.0, None),
        ("6917926768823643751", -20.0, None),
    ]
    assert loaded.tables["settlements"]["settlement_key"].n_unique() == 2


SECRETS = ["张三丰", "13800000000", "武当山路1号", "6222020000000000000", "茶友小张", "jd_zhang", "tb_zhang"]


def test_youzan_orders_keep_nobody_s_name(tmp_path: Path) -> None:
    order = {"订单号": "E20260722110021000000001", "归属店铺": "山间茶旗舰店", "订单状态": "交易成功", "订单来源": "小程序"}
    order |= {
        "订单创建时间": "2026-07-22 23:30:00",
        "买家付款时间": "2026-07-22 23:31:00",
        "交易成功时间": "2026-08-01 10:00:00",
        "运费": "0.00",
    }
    order |= {
        "店铺优惠合计": "10.00",
        "支付营销优惠": "2.00",
        "应收订单金额": "99.80",
        "订单实付金额": "97.80",
        "全部商品名称": "春茶,茶杯",
    }
    order |= {
        "收货人/提货人": "张三丰",
        "收货人手机号/提货人手机号": "13800000000",
        "详细收货地址/提货地址": "武当山路1号",
        "买家昵称": "茶友小张",
    }
    order |= {"买家手机号": "13800000000", "买家备注": "张三丰收", "订单退款状态": "", "订单已退款金额": "0.00", "分销员": "张三丰"}
    refunded = order | {"订单号": "E2", "订单状态": "交易关闭", "订单退款状态": "全额退款", "订单已退款金额": "97.80"}
    partly = order | {"订单号": "E3", "订单退款状态": "部分退款", "订单已退款金额": "7.80", "买家付款时间": "", "订单实付金额": ""}
    loaded = take(old_workbook(tmp_path / "订单.xls", table_of([order, refunded, partly, order | {"订单号": "E4", "订单创建时间": "x"}])))
    assert (counts(loaded), reasons(loaded)) == ((4, 3, 0, 1), {5: "bad_value"})
    names = [
        "order_id",
        "payable_amount",
        "platform_discount_amount",
        "merchant_discount_amount",
        "refunded_amount",
        "is_cancelled",
        "is_refunded",
    ]
    assert columns(loaded, "orders", *names) == [
        ("E20260722110021000000001", 97.8, 2.0, 10.0, 0.0, False, None),
        ("E2", 97.8, 2.0, 10.0, 97.8, True, True),
        ("E3", 99.8, 2.0, 10.0, 7.8, False, False),
    ]
    names = ["shop_name", "product_name", "quantity", "channel", "ordered_date", "order_line_id"]
    assert columns(loaded, "orders", *names)[0] == ("山间茶旗舰店", "春茶,茶杯", None, "小程序", date(2026, 7, 22), None)
    assert loaded.tables["orders"]["person_key"].n_unique() == 1
    assert not [secret for secret in SECRETS if secret in everything(loaded)]


def test_jd_amounts_of_an_order_are_no_amounts_of_its_lines(tmp_path: Path) -> None:
    line = {
        "订单号": "296412345678",
        "商品ID": "10012345678",
        "商品名称": "春茶",
        "订购数量": "2",
        "下单时间": "2026-07-22 11:00:21",
        "京东价": "49.90",
    }
    line |= {
        "订单金额": "￥149.70",
        "应付金额": "149.70",
        "订单状态": "完成",
        "下单帐号": "jd_zhang",
        "客户姓名": "张三丰",
        "联系电话": "13800000000",
    }
    line |= {
        "客户地址": "武当山路1号",
        "银行账号": "6222020000000000000",
        "运费金额": "6.00",
        "付款确认时间": "2026-07-22 11:01:00",
        "订单渠道": "App",
    }
    other = line | {"商品ID": "10012345679", "商品名称": "茶杯", "订购数量": "1"}
    cancelled = line | {"订单号": "296412345679", "订单状态": "(删除)等待付款", "付款确认时间": ""}
    rows = table_of([line, other, cancelled, line | {"商品ID": ""}])
    loaded = take(hand_made_workbook(tmp_path / "订单.xlsx", rows))
    assert (counts(loaded), reasons(loaded)) == ((4, 3, 0, 1), {5: "missing_value"})
    names = [
        "order_id",
        "order_line_id",
        "quantity",
        "payable_amount",
        "order_payable_amount",
        "shipping_amount",
        "is_cancelled",
        "is_refunded",
    ]
    assert columns(loaded, "orders", *names) == [
        ("296412345678", "10012345678", 2, None, 149.7, None, False, None),
        ("296412345678", "10012345679", 1, None, 149.7, None, False, None),
        ("296412345679", "10012345678", 2, None, 149.7, None, True, None),
    ]
    assert columns(loaded, "orders", "channel", "paid_at")[2] == ("App", None)
    assert not [secret for secret in SECRETS if secret in everything(loaded)]


def test_tmall_ids_are_formulas_and_buyers_are_pseudonyms(tmp_path: Path) -> None:
    order = {
        "订单编号": '="1930679858170647"',
        "买家会员名": "tb_zhang",
        "买家支付宝账号": "13800000000",
        "买家应付货款": "598.00",
        "买家应付邮费": "10.00",
    }
    order |= {"总金额": "608.00", "订单状态": "交易成功", "收货人姓名": "张三丰", "收货地址": "武当山路1号", "联系手机": "'13800000000"}
    order |= {
        "订单创建时间": "2026/7/22 23:30",
        "订单付款时间": "2026/7/22 23:31",
        "宝贝标题": "春茶",
        "宝贝总数量": "3",
        "店铺名称": "山间茶",
    }
    closed = order | {"订单编号": '="1930679858170648"', "订单状态": "交易关闭", "订单付款时间": ""}
    loaded = take(text_file(tmp_path / "ExportOrderList.csv", table_of([order, closed]), encoding="gb18030"))
    assert counts(loaded) == (2, 2, 0, 0)
    names = ["order_id", "payable_amount", "shipping_amount", "quantity", "product_name", "is_cancelled", "is_refunded", "paid_at"]
    assert columns(loaded, "orders", *names) == [
        ("1930679858170647", 598.0, 10.0, 3, "春茶", False, None, datetime(2026, 7, 22, 15, 31, tzinfo=UTC)),
        ("1930679858170648", 598.0, 10.0, 3, "春茶", True, None, None),
    ]
    assert loaded.tables["orders"]["person_key"].null_count() == 0
    assert not [secret for secret in SECRETS if secret in everything(loaded)]


def test_pinduoduo_orders_count_what_the_platform_pays(tmp_path: Path) -> None:
    order = {
        "商品": "春茶",
        "订单号": "260722-123456789012345",
        "订单状态": "已收货",
        "商品总价(元)": "50",
        "邮费(元)": "0",
        "店铺优惠折扣(元)": "3",
    }
    order |= {
        "平台优惠折扣(元)": "2",
        "用户实付金额(元)": "45",
        "商家实收金额(元)": "47",
        "商品数量(件)": "2",
        "订单成交时间": "2026-07-22 11:00:21",
    }
    order |= {
        "确认收货时间": "2026-07-30 08:00:00",
        "商品id": "754299529443",
        "样式ID": "\t1234567890",
        "商家备注": "张三丰收",
        "售后状态": "无售后或售后取消",
    }
    order |= {"收货人": "张三丰", "手机": "13800000000", "快递单号": "6222020000000000000"}
    refunded = order | {"订单号": "260722-2", "订单状态": "已发货，退款成功", "售后状态": "退款成功"}
    loaded = take(
        text_file(tmp_path / "orders_export.csv", table_of([order, refunded, order | {"订单号": "260722-3", "订单成交时间": ""}]))
    )
    assert (counts(loaded), reasons(loaded)) == ((3, 2, 0, 1), {4: "missing_value"})
    names = [
        "order_id",
        "product_id",
        "quantity",
        "payable_amount",
        "platform_discount_amount",
        "is_cancelled",
        "is_refunded",
        "person_key",
    ]
    assert columns(loaded, "orders", *names) == [
        ("260722-123456789012345", "754299529443", 2, 45.0, 2.0, False, False, None),
        ("260722-2", "754299529443", 2, 45.0, 2.0, False, True, None),
    ]
    assert not [secret for secret in SECRETS if secret in everything(loaded)]
