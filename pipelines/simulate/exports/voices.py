"""What others say: mentions as a listening tool's table (half a month per file) and comments below 视频号 posts, both in the plain form."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate import files, news, texts
from pipelines.simulate import parameters as p
from pipelines.simulate.ledger import Ledger
from pipelines.simulate.world import World

MENTION_HEADER = files.names(
    "平台,内容ID,链接,来源站点,内容类型,关键词,作者,作者粉丝数,标题,正文,发布时间,情感,地域,阅读数,点赞数,评论数,分享数,转发数,收藏数"
)
COMMENT_HEADER = files.names("平台,账号,作品ID,评论ID,评论时间,评论人,评论内容,点赞数")
MONITOR = "舆情监测"
FILE_DAYS = 15
ALL = 10**6
COMMENTED_POSTS, COMMENTS_PER_POST = 30, 40
LINKS = {
    "weibo": "https://weibo.com/7000000001/",
    "douyin": "https://www.douyin.com/video/",
    "xiaohongshu": "https://www.xiaohongshu.com/explore/",
    "bilibili": "https://www.bilibili.com/read/",
    "wechat": "https://mp.weixin.qq.com/s/",
    "channels": "https://weixin.qq.com/sph/",
}


def write_mentions(world: World, ledger: Ledger) -> dict[str, Any]:
    """Write the tool's files of the last 60 days; the plan, and what every mention means, for the books."""
    found = texts.mentions(world, ALL).with_columns(id=pl.lit("4") + (100_000_000 + pl.col("number")).cast(pl.String))
    rng = world.scenario.rng("mention facts")
    reach = found["reach"].to_numpy()
    views = np.rint(reach * rng.uniform(0.05, 0.6, found.height)).astype(np.int64)
    table = found.select(
        "at",
        平台="platform",
        内容ID="id",
        链接=pl.col("platform").replace_strict(LINKS) + pl.col("id"),
        来源站点=pl.lit(""),
        内容类型=pl.lit("原创"),
        关键词=pl.lit(p.BRAND),
        作者=pl.lit("网友") + pl.col("author").cast(pl.String),
        作者粉丝数="reach",
        标题=pl.lit(""),
        正文="text",
        发布时间=pl.col("at").dt.strftime("%Y-%m-%d %H:%M:%S"),
        情感=pl.lit(""),
        地域=pl.Series(np.array(["浙江", "四川", "江苏", "湖南", "广东", "湖北", "陕西", "福建"])[rng.integers(0, 8, found.height)]),
        阅读数=pl.Series(views),
        点赞数=pl.Series(rng.binomial(views, 0.02)),
        评论数=pl.Series(rng.binomial(views, 0.004)),
        分享数=pl.Series(rng.binomial(views, 0.002)),
        转发数=pl.Series(rng.binomial(views, 0.002)),
        收藏数=pl.Series(rng.binomial(views, 0.003)),
    )
    last = world.scenario.all_days - 1
    for end in range(last - world.scenario.truth.news.days + FILE_DAYS, last + 1, FILE_DAYS):
        first = end - FILE_DAYS + 1
        part = table.filter(pl.col("at").dt.date().is_between(world.scenario.day(first), world.scenario.day(end))).drop("at")
        a, b = (world.scenario.day(d).strftime("%Y%m%d") for d in (first, end))
        ledger.write(
            MONITOR,
            f"舆情_{a}_{b}.csv",
            files.text_bytes(files.csv_lines(part.select(MENTION_HEADER)), bom=True),
            ledger.capture(end, "mentions"),
            kind="generic.mentions",
            platform="generic",
            entity="mentions",
            rows=part.height,
        )
    crises = news.crises(world)
    return {
        "count": found.height,
        "negative_count": int((found["sentiment"] == 2).sum()),
        "labels": labels(found),
        "events": crises.with_columns(pl.col("starts_at", "ends_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")).to_dicts(),
    }


def write_comments(world: World, ledger: Ledger) -> None:
    """Write the comments below the newest posts of every 视频号 account; their meaning goes to the ledger."""
    last = world.scenario.all_days - 1
    for account in world.accounts.filter(pl.col("platform") == "channels").iter_rows(named=True):
        posts = world.posts_of(account["account_index"], last).head(COMMENTED_POSTS)
        how_many = np.minimum(posts["comments"].to_numpy(), COMMENTS_PER_POST)
        post = np.repeat(np.arange(posts.height), how_many)
        number = 7_300_000_000 + account["account_index"] * 10**6 + np.arange(len(post))
        said = texts.comments(world, posts, post, f"channels comments {account['account_index']}").with_columns(
            id=pl.Series(number.astype(str))
        )
        token = posts["token"].gather(post)
        table = said.select(
            平台=pl.lit("视频号"),
            账号=pl.lit(account["account_name"]),
            作品ID=pl.lit("export/UzFfAgtgek") + token,
            评论ID="id",
            评论时间=pl.col("at").dt.strftime("%Y-%m-%d %H:%M:%S"),
            评论人=pl.lit("微信用户") + pl.col("author").cast(pl.String),
            评论内容="text",
            点赞数="likes",
        ).select(COMMENT_HEADER)
        ledger.note_texts(f"channels:{account['account_name']}", labels(said))
        ledger.write(
            account["account_name"],
            "视频号评论.csv",
            files.text_bytes(files.csv_lines(table), bom=True),
            ledger.capture(last, "channels comments"),
            kind="generic.comments",
            platform="channels",
            entity="comments",
            rows=table.height,
        )


def labels(said: pl.DataFrame) -> dict[str, list[Any]]:
    """What each text means, by the id it has in its file."""
    return {
        "id": said["id"].to_list(),
        "sentiment": said["sentiment"].to_list(),  # 0 positive, 1 neutral, 2 negative
        "category": [news.CATEGORIES[c] if s == 2 else None for s, c in zip(said["sentiment"], said["category"], strict=True)],
        "is_noise": said["is_noise"].cast(pl.Int8).to_list(),
    }
