"""抖店 orders csv: a TAB before ids, masked people, `-` for missing, several goods joined with `;`. One GBK file, then UTF-8 with BOM."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate import calendar, files
from pipelines.simulate import parameters as p
from pipelines.simulate.ledger import Ledger
from pipelines.simulate.people import FAR, moment
from pipelines.simulate.world import Scenario, World

HEADER = files.names(
    "主订单编号,子订单编号,选购商品,商品规格,商品数量,商家编码,订单应付金额,运费,收件人,收件人手机号,详细地址,订单提交时间,"
    "商家备注,订单完成时间,订单状态,售后状态,取消原因,发货时间,平台实际承担优惠金额,商家实际承担优惠金额,达人实际承担优惠金额"
)
ADDED = files.names("商品ID,达人ID,达人昵称,流量来源")  # columns are chosen by the merchant: newer files have these as well
SPAN_DAYS = 92


def build_orders(s: Scenario) -> pl.DataFrame:
    """One row per sub-order of the year; they belong to nobody we know by name."""
    rng = s.rng("douyin shop")
    days = calendar.day_list(s.first_day, s.all_days)
    per_day = rng.poisson(p.DOUYIN_SHOP_ORDERS_PER_DAY * s.scale * np.exp(calendar.ordering(days)))
    per_day[: p.BURN_IN_DAYS] = 0
    day = np.repeat(np.arange(s.all_days), per_day)
    n = len(day)
    subs = 1 + (rng.random(n) < 0.12)
    placed = np.sort(day * 86400 + rng.integers(8 * 3600, 23 * 3600, n))
    order = np.repeat(np.arange(n), subs)
    m = len(order)
    product = rng.choice(len(p.PRODUCTS) - 1, m)
    quantity = 1 + rng.poisson(0.25, m)
    price = np.array([x[3] for x in p.PRODUCTS])[product] * quantity
    merchant = np.where(rng.random(m) < 0.4, price // 10, 0)
    platform = np.where(rng.random(m) < 0.3, price // 20, 0)
    creator = np.where(rng.random(m) < 0.05, 200, 0)
    u, v = rng.random(n)[order], rng.random(n)[order]
    sent = placed[order] + 3600 * rng.integers(4, 40, n)[order]
    cancelled, refunded = u < 0.08, (u >= 0.08) & (u < 0.14)
    return pl.DataFrame(
        {
            "order": order,
            "ordered": placed[order],
            "product": product,
            "quantity": quantity,
            "payable_fen": price - merchant - platform - creator,
            "merchant_fen": merchant,
            "platform_fen": platform,
            "creator_fen": creator,
            "shipping_fen": np.zeros(m, int),
            "sent": np.where(cancelled, FAR, sent),
            "completed": np.where(cancelled | refunded, FAR, sent + 86400 * (3 + np.floor(7 * v).astype(int))),
            "cancelled": cancelled,
            "refunded": refunded,
            "by_creator": v < 0.35,
            "bundle": rng.random(m) < 0.06,
            "sub": np.arange(m),
            "code": rng.integers(10**6, 10**7, m),
        }
    )


def table(s: Scenario, orders: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """The sub-orders of a window as they stood at the end of its last day."""
    now = (last + 1) * 86400 - 600
    shown = orders.filter(pl.col("ordered").is_between(first * 86400, now - 1)).with_columns(
        pl.when(pl.col(c) < now).then(pl.col(c)).otherwise(FAR).alias(c) for c in ("sent", "completed")
    )
    stamp = "%Y/%m/%d %H:%M:%S"
    names = np.array([x[1] for x in p.PRODUCTS])
    product = shown["product"].to_numpy()
    both = np.char.add(np.char.add(names[product], ";"), names[(product + 1) % 7])

    def when(column: str) -> pl.Expr:
        return moment(s, pl.col(column)).dt.strftime(stamp).fill_null("-")

    number = pl.lit("\t69") + (pl.col("order") + 17_926_768_823_643_000).cast(pl.String)
    closed = pl.col("cancelled") | pl.col("refunded")
    return shown.select(
        主订单编号=number,
        子订单编号=pl.lit("\t69") + (pl.col("sub") + 27_926_768_823_643_000).cast(pl.String),
        选购商品=pl.Series(np.where(shown["bundle"].to_numpy(), both, names[product])),
        商品规格=pl.Series(np.array([x[2] for x in p.PRODUCTS])[product]),
        商品数量=pl.when("bundle").then(pl.col("quantity").cast(pl.String) + ";1").otherwise(pl.col("quantity").cast(pl.String)),
        商家编码=pl.Series(np.array([x[0] for x in p.PRODUCTS])[product]),
        订单应付金额=files.money_text("payable_fen"),
        运费=files.money_text("shipping_fen"),
        收件人=pl.lit("##密文") + pl.col("code").cast(pl.String),
        收件人手机号=pl.lit("$$密文") + (pl.col("code") * 3).cast(pl.String),
        详细地址=pl.lit("##密文") + (pl.col("code") * 7).cast(pl.String),
        订单提交时间=when("ordered"),
        商家备注=pl.lit("-"),
        订单完成时间=when("completed"),
        订单状态=pl.when(closed)
        .then(pl.lit("已关闭"))
        .when(pl.col("completed") < FAR)
        .then(pl.lit("已完成"))
        .when(pl.col("sent") < FAR)
        .then(pl.lit("已发货"))
        .otherwise(pl.lit("待发货")),
        售后状态=pl.when(pl.col("refunded")).then(pl.lit("退款成功")).otherwise(pl.lit("-")),
        取消原因=pl.when(pl.col("cancelled")).then(pl.lit("超时未支付")).otherwise(pl.lit("-")),
        发货时间=when("sent"),
        平台实际承担优惠金额=files.money_text("platform_fen"),
        商家实际承担优惠金额=files.money_text("merchant_fen"),
        达人实际承担优惠金额=files.money_text("creator_fen"),
        商品ID=pl.lit("\t35") + (pl.col("product") + 70_001_234_000).cast(pl.String),
        达人ID=pl.when("by_creator").then(pl.lit("\t88200010") + (pl.col("product") + 1).cast(pl.String)).otherwise(pl.lit("-")),
        达人昵称=pl.when("by_creator").then(pl.lit("茶友小") + (pl.col("product") + 1).cast(pl.String)).otherwise(pl.lit("-")),
        流量来源=pl.when("by_creator").then(pl.lit("精选联盟")).otherwise(pl.lit("自然流量")),
    )


def write(world: World, ledger: Ledger) -> dict[str, Any]:
    """The year's files; also the totals of all orders for the books."""
    s = world.scenario
    orders = build_orders(s)
    last = s.all_days - 1
    ends = list(range(last, p.BURN_IN_DAYS - 1, -SPAN_DAYS))[::-1]
    for number, end in enumerate(ends):
        first = max(end - SPAN_DAYS + 1, 0)
        rows = table(s, orders, first, end)
        wide = end == last
        gbk = number == 0 and len(ends) > 1
        at = ledger.capture(end, "douyin shop")
        data = files.text_bytes(
            files.csv_lines(rows.select([*HEADER, *ADDED] if wide else HEADER)), "\r\n", not gbk, "gbk" if gbk else "utf-8"
        )
        ledger.write(
            p.DOUYIN_SHOP,
            f"{int(at.timestamp())}_{s.seed:03d}{number}.csv",
            data,
            at,
            kind="doudian.orders",
            version="25" if wide else "21",
            platform="doudian",
            entity="orders",
            rows=rows.height,
            orders=rows["主订单编号"].n_unique(),
            encoding="gbk" if gbk else "utf-8-sig",
            first_date=str(s.day(first)),
            last_date=str(s.day(end)),
        )
    shown = orders.filter(pl.col("ordered") < (last + 1) * 86400 - 600)
    return {
        "orders": shown["order"].n_unique(),
        "lines": shown.height,
        "payable_amount": shown["payable_fen"].sum() / 100,
        "cancelled_orders": shown.filter("cancelled")["order"].n_unique(),
        "refunded_orders": shown.filter("refunded")["order"].n_unique(),
    }
