"""A survey as 问卷星 hands it out: recommendation, satisfaction, needs and a free answer, one row per response."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate.ledger import Ledger
from pipelines.simulate.world import World

RESPONSES = 320
DAYS = 21
NPS = "1、您有多大可能把青禾茶饮推荐给朋友？（0-10分）"
CSAT = "2、您对最近一次购买的满意度？（1-5分）"
NEEDS = "3、您最希望我们改进什么？【多选题】"
FREE = "4、还有什么想对我们说的？"
SATISFIED = ("1(非常不满意)", "2(不满意)", "3(一般)", "4(满意)", "5(非常满意)")
WANTED = {"更多无糖选择": 0.46, "配送更快": 0.31, "价格更实惠": 0.40, "包装更结实": 0.18, "客服响应更快": 0.22, "会员权益更清楚": 0.15}
SAID = {
    "low": ["配送太慢了，茶包都压坏了", "客服找不到人", "活动规则看不懂", "涨价太快", "甜度不稳定"],
    "middle": ["希望多出无糖的", "还行吧", "门店再多点就好了", "想要大包装", "积分能不能换周边"],
    "high": ["桂花乌龙太好喝了", "已经推荐给同事", "店员很亲切", "继续保持", "冷泡茶是夏天的命"],
}
NPS_SHARES = (0.02, 0.02, 0.02, 0.03, 0.03, 0.06, 0.08, 0.14, 0.22, 0.20, 0.18)


def write(world: World, ledger: Ledger) -> dict[str, Any]:
    """Write the responses; shares as planted and as drawn for the books."""
    s, rng = world.scenario, world.scenario.rng("survey")
    n, last = max(round(RESPONSES * min(s.scale, 1.0)), 40), s.all_days - 1
    likely = rng.choice(11, n, p=np.array(NPS_SHARES) / np.sum(NPS_SHARES))
    pleased = np.clip(np.rint(0.38 * likely + rng.normal(0.6, 0.8, n)), 0, 4).astype(int)
    wants = rng.random((n, len(WANTED))) < np.array(list(WANTED.values()))
    wants[~wants.any(axis=1), 0] = True
    names = np.array(list(WANTED))
    mood = np.select([likely <= 6, likely <= 8], ["low", "middle"], "high")
    free = np.array([SAID[m][k] for m, k in zip(mood, rng.integers(0, 5, n), strict=True)])
    minute = np.sort(rng.integers(0, DAYS * 1440, n))
    begins = np.datetime64(s.day(last - DAYS + 1), "m")
    at = begins + minute.astype("timedelta64[m]")
    at = np.minimum(at, np.datetime64(s.end, "m") + np.timedelta64(1380, "m"))
    table = pl.DataFrame(
        {
            "序号": np.arange(1, n + 1),
            "提交答卷时间": pl.Series(at.astype("datetime64[us]")).dt.strftime("%Y/%m/%d %H:%M:%S"),
            "所用时间": pl.Series(rng.integers(35, 240, n)).cast(pl.String) + "秒",
            "来源": np.where(rng.random(n) < 0.7, "微信", "链接"),
            "来源详情": "N/A",
            "来自IP": "192.0.2.1(" + pl.Series(np.array(["浙江-杭州", "四川-成都", "广东-广州"])[rng.integers(0, 3, n)]) + ")",
            "总分": pl.repeat("", n, eager=True),
            NPS: likely,
            CSAT: np.array(SATISFIED)[pleased],
            NEEDS: ["┋".join(names[row]) for row in wants],
            FREE: np.where(rng.random(n) < 0.35, free, "(空)"),
        }
    )
    ledger.write(
        "用户调研",
        "青禾用户满意度.csv",
        files.text_bytes(files.csv_lines(table), bom=True),
        ledger.capture(last, "survey"),
        kind="wjx.answers",
        platform="wjx",
        entity="survey_answers",
        rows=n,
        answers=n * 4,
    )
    promoters, detractors = int((likely >= 9).sum()), int((likely <= 6).sum())
    return {
        "responses": n,
        "nps": (promoters - detractors) / n,
        "promoters": promoters,
        "detractors": detractors,
        "satisfied": int((pleased >= 3).sum()),
        "needs": dict(zip(names.tolist(), wants.sum(axis=0).tolist(), strict=True)),
        "planted_needs": WANTED,
    }
