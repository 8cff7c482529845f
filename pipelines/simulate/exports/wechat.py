"""公众号: three files all called .xls - 已发表内容 (BIFF), 用户分析 (an HTML table) and 数据趋势 (BIFF, three tables side by side)."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate.ledger import Ledger, capture_days, dates, is_new_version, totals, window_epochs, windows
from pipelines.simulate.world import World

HEADER_2024 = files.names(
    "内容标题,发表时间,总阅读人数,总阅读次数,总分享人数,总分享次数,阅读后关注人数,送达人数,公众号消息阅读次数,送达阅读率,"
    "首次分享次数,分享产生阅读次数,首次分享率,每次分享带来阅读次数,阅读完成率,内容url"
)
HEADER_2026 = files.names("内容标题,发表日期,阅读人数,分享人数,阅读后关注人数,送达人数,送达完成率,阅读完成率,内容url")
USERS_HEADER = files.names("时间,新关注人数,取消关注人数,净增关注人数,累积关注人数")
CHANNEL_SHARES = {  # distinct readers per channel: they overlap, so they never add up to 全部
    "公众号消息": 0.46,
    "聊天会话": 0.14,
    "朋友圈": 0.18,
    "公众号主页": 0.05,
    "推荐": 0.22,
    "搜一搜": 0.08,
    "朋友在看": 0.04,
    "其他": 0.03,
}
LIST_DAYS = 90


def _url(shown: pl.DataFrame) -> pl.Series:
    parts = pl.format(
        "http://mp.weixin.qq.com/s?__biz=MzI{}==&mid={}&idx=1&sn={}#rd",
        pl.col("account_index") + 40_000_000,
        pl.col("post_index") + 2_247_480_000,
        pl.col("hexes"),
    )
    return shown.select(parts).to_series()


def published(world: World, account: dict, shown: pl.DataFrame) -> pl.DataFrame:
    """Both headers' columns; rates are decimals with all their digits."""
    delivered = world.account_days["follower_total"][account["account_index"], shown["day"].to_numpy()]
    views, viewers, shares = (shown[c].to_numpy() for c in ("views", "viewers", "shares"))
    messages = views * 55 // 100
    return pl.DataFrame(
        {
            "内容标题": shown["title"],
            "发表时间": shown["published_at"].dt.strftime("%Y-%m-%d"),
            "发表日期": shown["published_at"].dt.strftime("%Y%m%d"),
            "总阅读人数": viewers,
            "阅读人数": viewers,
            "总阅读次数": views,
            "总分享人数": shares * 4 // 5,
            "分享人数": shares * 4 // 5,
            "总分享次数": shares,
            "阅读后关注人数": shown["follows"],
            "送达人数": delivered,
            "公众号消息阅读次数": messages,
            "送达阅读率": np.minimum(messages / np.maximum(delivered, 1), 1.0),
            "送达完成率": np.minimum(messages * 0.8 / np.maximum(delivered, 1), 1.0),
            "首次分享次数": shares // 2,
            "分享产生阅读次数": views * 25 // 100,
            "首次分享率": (shares // 2) / np.maximum(messages, 1),
            "每次分享带来阅读次数": (views * 25 // 100) / np.maximum(shares, 1),
            "阅读完成率": shown["completion"],
            "内容url": _url(shown),
        }
    )


def write(world: World, ledger: Ledger) -> None:
    for account in world.accounts.filter(pl.col("platform") == "wechat").iter_rows(named=True):
        _lists(world, ledger, account)
        if account["rank"] == 0:
            for first, last in windows(world, 92):
                _users(world, ledger, account, first, last)
                _tendency(world, ledger, account, first, last)


def _lists(world: World, ledger: Ledger, account: dict) -> None:
    last_day = world.scenario.all_days - 1
    for day in capture_days(world, account["rank"]):
        if (last_day - day) % 7 and account["rank"] == 0:
            continue  # the back office shows windows, so once a week is enough
        first = max(day - LIST_DAYS + 1, 0)
        shown = world.posts_of(account["account_index"], day, since=first)
        new = is_new_version(world, day)
        begin, end = window_epochs(world, first, day)
        table = published(world, account, shown).select(HEADER_2026 if new else HEADER_2024)
        cells = [(0, 0, ["数据来源概况"]), *files.biff_table(table, 1, 0)] if new else files.biff_table(table, 0, 0)
        counts = {"viewer_count": int(shown["viewers"].sum()), "follower_gain_count": int(shown["follows"].sum())}
        ledger.write(
            account["account_name"],
            f"total_{begin}_{end}.xls",
            files.biff_bytes(cells),
            datetime.fromtimestamp(end, UTC),
            kind="wechat.published",
            version="2026" if new else "2024",
            platform="wechat",
            entity="post_snapshots",
            posts=shown["post_index"],
            rows=shown.height,
            totals=counts if new else counts | totals(shown, ("views", "shares")),
            first_date=str(world.scenario.day(first)),
            last_date=str(world.scenario.day(day)),
            posts_out=shown.height,
        )


def _users(world: World, ledger: Ledger, account: dict, first: int, last: int) -> None:
    series = [
        world.day_series(account["account_index"], m, first, last)
        for m in ("follower_gain", "follower_loss", "follower_net", "follower_total")
    ]
    table = pl.DataFrame(dict(zip(USERS_HEADER, [dates(world, first, last, "%Y-%m-%d"), *series], strict=True)), strict=False).reverse()
    ledger.write(
        account["account_name"],
        "user_analysis.xls",
        files.html_table_bytes(["用户增长"], table),
        ledger.capture(last, "wechat users"),
        kind="wechat.users",
        platform="wechat",
        entity="account_days",
        rows=table.height,
        first_date=str(world.scenario.day(first)),
        last_date=str(world.scenario.day(last)),
    )


def _tendency(world: World, ledger: Ledger, account: dict, first: int, last: int) -> None:
    """Left: readers per day and channel. Middle: the day's actions. Right: readers per post and channel."""
    index = account["account_index"]
    begin, end = window_epochs(world, first, last)
    viewers, when = world.day_series(index, "viewers", first, last), dates(world, first, last, "%Y-%m-%d")
    names = ["全部", *CHANNEL_SHARES]
    shares = np.array([1.0, *CHANNEL_SHARES.values()])
    left = pl.DataFrame(
        {
            "日期": np.repeat(when.to_numpy(), len(names)),
            "渠道": np.tile(np.array(names), len(when)),
            "阅读人数": np.rint(viewers[:, None] * shares).astype(int).ravel(),
        }
    )
    middle = pl.DataFrame(
        {
            "日期": when,
            "分享人数": world.day_series(index, "shares", first, last) * 4 // 5,
            "跳转阅读原文人数": world.day_series(index, "link_clicks", first, last),
            "微信收藏人数": world.day_series(index, "saves", first, last),
            "发表篇数": world.day_series(index, "posts_published", first, last),
        }
    )
    top = world.posts_of(index, last, since=first).head(20)
    readers = top["viewers"].to_numpy()
    right = pl.DataFrame(
        {
            "传播渠道": np.tile(np.array(names), top.height),
            "发表日期": np.repeat(top["published_at"].dt.strftime("%Y%m%d").to_numpy(), len(names)),
            "内容标题": np.repeat(top["title"].to_numpy(), len(names)),
            "阅读人数": np.rint(readers[:, None] * shares).astype(int).ravel(),
            "阅读人数占比": np.tile(shares, top.height),
        }
    )
    cells: list = [(1, 1, ["数据趋势概况"]), (1, 11, ["数据来源概况"])]
    cells += files.biff_table(left, 2, 1) + files.biff_table(middle, 2, 5) + files.biff_table(right, 2, 11)
    ledger.write(
        account["account_name"],
        f"tendency_{begin}_{end}.xls",
        files.biff_bytes(cells),
        datetime.fromtimestamp(end, UTC),
        kind="wechat.tendency",
        platform="wechat",
        entity="account_channel_days",
        rows=max(left.height, middle.height, right.height),
        blocks={"channel_days": left.height, "days": middle.height, "post_channels": right.height},
        first_date=str(world.scenario.day(first)),
        last_date=str(world.scenario.day(last)),
    )
