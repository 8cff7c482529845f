"""The books: what was written where, and what a reader must find there. `truth.json` is this ledger plus the world's totals."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.simulate import parameters as p
from pipelines.simulate.world import World, capture_time

CANONICAL = {  # the world's word -> the lake's column
    "views": "view_count", "impressions": "impression_count", "viewers": "viewer_count", "likes": "like_count",
    "endorsements": "endorsement_count", "comments": "comment_count", "shares": "share_count", "reposts": "repost_count",
    "saves": "save_count", "coins": "coin_count", "danmaku": "danmaku_count", "profile_visits": "profile_visit_count",
    "follows": "follower_gain_count", "link_clicks": "link_click_count",
}  # fmt: skip
HEADER_CHANGE_DAYS = 35


class Ledger:
    """Writes files below `out` and keeps account of each."""

    def __init__(self, out: Path, world: World, dirt: bool) -> None:
        self.out, self.world, self.dirt = out, world, dirt
        self.files: list[dict[str, Any]] = []
        self.posts_seen: dict[str, set[int]] = {}
        self.comment_labels: dict[str, dict[str, list[Any]]] = {}
        self._written: set[Path] = set()

    def capture(self, day: int, name: str, zone: str = "Asia/Shanghai") -> datetime:
        """The moment of an export on `day`, in the platform's own zone."""
        return capture_time(self.world.scenario, day, name).replace(tzinfo=ZoneInfo(zone))

    def note_texts(self, account_key: str, labels: dict[str, list[Any]]) -> None:
        """What the comments below an account's posts mean, for the books."""
        self.comment_labels[account_key] = labels

    def write(self, account: str, file_name: str, data: bytes, captured_at: datetime, posts: pl.Series | None = None, **facts: Any) -> Path:
        """Save one export under its account, named as a browser would beside files of that name, with its time as mtime."""
        account_key = f"{facts['platform']}:{account}"
        if posts is not None:
            self.posts_seen.setdefault(account_key, set()).update(posts.to_list())
        folder = self.out / account
        folder.mkdir(parents=True, exist_ok=True)
        stem, dot, ending = file_name.rpartition(".")
        path, copy = folder / file_name, 0
        while path in self._written:
            copy += 1
            path = folder / f"{stem} ({copy}){dot}{ending}"
        self._written.add(path)
        if path.exists() and path.read_bytes() != data:
            raise FileExistsError(f"{path} is there already and is not from this simulation; choose an empty folder")
        path.write_bytes(data)
        moment = captured_at.timestamp()
        os.utime(path, (moment, moment))
        self.files.append(
            {
                "file": path.relative_to(self.out).as_posix(),
                "account_key": account_key,
                "captured_at": captured_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "bytes": len(data),
                **facts,
            }
        )
        return path


def totals(shown: pl.DataFrame, counts: tuple[str, ...]) -> dict[str, int]:
    """Sum of each count over the rows of a file, under the lake's names."""
    return {CANONICAL[c]: int(shown[c].sum()) for c in counts}


def main_capture_days(world: World) -> list[int]:
    """Weekly over ten weeks, then daily over the last 14 days."""
    last = world.scenario.all_days - 1
    days = [last - 7 * week for week in range(10, 1, -1)] + [last - back for back in range(13, -1, -1)]
    return [d for d in days if d >= p.BURN_IN_DAYS]


def side_capture_days(world: World) -> list[int]:
    """The side accounts are looked at once a week, for six weeks."""
    last = world.scenario.all_days - 1
    return [d for d in (last - 7 * week for week in range(5, -1, -1)) if d >= p.BURN_IN_DAYS]


def capture_days(world: World, rank: int) -> list[int]:
    return main_capture_days(world) if rank == 0 else side_capture_days(world)


SIDE_WINDOWS = 6


def account_windows(world: World, rank: int) -> list[tuple[int, int]]:
    """Windows of 30 days of an account's own figures: the whole period for a main account, half a year for a side one."""
    return windows(world, 30, None if rank == 0 else SIDE_WINDOWS)


def windows(world: World, length: int, count: int | None = None) -> list[tuple[int, int]]:
    """Windows of `length` days that end with the last day and go back to the start of the period (or `count` of them), oldest first."""
    last = world.scenario.all_days - 1
    found: list[tuple[int, int]] = []
    while last >= p.BURN_IN_DAYS and (count is None or len(found) < count):
        found.append((max(last - length + 1, 0), last))
        last -= length
    return found[::-1]


def dates(world: World, first: int, last: int, form: str) -> pl.Series:
    """The days of a window as text."""
    days = pl.date_range(world.scenario.day(first), world.scenario.day(last), eager=True)
    return days.dt.strftime(form)


def window_epochs(world: World, first: int, last: int) -> tuple[int, int]:
    """Unix times of a window's first and last second in Beijing, as 公众号 puts them into file names."""
    days = (world.scenario.day(first), world.scenario.day(last + 1))
    begin, end = (int(datetime.combine(d, datetime.min.time(), tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()) for d in days)
    return begin, end - 1


def is_new_version(world: World, day: int) -> bool:
    """Platforms changed their headers 35 days before the end: older captures have the old header."""
    return day > world.scenario.all_days - 1 - HEADER_CHANGE_DAYS
