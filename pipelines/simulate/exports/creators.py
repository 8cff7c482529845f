"""Paid notes of creators as 蒲公英 hands them out (投后数据): cumulative figures per note and data day; one creator's are bought."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate import parameters as p
from pipelines.simulate.ledger import Ledger
from pipelines.simulate.world import World

WIDTH = 104
NOTES_EACH, DATA_DAYS = 3, (3, 7, 14, 28)
# name, followers, fee in yuan, views of a note, engagement per view, share of the views that were bought as promotion
CREATORS = (
    ("茶小姐", 128_000, 9_000.0, 42_000, 0.075, 0.15),
    ("下午茶研究员", 36_000, 2_600.0, 21_000, 0.090, 0.10),
    ("城市味觉地图", 410_000, 26_000.0, 60_000, 0.030, 0.30),
    ("阿柚爱喝水", 9_800, 800.0, 6_500, 0.110, 0.05),
    ("百万流量君", 520_000, 18_000.0, 95_000, 0.006, 0.85),
)


def _name(column: int) -> str:
    return "数据日期" if column == 0 else f"列{column}"


def write(world: World, ledger: Ledger) -> dict[str, Any]:
    """Write the figures of every note at the ages 3, 7, 14 and 28 days; what each creator is worth for the books."""
    s, rng = world.scenario, world.scenario.rng("creators")
    rows = []
    for number, (name, followers, fee, usual, rate, bought) in enumerate(CREATORS):
        for note in range(NOTES_EACH):
            out = s.end - timedelta(days=30 + 12 * note + 2 * number)
            total = usual * float(np.exp(rng.normal(0, 0.3)))
            identity = "65" + f"{number:02d}{note:02d}" + "".join(rng.choice(list("0123456789abcdef"), 18))
            for age in DATA_DAYS:
                views = int(total * (1 - np.exp(-age / 4)))
                engaged = int(rng.binomial(views, rate))
                likes, saves, comments = int(engaged * 0.62), int(engaged * 0.26), int(engaged * 0.08)
                cells = {
                    0: f"{out + timedelta(days=age):%Y/%m/%d}",
                    1: name,
                    3: followers,
                    5: f"{name}的{p.PRODUCTS[(number + note) % 5][1]}测评",
                    6: f"https://www.xiaohongshu.com/explore/{identity}",
                    7: "视频笔记" if note % 2 else "图文笔记",
                    8: f"{out:%Y/%m/%d} 19:{10 + note}",
                    10: identity,
                    12: f"PGY{number:02d}{note:02d}",
                    13: s.truth.campaigns[note % 3].name,
                    14: p.BRAND,
                    16: fee,
                    17: round(fee * 0.1, 2),
                    20: int(views / 0.16),
                    21: views,
                    22: int(views * 0.9),
                    23: "55.0%",
                    26: "14.5",
                    27: "22.0%",
                    28: engaged,
                    29: f"{100 * engaged / max(views, 1):.1f}%",
                    30: likes,
                    31: saves,
                    32: comments,
                    33: engaged - likes - saves - comments,
                    34: int(views * 0.002),
                    35: int(views * (1 - bought) / 0.16),
                    36: int(views * (1 - bought)),
                    37: int(views * bought / 0.16),
                    38: int(views * bought),
                }
                rows.append({_name(k): str(cells.get(k, "-")) for k in range(WIDTH)})
    table = pl.DataFrame(rows)
    # Two rows of groups stand above the header, the day's cell reaches over all three; a frame's own header is the first of them.
    groups = {c: "数据日期" if k == 0 else f"分组{k // 10 + 1}" for k, c in enumerate(table.columns)}
    names = {c: "数据日期" if k == 0 else f"指标{k}" for k, c in enumerate(table.columns)}
    above = pl.DataFrame([groups, names])
    ledger.write(
        "蒲公英",
        "投后数据.xlsx",
        files.xlsx_bytes({"Sheet1": pl.concat([above, table])}, "go"),
        ledger.capture(s.all_days - 1, "creators"),
        kind="xiaohongshu.collaborations",
        platform="xiaohongshu",
        entity="collaborations",
        rows=table.height,
    )
    return {
        "notes": len(CREATORS) * NOTES_EACH,
        "creators": [
            {"creator": name, "fee_amount": fee, "engagement_per_view": rate, "promoted_share": bought}
            for name, _, fee, _, rate, bought in CREATORS
        ],
    }
