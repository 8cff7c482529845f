"""A small made-up platform and a month of its deliveries: captures of posts, restated days, comments, events. Cheap to take in."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.unit.ingest.made_up import csv_text, write_xls

PLATFORM = """
platform: drill
name_zh: 演练
name_en: Drill
compliance: {channel_type: official_export, personal_data_class: pseudonymised, retention_days: 3650}
"""
POSTS = """
format_id: drill.posts
platform: drill
label_zh: 演练作品
label_en: Drill posts
entity: post_snapshots
header: {required: [演练编号, 演练标题, 播放量]}
columns:
  - {to: platform_post_id, from: 演练编号, type: id, required: true}
  - {to: title, from: 演练标题}
  - {to: published_at, from: 发布时间, type: datetime, required: true}
  - {to: view_count, from: 播放量, type: count}
  - {to: like_count, from: 点赞, type: count}
  - {to: comment_count, from: 评论, type: count}
constants: {content_type: short_video}
"""
DAYS = """
format_id: drill.days
platform: drill
label_zh: 演练日报
label_en: Drill days
entity: account_days
header: {required: [演练日期, 播放量, 粉丝数]}
columns:
  - {to: business_date, from: 演练日期, type: date, required: true}
  - {to: view_count, from: 播放量, type: count}
  - {to: follower_total_count, from: 粉丝数, type: count}
"""
COMMENTS = """
format_id: drill.comments
platform: drill
label_zh: 演练评论
label_en: Drill comments
entity: comments
header: {required: [演练评论编号, 演练编号, 评论内容]}
columns:
  - {to: platform_comment_id, from: 演练评论编号, type: id, required: true}
  - {to: platform_post_id, from: 演练编号, type: id, required: true}
  - {to: created_at, from: 评论时间, type: datetime}
  - {to: author_key, from: 评论人, type: person}
  - {to: text, from: 评论内容}
  - {to: like_count, from: 点赞, type: count}
"""
EVENTS = """
format_id: drill.events
platform: drill
label_zh: 演练事件
label_en: Drill events
file_types: [jsonl]
entity: events
header: {required: [drill_user, name, at]}
columns:
  - {to: person_key, from: drill_user, type: person, required: true}
  - {to: event_type, from: name, required: true}
  - {to: occurred_at, from: at, type: datetime, required: true}
constants: {source: drill}
natural_key: [person_key, event_type, occurred_at]
"""
FORMATS = {"posts": POSTS, "days": DAYS, "comments": COMMENTS, "events": EVENTS}

FIRST = date(2026, 10, 1)
CAPTURES = [0, 3, 9, 16, 23, 30]  # days after the first one
POST_COUNT = 12


@dataclass(frozen=True)
class Delivery:
    """One file as it reaches the landing folder."""

    name: str
    captured: datetime
    write: Callable[[Path], None]


def describe_platform(data: Path) -> None:
    """Make the platform and its formats known to this data folder."""
    folder = data / "formats" / "drill"
    (folder / "formats").mkdir(parents=True, exist_ok=True)
    (folder / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    for name, text in FORMATS.items():
        (folder / "formats" / f"{name}.yaml").write_text(text, encoding="utf-8")


def _captured(days: int) -> datetime:
    return datetime(FIRST.year, FIRST.month, FIRST.day, 2, 0, tzinfo=UTC) + timedelta(days=days)


def _posts(day: int) -> list[list[Any]]:
    """Lifetime figures as shown on a day; the fifth capture takes views back, more than came in since the one before."""
    rows: list[list[Any]] = [["演练编号", "演练标题", "发布时间", "播放量", "点赞", "评论"]]
    for post in range(POST_COUNT):
        age = day - (post * 2 - 10)
        if age < 0:
            continue
        published = FIRST + timedelta(days=post * 2 - 10)
        views = 100 * post + 37 * age - (300 if day == CAPTURES[4] and post % 4 == 0 else 0)
        rows.append([f"9007199254{post:06d}", f"演练第{post}条", f"{published} 08:{post:02d}:00", str(views), str(views // 10), str(age)])
    return rows


def _days(last: int) -> list[list[Any]]:
    """Two weeks up to a day; the last three days are restated by the next export."""
    rows: list[list[Any]] = [["演练日期", "播放量", "粉丝数"]]
    for day in range(max(0, last - 14), last + 1):
        shortfall = (3 - (last - day)) * 7 if last - day < 3 else 0
        rows.append([str(FIRST + timedelta(days=day)), str(500 + 11 * day - shortfall), str(1000 + 3 * day)])
    return rows


def _comments(day: int) -> list[list[Any]]:
    rows: list[list[Any]] = [["演练评论编号", "演练编号", "评论时间", "评论人", "评论内容", "点赞"]]
    for n in range(8):
        when = f"{FIRST + timedelta(days=max(0, day - n))} 12:{n:02d}:00"
        rows.append([f"c{max(0, day - n):03d}{n}", f"9007199254{n:06d}", when, f"路人{n}", f"第{n}条真好看", str(day)])
    return rows


def _events(day: int) -> str:
    at = [f"{FIRST + timedelta(days=day)} 10:{n:02d}:00" for n in range(6)]
    lines = [{"drill_user": f"u{n % 4}", "name": "view" if n % 2 else "order", "at": moment} for n, moment in enumerate(at)]
    return "".join(json.dumps(line) + "\n" for line in lines)


def _workbook(path: Path, rows: list[list[Any]], captured: datetime) -> None:
    """A workbook says itself when it was made."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": captured.replace(tzinfo=None)})
        sheet = book.add_worksheet()
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, row)


def _login_page(path: Path) -> None:
    path.write_text("<html><form>请登录</form></html>", encoding="utf-8")


def month() -> list[Delivery]:
    """Every delivery in the order in which the platform made them, in all kinds of file; one of them is not readable."""
    made: list[Delivery] = []
    for index, day in enumerate(CAPTURES):
        posts, days, comments, events = _posts(day), _days(day), _comments(day), _events(day)
        writers: dict[str, Callable[[Path], None]] = {
            f"作品{day}.xlsx": lambda path, rows=posts, at=_captured(day): _workbook(path, rows, at),  # type: ignore[misc]
            f"日报{day}.csv": lambda path, rows=days: path.write_text(csv_text(rows), encoding="gb18030"),  # type: ignore[misc]
            f"events{day}.jsonl": lambda path, text=events: path.write_text(text, encoding="utf-8"),  # type: ignore[misc]
            f"评论{day}.xls": lambda path, rows=comments: write_xls(path.parent, rows, path.name),  # type: ignore[misc]
        }
        wanted = 4 if index in (0, 5) else 3 if index % 2 else 2  # not every export every time
        made += [Delivery(name, _captured(day), write) for name, write in list(writers.items())[:wanted]]
    made.append(
        Delivery("登录.csv", _captured(5), lambda path: path.write_text("<html><form>请登录</form></html>", encoding="utf-8") and None)
    )
    return made


def write_month(folder: Path) -> list[Path]:
    """All deliveries as files with the time of their capture, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for delivery in month():
        path = folder / delivery.name
        delivery.write(path)
        os.utime(path, (delivery.captured.timestamp(),) * 2)
        paths.append(path)
    return paths


def land(paths: list[Path], data: Path, subfolder: str = "", account: str = "青禾") -> None:
    """Copy files into landing as a person would, times kept; a folder below the account's tells copies of one name apart."""
    folder = data / "landing" / "drill" / account / subfolder
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        shutil.copy2(path, folder / path.name)
