"""Dirt as real files have it, each kind declared in the books: how many rows a reader must reject, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from pipelines.simulate import files
from pipelines.simulate import parameters as p
from pipelines.simulate.ledger import Ledger
from pipelines.simulate.world import World

SUMMARY_HEADER = files.names(
    "发布时间,体裁,垂类,周期内投稿量,条均点击率,条均5s完播率,条均2s跳出率,条均播放时长,播放量中位数,条均点赞数,条均评论量,条均分享量"
)


@dataclass(frozen=True)
class Planted:
    """Lines of a file with dirt in them; `extra` rows were added, `facts` says which."""

    lines: list[str]
    facts: dict[str, int] = field(default_factory=dict)

    @property
    def extra(self) -> int:
        return sum(self.facts.values())


def weibo(lines: list[str]) -> Planted:
    """A crawler that was restarted: the header again in mid-file, an empty line, a row cut off, a row twice."""
    middle = len(lines) // 2
    whole = _whole_record(lines, middle)
    cut_off = "4999000000000001\t,NxAbCdEfG,只写到一半的一行,,,"
    dirty = [*lines[: whole + 1], lines[0], "", cut_off, lines[whole], *lines[whole + 1 :]]
    return Planted(dirty, {"repeated_header": 1, "blank_row": 1, "wrong_length": 1, "duplicate_row": 1})


def events(lines: list[str]) -> Planted:
    """A log that was joined by hand: header again, an empty line, a row with too few cells, an event twice."""
    third = len(lines) // 3
    dirty = [*lines[: third + 1], lines[0], "", "e999999999,view,2026-11-01T10:00:00+08:00", lines[third], *lines[third + 1 :]]
    return Planted(dirty, {"repeated_header": 1, "blank_row": 1, "wrong_length": 1, "duplicate_row": 1})


def orders(lines: list[str], total: str) -> Planted:
    """An order file to which somebody added a sum row at the end."""
    width = lines[0].count(",")
    before = lines[0].split(",").index("payable_amount")
    return Planted([*lines, "合计" + "," * before + total + "," * (width - before)], {"total_row": 1})


def _whole_record(lines: list[str], near: int) -> int:
    """A record without a line break in it, so that a line is a row."""
    return next(i for i in range(near, len(lines)) if "\n" not in lines[i])


def write_strangers(world: World, ledger: Ledger) -> None:
    """Two files that are no data of ours: the look-alike of the 抖音 list (must be refused) and a file nobody knows."""
    last = world.scenario.all_days - 1
    if "douyin" in world.scenario.platforms:
        period = f"{world.scenario.day(last - 29):%Y-%m-%d} ~ {world.scenario.day(last):%Y-%m-%d}"
        row = [period, "视频", "美食", "18", "0.081200", "0.412300", "0.301100", "12.400000", "9120", "301", "24", "33"]
        sheet = pl.DataFrame({k: [v] for k, v in zip(SUMMARY_HEADER, row, strict=True)})
        ledger.write(
            p.ACCOUNT_NAMES[0],
            "投稿汇总.xlsx",
            files.xlsx_bytes({"Sheet1": sheet}, "go"),
            ledger.capture(last, "douyin summary"),
            kind="douyin.summary",
            platform="douyin",
            entity=None,
            rows=0,
            expected="refused",
        )
    note = ["门店,店长,本周客流,备注", "西湖店,小林,1820,换了新招牌", "春熙路店,阿杰,2310,雨天"]
    ledger.write(
        p.ACCOUNT_NAMES[0],
        "门店周报.csv",
        files.text_bytes(note),
        ledger.capture(last, "unknown"),
        kind="unknown",
        platform=None,
        entity=None,
        rows=0,
        expected="unrecognised",
    )
