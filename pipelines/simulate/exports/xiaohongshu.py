"""小红书: 笔记列表明细表 (xlsx by POI with a merged banner; once re-saved in Excel without it) and the account workbooks."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate.ledger import Ledger, account_windows, capture_days, dates, totals
from pipelines.simulate.world import World

BANNER = "最多导出排序后前1000条笔记"
MAX_ROWS = 1000
HEADER = files.names("笔记标题,首次发布时间,体裁,曝光,观看量,封面点击率,点赞,评论,收藏,涨粉,分享,人均观看时长,弹幕")
COUNTS = ("impressions", "views", "likes", "comments", "saves", "follows", "shares", "danmaku")


def notes(shown: pl.DataFrame) -> pl.DataFrame:
    """The list: times in Chinese, the cover rate as a fraction of three decimals, watch time in whole seconds."""
    views, shows = shown["views"].to_numpy(), shown["impressions"].to_numpy()
    video = shown["content_type"].to_numpy() == "short_video"
    clicked = views / np.maximum(shows, 1) * np.where(video, 0.85, 0.97)  # feed autoplay counts as a view but is no click on the cover
    return pl.DataFrame(
        {
            "笔记标题": shown["title"],
            "首次发布时间": shown["published_at"].dt.strftime("%Y年%m月%d日%H时%M分%S秒"),
            "体裁": np.where(video, "视频", "图文"),
            "曝光": shows,
            "观看量": views,
            "封面点击率": np.round(clicked, 3),
            "点赞": shown["likes"],
            "评论": shown["comments"],
            "收藏": shown["saves"],
            "涨粉": shown["follows"],
            "分享": shown["shares"],
            "人均观看时长": np.where(views > 0, np.rint(shown["watch_seconds"].to_numpy()), 0),
            "弹幕": shown["danmaku"],
        }
    ).select(HEADER)


def write(world: World, ledger: Ledger) -> None:
    for account in world.accounts.filter(pl.col("platform") == "xiaohongshu").iter_rows(named=True):
        days = capture_days(world, account["rank"])
        for day in days:
            out = world.posts_of(account["account_index"], day)
            shown = out.head(MAX_ROWS)
            resaved = account["rank"] == 1 and day == days[0]
            at = ledger.capture(day, "xiaohongshu list")
            data = files.xlsx_bytes({"Sheet1": notes(shown)}, "excel" if resaved else "poi", at, None if resaved else BANNER)
            ledger.write(
                account["account_name"],
                "笔记列表明细表.xlsx",
                data,
                at,
                kind="xiaohongshu.notes",
                platform="xiaohongshu",
                version="resaved" if resaved else "banner",
                entity="post_snapshots",
                posts=shown["post_index"],
                rows=shown.height,
                totals=totals(shown, COUNTS),
                capped=shown.height < out.height,
                posts_out=out.height,
            )
        _workbooks(world, ledger, account)


def _workbooks(world: World, ledger: Ledger, account: dict) -> None:
    """Two of the four workbooks for every 30 days, all four for the last 30; of a side account the one about views."""
    is_main, spans = account["rank"] == 0, account_windows(world, account["rank"])
    usual = ("近30日观看数据", "近30日涨粉数据") if is_main else ("近30日观看数据",)
    for first, last in spans:
        is_whole = is_main and (first, last) == spans[-1]
        for name, book in _books(world, account["account_index"], first, last).items():
            if name not in usual and not is_whole:
                continue
            at = ledger.capture(last, f"xiaohongshu {name}")
            ledger.write(
                account["account_name"],
                f"{name}.xlsx",
                files.xlsx_bytes(book, "poi", at),
                at,
                kind="xiaohongshu.account",
                platform="xiaohongshu",
                entity="account_days",
                rows=last - first + 1,
                sheets=list(book),
                first_date=str(world.scenario.day(first)),
                last_date=str(world.scenario.day(last)),
            )


def _books(world: World, index: int, first: int, last: int) -> dict[str, dict[str, pl.DataFrame]]:
    when = dates(world, first, last, "%Y年%m月%d日")

    def daily(metric: str) -> np.ndarray:
        return world.day_series(index, metric, first, last)

    def trend(values: np.ndarray) -> pl.DataFrame:
        return pl.DataFrame({"日期": when, "数值": values})

    def overall(pairs: dict[str, float]) -> pl.DataFrame:
        return pl.DataFrame({"指标": list(pairs), "数值": [float(v) for v in pairs.values()]})

    views, shows = daily("views"), daily("impressions")
    clicked = np.round(100 * 0.9 * views / np.maximum(shows, 1), 1)
    watch = 14 + np.round(3 * np.sin(np.arange(len(views)) / 5))
    done = np.round(24 + 4 * np.cos(np.arange(len(views)) / 7), 1)
    half = len(views) // 2
    change = {
        f"{k}环比(%)": round(100 * (v[half:].sum() / max(v[:half].sum(), 1) - 1), 1) for k, v in {"曝光": shows, "观看": views}.items()
    }
    videos, posts = _published(world, index, first, last)
    visits = daily("profile_visits")
    turned = np.round(100 * daily("follower_gain") / np.maximum(visits, 1), 1)
    return {
        "近30日观看数据": {
            "账号总体观看数据": overall(
                {
                    "曝光": shows.sum(),
                    "观看": views.sum(),
                    "封面点击率(%)": clicked.mean().round(1),
                    "平均观看时长(s)": watch.mean().round(1),
                    "总完播率(%)": done.mean().round(1),
                    **change,
                }
            ),
            "曝光趋势": trend(shows),
            "观看趋势": trend(views),
            "封面点击率趋势": trend(clicked),
            "平均观看时长趋势": trend(watch),
            "视频完播率趋势": trend(done),
        },
        "近30日互动数据": {
            "账号总体互动数据": overall(
                {"点赞": daily("likes").sum(), "评论": daily("comments").sum(), "收藏": daily("saves").sum(), "分享": daily("shares").sum()}
            ),
            "点赞趋势": trend(daily("likes")),
            "评论趋势": trend(daily("comments")),
            "收藏趋势": trend(daily("saves")),
            "分享趋势": trend(daily("shares")),
        },
        "近30日涨粉数据": {
            "账号总体涨粉数据": overall(
                {"净涨粉": daily("follower_net").sum(), "新增关注": daily("follower_gain").sum(), "取消关注": daily("follower_loss").sum()}
            ),
            "净涨粉趋势": trend(daily("follower_net")),
            "新增关注趋势": trend(daily("follower_gain")),
            "取消关注趋势": trend(daily("follower_loss")),
            "主页访客趋势": trend(visits),
            "主页转粉率趋势": trend(turned),
        },
        "近30日发布数据": {
            "账号总体发布数据": overall({"总发布": posts.sum(), "发布视频": videos.sum(), "发布图文": (posts - videos).sum()}),
            "总发布趋势": trend(posts),
            "发布视频趋势": trend(videos),
            "发布图文趋势": trend(posts - videos),
        },
    }


def _published(world: World, index: int, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Videos and all notes published on each day of a window."""
    mine = world.posts.filter((pl.col("account_index") == index) & pl.col("day").is_between(first, last))
    video = mine.filter(pl.col("content_type") == "short_video")
    size = last - first + 1
    return np.bincount(video["day"] - first, minlength=size), np.bincount(mine["day"] - first, minlength=size)
