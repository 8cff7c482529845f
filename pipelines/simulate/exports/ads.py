"""Advertising: daily reports by plan (audience) in the plain form and 千川 materials by day, with planted diminishing returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate import calendar, files
from pipelines.simulate import parameters as p
from pipelines.simulate.ledger import Ledger, dates
from pipelines.simulate.world import World

DAYS = 90
PLAN_HEADER = files.names(
    "日期,平台,广告账户,推广计划ID,推广计划,花费,币种,展示数,触达人数,点击数,互动数,转化数,转化金额,成交订单数,成交金额,线索数,涨粉数,归因口径"
)
MATERIAL_HEADER = files.names(
    "日期,素材ID,素材名称,素材评估,商品ID,整体消耗,整体展示次数,整体点击次数,净成交订单数,净成交金额,3秒播放率,10秒播放率,视频完播率,平均播放时长"
)
# plan: platform, name with its audience, orders at 100 yuan a day, elasticity of orders to spend, usual daily spend
PLANS = (
    ("douyin", "新品-兴趣人群", 2.6, 0.55, 420.0),
    ("douyin", "新品-老客人群", 4.2, 0.35, 260.0),
    ("douyin", "新品-通投", 1.5, 0.80, 380.0),
    ("xiaohongshu", "种草-搜索词", 3.0, 0.45, 240.0),
    ("xiaohongshu", "种草-信息流", 1.7, 0.70, 320.0),
    ("xiaohongshu", "种草-相似人群", 2.2, 0.60, 200.0),
)
# creative: name, strength of its first day, how many days until it is worn to a third
MATERIALS = (
    ("桂花开箱15秒", 1.35, 30.0),
    ("店员试喝口播", 1.00, 60.0),
    ("山楂测评对比", 0.80, 90.0),
    ("达人混剪A", 1.15, 25.0),
    ("海报轮播", 0.55, 120.0),
)
ORDER_VALUE = 62.0


def _spend(world: World, rng: np.random.Generator, usual: float, days: int) -> np.ndarray:
    """Budgets change weekly, wobble daily, and follow demand: a confounder of what spend does."""
    last = world.scenario.all_days
    demand = calendar.ordering(calendar.day_list(world.scenario.day(last - days), days))
    weekly = np.repeat(rng.normal(0, 0.5, days // 7 + 1), 7)[:days]
    return np.round(usual * np.exp(0.6 * demand + weekly + rng.normal(0, 0.2, days)), 2)


def _days(world: World) -> int:
    return min(DAYS, world.scenario.days)


def write(world: World, ledger: Ledger) -> dict[str, Any]:
    """Write both reports; the planted response curves for the books."""
    plans, totals = _plans(world)
    last, days = world.scenario.all_days - 1, _days(world)
    ledger.write(
        "青禾投放",
        "投放日报.csv",
        files.text_bytes(files.csv_lines(plans.select(PLAN_HEADER)), bom=True),
        ledger.capture(last, "ad plans"),
        kind="generic.ad_days",
        platform="generic",
        entity="ad_days",
        rows=plans.height,
        totals=totals,
    )
    materials = _materials(world)
    ledger.write(
        p.DOUYIN_SHOP,
        "素材分日.xlsx",
        files.xlsx_bytes({"Sheet1": materials.select(MATERIAL_HEADER)}, "go"),
        ledger.capture(last, "ad materials"),
        kind="qianchuan.material_days",
        platform="qianchuan",
        entity="ad_days",
        rows=materials.height,
    )
    return {
        "days": days,
        "order_value": ORDER_VALUE,
        "plans": [
            {
                "platform": platform,
                "plan": name,
                "orders_at_100": at_100,
                "elasticity": elasticity,
                "usual_daily_spend": usual,
                "marginal_orders_per_100_at_usual": at_100 * elasticity * (usual / 100) ** (elasticity - 1),
            }
            for platform, name, at_100, elasticity, usual in PLANS
        ],
        "materials": [{"material": name, "strength": v, "days_to_a_third": worn} for name, v, worn in MATERIALS],
    }


def _plans(world: World) -> tuple[pl.DataFrame, dict[str, float]]:
    s, days, rng = world.scenario, _days(world), world.scenario.rng("ad plans")
    last = s.all_days - 1
    demand = calendar.ordering(calendar.day_list(s.day(last - days + 1), days))
    frames = []
    for number, (platform, name, at_100, elasticity, usual) in enumerate(PLANS):
        spend = _spend(world, rng, usual, days)
        orders = rng.poisson(at_100 * (spend / 100) ** elasticity * np.exp(demand + rng.normal(0, 0.12, days)))
        shown = rng.poisson(spend / 0.028)
        clicks = rng.binomial(shown, 0.021)
        amount = np.round(orders * ORDER_VALUE * rng.uniform(0.85, 1.15, days), 2)
        frames.append(
            pl.DataFrame(
                {
                    "日期": dates(world, last - days + 1, last, "%Y-%m-%d"),
                    "平台": p.PLATFORMS[platform].name_zh,
                    "广告账户": f"青禾{p.PLATFORMS[platform].name_zh}投放",
                    "推广计划ID": str(880_000 + number),
                    "推广计划": name,
                    "花费": spend,
                    "币种": "CNY",
                    "展示数": shown,
                    "触达人数": rng.binomial(shown, 0.72),
                    "点击数": clicks,
                    "互动数": rng.binomial(clicks, 0.3),
                    "转化数": orders,
                    "转化金额": amount,
                    "成交订单数": orders,
                    "成交金额": amount,
                    "线索数": "",
                    "涨粉数": rng.binomial(clicks, 0.03),
                    "归因口径": "点击7天",
                }
            )
        )
    table = pl.concat(frames)
    return table, {"spend_amount": round(float(table["花费"].sum()), 2), "order_count": int(table["成交订单数"].sum())}


def _materials(world: World) -> pl.DataFrame:
    s, days, rng = world.scenario, _days(world), world.scenario.rng("ad materials")
    last = s.all_days - 1
    frames = []
    for number, (name, strength, worn) in enumerate(MATERIALS):
        spend = _spend(world, rng, 90.0, days)
        response = strength * 3.0 ** (-np.arange(days) / worn)
        orders = rng.poisson(1.6 * response * (spend / 100) ** 0.7)
        shown = rng.poisson(spend / 0.03)
        hold = np.clip(rng.normal(0.28 + 0.1 * strength, 0.02, days), 0.05, 0.9)
        frames.append(
            pl.DataFrame(
                {
                    "日期": dates(world, last - days + 1, last, "%Y-%m-%d"),
                    "素材ID": str(7_410_000_000 + number),
                    "素材名称": name,
                    "素材评估": "优质" if strength > 1 else "普通",
                    "商品ID": p.PRODUCTS[number][0],
                    "整体消耗": files.decimal(spend, 2),
                    "整体展示次数": shown,
                    "整体点击次数": rng.binomial(shown, 0.018 * strength),
                    "净成交订单数": orders,
                    "净成交金额": files.decimal(orders * ORDER_VALUE, 2),
                    "3秒播放率": files.decimal(100 * hold, 2),
                    "10秒播放率": files.decimal(40 * hold, 2),
                    "视频完播率": files.decimal(18 * hold, 2),
                    "平均播放时长": files.decimal(20 * hold, 1),
                }
            )
        )
    return pl.concat(frames)
