"""A kind of malformed file: how it is made and, exactly, what must become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PLATFORM = """
platform: faulty
name_zh: 坏文件
name_en: Faulty
compliance: {channel_type: official_export, personal_data_class: none, retention_days: 3650}
"""
POSTS = """
format_id: faulty.posts
platform: faulty
label_zh: 演练作品
label_en: Drill works
entity: post_snapshots
header: {required: [演练标题, 演练时间, 播放量]}
columns:
  - {to: title, from: 演练标题}
  - {to: published_at, from: 演练时间, type: datetime, required: true}
  - {to: view_count, from: 播放量, type: count}
  - {to: like_count, from: 点赞, type: count}
  - {to: completion_rate, from: 完播率, type: ratio, scale: fraction}
  - {to: average_watch_seconds, from: 演练时长, type: duration}
natural_key: [title, published_at]
drop_rows: [{column: 演练标题, equals: [合计, 总计]}]
"""
IDS = """
format_id: faulty.ids
platform: faulty
label_zh: 演练清单
label_en: Drill list
entity: post_snapshots
header: {required: [演练编号, 播放量]}
columns:
  - {to: platform_post_id, from: 演练编号, type: id, required: true}
  - {to: view_count, from: 播放量, type: count}
"""
EVENTS = """
format_id: faulty.events
platform: faulty
label_zh: 演练事件
label_en: Drill events
file_types: [jsonl]
entity: events
header: {required: [drill_user, name, at]}
columns:
  - {to: person_key, from: drill_user, type: person, required: true}
  - {to: event_type, from: name, required: true}
  - {to: occurred_at, from: at, type: datetime, required: true}
  - {to: amount, from: props.amount, type: number}
constants: {source: drill}
natural_key: [person_key, event_type, occurred_at]
"""
FORMATS = {"posts": POSTS, "ids": IDS, "events": EVENTS}

HEADER = ["演练标题", "演练时间", "播放量", "点赞", "完播率", "演练时长"]
A = ["春日上新", "2026-03-01 10:00:00", "1234", "56", "0.25", "8.5"]
B = ["夏日上新", "2026-03-02 10:00:00", "5", "1", "0.5", "3"]
ROW_A, ROW_B = ("春日上新", 1234), ("夏日上新", 5)


@dataclass(frozen=True)
class Loaded:
    """`rows_in` rows came in: these (what identifies a row, and a value of it) are in the lake, the others were counted."""

    rows_in: int
    rows: list[tuple[Any, Any]]
    duplicate: int = 0
    rejected: dict[int, str] = field(default_factory=dict)
    extra: str = ""  # a text that the row's extra columns must hold
    warning: str = ""


@dataclass(frozen=True)
class Refused:
    """In quarantine, for one of these reasons."""

    codes: tuple[str, ...]
    says: str = ""


@dataclass(frozen=True)
class Kind:
    """`make` writes the file; `outcome` is what must become of it."""

    name: str
    file: str
    make: Callable[[Path], object]
    outcome: Loaded | Refused


def refused(*codes: str, says: str = "") -> Refused:
    """Short for `Refused`."""
    return Refused(codes, says)


def describe_formats(data: Path) -> None:
    """Make the formats of these kinds known to a data folder."""
    folder = data / "formats" / "faulty"
    (folder / "formats").mkdir(parents=True, exist_ok=True)
    (folder / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    for name, text in FORMATS.items():
        (folder / "formats" / f"{name}.yaml").write_text(text, encoding="utf-8")
