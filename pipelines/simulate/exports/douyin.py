"""抖音: 作品列表 (xlsx by Go: every cell a string) and the two-column daily series (xlsx by SheetJS)."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate.ledger import Ledger, account_windows, capture_days, dates, is_new_version, totals
from pipelines.simulate.world import World

HEADER_2025 = files.names(
    "作品名称,发布时间,体裁,审核状态,播放量,完播率,5s完播率,封面点击率,2s跳出率,平均播放时长,点赞量,分享量,评论量,收藏量,"
    "主页访问量,粉丝增量"
)
HEADER_2026 = files.names(
    "作品名称,发布时间,体裁,发布状态,播放量,完播率,5s完播率,作品时长,2s跳出率,平均播放时长,点赞量,评论量,分享量,收藏量,主页访问量,粉丝增量"
)
COUNTS = ("views", "likes", "comments", "shares", "saves", "profile_visits", "follows")
SERIES = {  # header -> the world's account-day
    "播放量": "views",
    "总粉丝量": "follower_total",
    "净增粉丝": "follower_net",
    "作品点赞": "likes",
    "作品评论": "comments",
    "作品分享": "shares",
    "取关粉丝": "follower_loss",
    "主页访问": "profile_visits",
}
YEAR_ROUND = ("播放量", "总粉丝量", "净增粉丝", "作品点赞")  # the rest is exported for the last window only
SIDE_SERIES = ("播放量",)  # what is exported for the side accounts
CAPPED_ROWS = 20  # one export took only the first page of the list


def works(shown: pl.DataFrame) -> pl.DataFrame:
    """The list as the back office shows it; every cell is text, missing is `-`."""
    seen = shown["views"].to_numpy() > 0
    image = shown["content_type"].to_numpy() == "image_text"
    duration = shown["duration"].to_numpy()

    def where_seen(column: str) -> pl.Series:
        return files.decimal(np.where(seen, shown[column].to_numpy(), np.nan), 6).fill_null("-")

    return pl.DataFrame(
        {
            "作品名称": shown["title"],
            "发布时间": shown["published_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "体裁": np.where(image, "图文", np.where(duration <= 60, "1min-视频", "1-3min视频")),
            "审核状态": pl.repeat("公开", shown.height, eager=True),
            "发布状态": pl.repeat("公开", shown.height, eager=True),
            "播放量": shown["views"].cast(pl.String),
            "完播率": where_seen("completion"),
            "5s完播率": where_seen("completion_5s"),
            "封面点击率": pl.repeat("-", shown.height, eager=True),
            "作品时长": np.where(image, "-", np.char.add(duration.astype(str), "秒")),
            "2s跳出率": where_seen("bounce_2s"),
            "平均播放时长": where_seen("watch_seconds"),
            "点赞量": shown["likes"].cast(pl.String),
            "评论量": shown["comments"].cast(pl.String),
            "分享量": shown["shares"].cast(pl.String),
            "收藏量": shown["saves"].cast(pl.String),
            "主页访问量": shown["profile_visits"].cast(pl.String),
            "粉丝增量": shown["follows"].cast(pl.String),
        }
    )


def write(world: World, ledger: Ledger) -> None:
    for account in world.accounts.filter(pl.col("platform") == "douyin").iter_rows(named=True):
        _lists(world, ledger, account)
        _series(world, ledger, account)


def _lists(world: World, ledger: Ledger, account: dict) -> None:
    days = capture_days(world, account["rank"])
    for day in days:
        shown = world.posts_of(account["account_index"], day)
        whole = shown.height
        capped = account["rank"] == 0 and len(days) > 8 and day == days[8] and whole > CAPPED_ROWS
        shown = shown.head(CAPPED_ROWS) if capped else shown
        new = is_new_version(world, day)
        sheet = works(shown).select(HEADER_2026 if new else HEADER_2025)
        at = ledger.capture(day, "douyin list")
        ledger.write(
            account["account_name"],
            "作品列表导出.xlsx",
            files.xlsx_bytes({"Sheet1": sheet}, "go"),
            at,
            kind="douyin.works",
            version="2026" if new else "2025",
            platform="douyin",
            entity="post_snapshots",
            posts=shown["post_index"],
            rows=shown.height,
            totals=totals(shown, COUNTS),
            capped=capped,
            posts_out=whole,
        )


def _series(world: World, ledger: Ledger, account: dict) -> None:
    index, is_main, spans = account["account_index"], account["rank"] == 0, account_windows(world, account["rank"])
    usual = YEAR_ROUND if is_main else SIDE_SERIES
    rng = world.scenario.rng("douyin cover")
    for first, last in spans:
        is_whole = is_main and (first, last) == spans[-1]
        for header in (*SERIES, "封面点击率") if is_whole else usual:
            values: pl.Series
            if header == "封面点击率":
                values = files.percent(rng.beta(8, 30, last - first + 1))
            else:
                values = pl.Series(world.day_series(index, SERIES[header], first, last))
            sheet = pl.DataFrame({"日期": dates(world, first, last, "%Y-%m-%d"), header: values})
            ledger.write(
                account["account_name"],
                f"{header}.xlsx",
                files.xlsx_bytes({"Sheet1": sheet}, "sheetjs"),
                ledger.capture(last, f"douyin {header}"),
                kind="douyin.series",
                platform="douyin",
                entity="account_days",
                metric=header,
                rows=sheet.height,
                first_date=sheet["日期"][0],
                last_date=sheet["日期"][-1],
            )
