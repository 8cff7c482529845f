"""X: content csv (28 days), account overview csv, and the older tweet activity files by tweet and by day (every cell quoted)."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate.ledger import Ledger, totals, windows
from pipelines.simulate.world import World

CONTENT = files.names(
    "Post id,Date,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,Replies,Reposts,Profile visits,"
    "Detail Expands,URL Clicks,Hashtag Clicks,Permalink Clicks"
)
OVERVIEW = files.names(
    "Date,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,Unfollows,Replies,Reposts,Profile visits,Create Post,"
    "Video views,Media views"
)
TWEET = files.names("Tweet id,Tweet permalink,Tweet text,time")
ACTIVITY = files.names(
    "impressions,engagements,engagement rate,retweets,replies,likes,user profile clicks,url clicks,hashtag clicks,detail expands,"
    "permalink clicks,app opens,app installs,follows,email tweet,dial phone,media views,media engagements"
)
PROMOTED = [f"promoted {name}" for name in ACTIVITY]
COUNTS = ("impressions", "likes", "comments", "shares", "reposts", "saves", "profile_visits", "follows", "link_clicks")
HANDLE = "QingheTea"


def _post_id(posts: pl.DataFrame) -> pl.Series:
    return (posts["post_number"] * 300 + 7).cast(pl.String)


def _engagements(posts: pl.DataFrame) -> pl.Series:
    return posts.select(pl.sum_horizontal("likes", "comments", "reposts", "shares", "saves", "profile_visits", "link_clicks")).to_series()


def content(shown: pl.DataFrame) -> pl.DataFrame:
    """The content export of one capture."""
    number = _post_id(shown)
    return pl.DataFrame(
        {
            "Post id": number,
            "Date": shown["published_at"].dt.strftime("%a, %b %-d, %Y"),
            "Post text": shown["title"],
            "Post Link": f"https://x.com/{HANDLE}/status/" + number,
            "Impressions": shown["impressions"],
            "Likes": shown["likes"],
            "Engagements": _engagements(shown),
            "Bookmarks": shown["saves"],
            "Shares": shown["shares"],
            "New follows": shown["follows"],
            "Replies": shown["comments"],
            "Reposts": shown["reposts"],
            "Profile visits": shown["profile_visits"],
            "Detail Expands": shown["likes"] * 2,
            "URL Clicks": shown["link_clicks"],
            "Hashtag Clicks": shown["likes"] // 20,
            "Permalink Clicks": shown["likes"] // 30,
        }
    ).select(CONTENT)


def write(world: World, ledger: Ledger) -> None:
    for account in world.accounts.filter(pl.col("platform") == "x").iter_rows(named=True):
        for first, last in windows(world, 28, 6):
            _content(world, ledger, account, first, last)
        for first, last in windows(world, 90):
            _overview(world, ledger, account, first, last)
        if account["rank"] == 0:
            for first, last in windows(world, 30)[:2]:
                _legacy(world, ledger, account, first, last)


def _span(world: World, first: int, last: int, form: str = "%Y-%m-%d") -> str:
    return f"{world.scenario.day(first).strftime(form)}_{world.scenario.day(last).strftime(form)}"


def _content(world: World, ledger: Ledger, account: dict, first: int, last: int) -> None:
    shown = world.posts_of(account["account_index"], last, since=first)
    ledger.write(
        account["account_name"],
        f"account_analytics_content_{_span(world, first, last)}.csv",
        files.text_bytes(files.csv_lines(content(shown), quote=["Date", "Post text"]), bom=True),
        ledger.capture(last, "x content", "UTC"),
        kind="x.content",
        platform="x",
        entity="post_snapshots",
        posts=shown["post_index"],
        rows=shown.height,
        totals=totals(shown, COUNTS),
        first_date=str(world.scenario.day(first)),
        last_date=str(world.scenario.day(last)),
    )


def _overview(world: World, ledger: Ledger, account: dict, first: int, last: int) -> None:
    def daily(metric: str) -> np.ndarray:
        return world.day_series(account["account_index"], metric, first, last)

    days = pl.date_range(world.scenario.day(first), world.scenario.day(last), eager=True)
    acted = sum(daily(m) for m in ("likes", "comments", "reposts", "shares", "saves", "profile_visits", "link_clicks"))
    table = pl.DataFrame(
        {
            "Date": days.dt.strftime("%a, %b %-d, %Y"),
            "Impressions": daily("impressions"),
            "Likes": daily("likes"),
            "Engagements": acted,
            "Bookmarks": daily("saves"),
            "Shares": daily("shares"),
            "New follows": daily("follower_gain"),
            "Unfollows": daily("follower_loss"),
            "Replies": daily("comments"),
            "Reposts": daily("reposts"),
            "Profile visits": daily("profile_visits"),
            "Create Post": daily("posts_published"),
            "Video views": daily("impressions") // 9,
            "Media views": daily("impressions") // 6,
        }
    ).select(OVERVIEW)
    ledger.write(
        account["account_name"],
        "account_overview_analytics.csv",
        files.text_bytes(files.csv_lines(table.reverse(), quote=["Date"])),
        ledger.capture(last, "x overview", "UTC"),
        kind="x.overview",
        platform="x",
        entity="account_days",
        rows=table.height,
        first_date=str(world.scenario.day(first)),
        last_date=str(world.scenario.day(last)),
    )


def _activity(figures: dict[str, np.ndarray], n: int) -> dict[str, pl.Series]:
    """The activity columns as the old files spell them: 12.0 for counts it knows, 0 for what never happened, `-` for promoted."""
    shown, acted = figures["impressions"], figures["engagements"]
    columns = {name: pl.repeat("0", n, eager=True) for name in ACTIVITY}
    columns |= {name: pl.Series(values).cast(pl.Float64).cast(pl.String) for name, values in figures.items()}
    columns["engagement rate"] = pl.Series(np.where(shown > 0, acted / np.maximum(shown, 1), 0.0)).cast(pl.String)
    return columns | {name: pl.repeat("-", n, eager=True) for name in PROMOTED}


def _legacy(world: World, ledger: Ledger, account: dict, first: int, last: int) -> None:
    tweets = world.posts_of(account["account_index"], last, since=first)
    number = _post_id(tweets)
    names = {
        "impressions": "impressions",
        "retweets": "reposts",
        "replies": "comments",
        "likes": "likes",
        "user profile clicks": "profile_visits",
        "url clicks": "link_clicks",
        "follows": "follows",
    }
    figures = {k: tweets[v].to_numpy() for k, v in names.items()} | {"engagements": _engagements(tweets).to_numpy()}
    by_tweet = pl.DataFrame(
        {
            "Tweet id": number,
            "Tweet permalink": f"https://twitter.com/{HANDLE}/status/" + number,
            "Tweet text": tweets["title"],
            "time": tweets["published_at"].dt.strftime("%Y-%m-%d %H:%M +0000"),
            **_activity(figures, tweets.height),
        }
    )
    span, at = _span(world, first, last + 1, "%Y%m%d"), ledger.capture(last, "x legacy", "UTC")
    ledger.write(
        account["account_name"],
        f"tweet_activity_metrics_{HANDLE}_{span}_en.csv",
        files.text_bytes(files.csv_lines(by_tweet.select(TWEET + ACTIVITY + PROMOTED), quote=True)),
        at,
        kind="x.tweets",
        platform="x",
        entity="post_snapshots",
        posts=tweets["post_index"],
        rows=tweets.height,
        totals=totals(tweets, ("impressions", "likes")),
    )
    daily = {k: world.day_series(account["account_index"], v, first, last) for k, v in names.items()}
    acted = ("retweets", "replies", "likes", "user profile clicks", "url clicks")
    daily["engagements"] = np.sum([daily[k] for k in acted], axis=0)
    days = pl.date_range(world.scenario.day(first), world.scenario.day(last), eager=True).dt.strftime("%Y-%m-%d")
    published = pl.Series(world.day_series(account["account_index"], "posts_published", first, last)).cast(pl.String)
    by_day = pl.DataFrame({"Date": days, "Tweets published": published, **_activity(daily, len(days))})
    ledger.write(
        account["account_name"],
        f"daily_tweet_activity_metrics_{HANDLE}_{span}_en.csv",
        files.text_bytes(files.csv_lines(by_day.select(["Date", "Tweets published", *ACTIVITY, *PROMOTED]), quote=True)),
        at,
        kind="x.tweet_days",
        platform="x",
        entity="account_days",
        rows=by_day.height,
    )
