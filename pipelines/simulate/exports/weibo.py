"""微博, as dataabc/weibo-crawler saves it: a posts csv that every crawl appends to (ids repeat, TAB behind the id) and a comments csv."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import dirt, files, texts
from pipelines.simulate.exports.voices import labels
from pipelines.simulate.facts import base62
from pipelines.simulate.ledger import CANONICAL, Ledger
from pipelines.simulate.world import World

HEADER = files.names(
    "id,bid,正文,头条文章url,原始图片url,视频url,Live Photo视频url,位置,日期,工具,点赞数,评论数,转发数,话题,@用户,完整日期,"
    "是否编辑过,编辑次数"
)
RETWEET_HEADER = ["是否原创", "源用户id", "源用户昵称", *(f"源微博{h}" for h in HEADER)]
COMMENT_HEADER = files.names("id,weibo_id,created_at,user_screen_name,text,pic_url,like_count")
COUNTS = ("likes", "comments", "reposts")
CRAWL_DAYS = 30  # each crawl looks at the posts of the last 30 days; the first one at all
COPIES_MAIN, COPIES_SIDE = (28, 21, 14, 7, 0), (14, 0)  # days before the end on which someone took a copy of the file


def rows(shown: pl.DataFrame) -> pl.DataFrame:
    """The crawler's rows of one run, newest post first."""
    number = shown["post_number"]
    kind = shown["content_type"].to_numpy()
    picture = "https://wx1.sinaimg.cn/large/" + shown["hexes"] + ".jpg"
    edited = shown["post_index"].to_numpy() % 17 == 0
    return pl.DataFrame(
        {
            "id": number.cast(pl.String) + "\t",
            "bid": base62(number.to_numpy()),
            "正文": shown["title"],
            "头条文章url": pl.repeat("", shown.height, eager=True),
            "原始图片url": np.where(kind == "image_text", picture.to_numpy(), ""),
            "视频url": np.where(kind == "short_video", ("https://f.video.weibocdn.com/" + shown["hexes"] + ".mp4").to_numpy(), ""),
            "Live Photo视频url": pl.repeat("", shown.height, eager=True),
            "位置": pl.repeat("", shown.height, eager=True),
            "日期": shown["published_at"].dt.strftime("%Y-%m-%d"),
            "工具": np.where(shown["post_index"].to_numpy() % 3 == 0, "微博网页版", "iPhone客户端"),
            "点赞数": shown["likes"],
            "评论数": shown["comments"],
            "转发数": shown["reposts"],
            "话题": shown["tags"].str.replace_all("#", "").str.replace_all(" ", ","),
            "@用户": pl.repeat("", shown.height, eager=True),
            "完整日期": shown["published_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "是否编辑过": np.where(edited, "True", "False"),
            "编辑次数": edited.astype(int),
        }
    )


def _with_sources(table: pl.DataFrame) -> pl.DataFrame:
    """The wider file of a crawl that keeps reposts: every 23rd post is one, with its source behind it."""
    source = pl.int_range(pl.len()) % 23 == 11
    empty = [pl.lit("").alias(h) for h in RETWEET_HEADER[3:]]
    named = {"源微博id": "4999000011112222\t", "源微博bid": "Nx8kQ2aBc", "源微博正文": "一起喝茶", "源微博完整日期": "2025-09-01 10:00:00"}
    return table.with_columns(
        pl.when(source).then(pl.lit("False")).otherwise(pl.lit("True")).alias("是否原创"),
        pl.when(source).then(pl.lit("1900000001")).otherwise(pl.lit("")).alias("源用户id"),
        pl.when(source).then(pl.lit("茶友会")).otherwise(pl.lit("")).alias("源用户昵称"),
        *empty,
    ).with_columns(pl.when(source).then(pl.lit(v)).otherwise(pl.lit("")).alias(k) for k, v in named.items())


def write(world: World, ledger: Ledger) -> None:
    """Write the crawler's files, each run appended to the one before."""
    last = world.scenario.all_days - 1
    crawls = [d for d in range(last - 77, last + 1, 7) if d >= 0]
    for account in world.accounts.filter(pl.col("platform") == "weibo").iter_rows(named=True):
        main = account["rank"] == 0
        wanted = {last - back for back in (COPIES_MAIN if main else COPIES_SIDE)}
        lines: list[str] = []
        newest: dict[int, dict[str, int]] = {}
        done = 0
        for crawl in crawls:
            since = 0 if crawl == crawls[0] else crawl - CRAWL_DAYS
            shown = world.posts_of(account["account_index"], crawl, since=since)
            table = rows(shown) if main else _with_sources(rows(shown))
            written = files.csv_lines(table)
            lines += written if not lines else written[1:]
            done += shown.height
            newest |= {
                r["post_index"]: {CANONICAL[c]: r[c] for c in COUNTS} for r in shown.select("post_index", *COUNTS).iter_rows(named=True)
            }
            if crawl in wanted:
                planted = dirt.weibo(lines) if ledger.dirt and main and crawl == last else dirt.Planted(lines)
                ledger.write(
                    account["account_name"],
                    f"{account['platform_account_id']}.csv",
                    files.text_bytes(planted.lines, bom=True),
                    ledger.capture(crawl, "weibo list"),
                    kind="weibo.crawler",
                    version="18" if main else "39",
                    platform="weibo",
                    entity="post_snapshots",
                    posts=pl.Series(list(newest), dtype=pl.Int64),
                    rows=len(newest),
                    rows_written=done + planted.extra,
                    rows_repeated=done - len(newest),
                    totals={CANONICAL[c]: sum(v[CANONICAL[c]] for v in newest.values()) for c in COUNTS},
                    dirt=planted.facts,
                    posts_out=len(newest),
                )
        _comments(world, ledger, account, last)


def _comments(world: World, ledger: Ledger, account: dict, last: int) -> None:
    """Comments of the newest 30 posts, at most 40 each: the site hides the others, so the numbers do not match 评论数."""
    posts = world.posts_of(account["account_index"], last).head(30)
    post = np.repeat(np.arange(posts.height), np.minimum(posts["comments"].to_numpy(), 40))
    n = len(post)
    number = 5_200_000_000_000_000 + account["account_index"] * 10**12 + np.arange(n)
    said = texts.comments(world, posts, post, f"weibo comments {account['account_index']}").with_columns(id=pl.Series(number.astype(str)))
    table = said.select(
        "id",
        weibo_id=pl.Series(posts["post_number"].to_numpy()[post]),
        created_at=pl.col("at").dt.strftime("%a %b %d %H:%M:%S +0800 %Y"),
        user_screen_name=pl.lit("茶友") + pl.col("author").cast(pl.String),
        text="text",
        pic_url=pl.lit(""),
        like_count="likes",
    ).select(COMMENT_HEADER)
    ledger.note_texts(f"weibo:{account['account_name']}", labels(said))
    ledger.write(
        account["account_name"],
        f"{account['account_name']}_comments.csv",
        files.text_bytes(files.csv_lines(table), bom=True),
        ledger.capture(last, "weibo comments"),
        kind="weibo.crawler_comments",
        platform="weibo",
        entity="comments",
        rows=n,
    )
