"""视频号: 动态数据明细 csv, 15 columns and since 35 days before the end 19. BOM, CRLF, texts quoted with line breaks inside."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate.ledger import Ledger, capture_days, is_new_version, totals
from pipelines.simulate.world import World

HEADER = files.names(
    "视频描述,视频ID,发布时间,完播率,平均播放时长,播放量,推荐,喜欢,评论量,分享量,关注量,转发聊天和朋友圈,设为铃声,设为状态,设为朋友圈封面"
)
ADDED = files.names("企微链接点击次数,企微链接点击人数,添加到通讯录次数,添加到通讯录人数")
COUNTS = ("views", "endorsements", "likes", "comments", "shares", "follows")


def details(shown: pl.DataFrame) -> pl.DataFrame:
    """推荐 is the heart (endorsements here), 喜欢 the thumb (likes); a video without plays has `-` and `0`."""
    played = shown["views"].to_numpy() > 0
    return pl.DataFrame(
        {
            "视频描述": shown["title"],
            "视频ID": "export/UzFfAgtgek" + shown["token"],
            "发布时间": shown["published_at"].dt.strftime("%Y/%m/%d"),
            "完播率": files.percent(np.where(played, shown["completion"].to_numpy(), np.nan)).fill_null("-"),
            "平均播放时长": (files.decimal(np.where(played, shown["watch_seconds"].to_numpy(), np.nan), 2) + "秒").fill_null("0"),
            "播放量": shown["views"],
            "推荐": shown["endorsements"],
            "喜欢": shown["likes"],
            "评论量": shown["comments"],
            "分享量": shown["shares"],
            "关注量": shown["follows"],
            "转发聊天和朋友圈": shown["shares"] * 7 // 10,
            "设为铃声": shown["likes"] // 400,
            "设为状态": shown["likes"] // 150,
            "设为朋友圈封面": shown["likes"] // 600,
            **dict.fromkeys(ADDED, pl.repeat("", shown.height, eager=True)),
        }
    )


def write(world: World, ledger: Ledger) -> None:
    for account in world.accounts.filter(pl.col("platform") == "channels").iter_rows(named=True):
        for day in capture_days(world, account["rank"]):
            shown = world.posts_of(account["account_index"], day)
            new = is_new_version(world, day)
            table = details(shown).select([*HEADER, *ADDED] if new else HEADER)
            lines = files.csv_lines(table, quote=["视频描述", "视频ID"])
            ledger.write(
                account["account_name"],
                "视频号动态数据明细.csv",
                files.text_bytes(lines, "\r\n", bom=True),
                ledger.capture(day, "channels list"),
                kind="channels.videos",
                version="2026" if new else "2025",
                platform="channels",
                entity="post_snapshots",
                posts=shown["post_index"],
                rows=shown.height,
                totals=totals(shown, COUNTS),
                posts_out=shown.height,
            )
