"""B站: 近期稿件对比.csv, the ten newest videos; click rates as stars, shares trimmed, `<0.1%`."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate.ledger import Ledger, capture_days, totals
from pipelines.simulate.world import World

HEADER = files.names(
    "视频标题,发布时间,播放量,游客播放占比,粉丝观看率,封标点击率,粉丝点击率,游客点击率,3秒跳出率,粉丝3秒跳出率,游客3秒跳出率,"
    "互动率,粉丝互动率,游客互动率,涨粉量,播转粉率,取关量,点赞量,点赞率,评论量,评论率,弹幕量,弹幕率,收藏量,收藏率,投币量,投币率,"
    "转发量,转发率,平均播放进度"
)
COUNTS = ("views", "follows", "likes", "comments", "danmaku", "saves", "coins")  # 转发量 is the world's shares, a repost in the lake
MAX_VIDEOS = 10


def comparison(shown: pl.DataFrame) -> pl.DataFrame:
    """The 近期稿件对比 table of one capture, cells as the platform writes them."""
    views = shown["views"].to_numpy()
    fans, cover, bounce = (shown[c].to_numpy() for c in ("fan_share", "cover_rate", "bounce_2s"))

    def per_view(count: str) -> pl.Series:
        return files.trimmed_percent(shown[count].to_numpy() / np.maximum(views, 1))

    def stars(rate: np.ndarray) -> pl.Series:
        return files.decimal(np.clip(1 + 12 * rate, 1, 5), 1).str.replace(r"\.0$", "") + "星"

    acted = sum(shown[c].to_numpy() for c in ("likes", "comments", "danmaku", "saves", "coins", "shares")) / np.maximum(views, 1)
    columns: dict[str, pl.Series | np.ndarray] = {
        "视频标题": shown["title"],
        "发布时间": shown["published_at"].dt.strftime("%Y年%m月%d日 %H:%M:%S"),
        "播放量": shown["views"],
        "游客播放占比": files.trimmed_percent(1 - fans),
        "粉丝观看率": files.trimmed_percent(fans * 0.2),
        "封标点击率": stars(cover),
        "粉丝点击率": stars(cover * 1.1),
        "游客点击率": stars(cover * 0.95),
        "3秒跳出率": files.trimmed_percent(bounce),
        "粉丝3秒跳出率": files.trimmed_percent(bounce * 0.8),
        "游客3秒跳出率": files.trimmed_percent(np.minimum(bounce * 1.1, 1)),
        "互动率": files.trimmed_percent(acted),
        "粉丝互动率": files.trimmed_percent(np.minimum(acted * 1.6, 1)),
        "游客互动率": files.trimmed_percent(acted * 0.8),
        "涨粉量": shown["follows"],
        "播转粉率": per_view("follows"),
        "取关量": shown["follows"] // 25,
        "平均播放进度": files.trimmed_percent(shown["completion"].to_numpy()),
    }
    for label, count in {
        "点赞": "likes",
        "评论": "comments",
        "弹幕": "danmaku",
        "收藏": "saves",
        "投币": "coins",
        "转发": "shares",
    }.items():
        columns[f"{label}量"], columns[f"{label}率"] = shown[count], per_view(count)
    return pl.DataFrame(columns).select(HEADER)


def write(world: World, ledger: Ledger) -> None:
    for account in world.accounts.filter(pl.col("platform") == "bilibili").iter_rows(named=True):
        for day in capture_days(world, account["rank"]):
            out = world.posts_of(account["account_index"], day)
            shown = out.head(MAX_VIDEOS)
            ledger.write(
                account["account_name"],
                "近期稿件对比.csv",
                files.text_bytes(files.csv_lines(comparison(shown)), bom=True),
                ledger.capture(day, "bilibili list"),
                kind="bilibili.compare",
                platform="bilibili",
                entity="post_snapshots",
                posts=shown["post_index"],
                rows=shown.height,
                totals=totals(shown, COUNTS) | {"repost_count": int(shown["shares"].sum())},
                capped=out.height > MAX_VIDEOS,
                posts_out=out.height,
            )
