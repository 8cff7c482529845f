"""A world as the frames that the analyses read, without any file in between. What is true about them: ``answers.py``."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.simulate import calendar as days_of
from pipelines.simulate import parameters as p
from pipelines.simulate.people import build_people, moment
from pipelines.simulate.world import World

OUTCOME_AGE_DAYS = 7
SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
LAST_OFFICIAL_YEAR = 2026
MEMBERS = {  # what a platform counts as engagement
    "channels": ("likes", "endorsements", "comments", "shares"),
    "wechat": ("shares",),
    "weibo": ("likes", "comments", "reposts"),
    "bilibili": ("danmaku", "comments", "likes", "coins", "saves", "shares"),
}
USUAL_MEMBERS = ("likes", "comments", "shares", "saves")
OUTCOMES = {
    "view_count": "views", "impression_count": "impressions", "like_count": "likes", "comment_count": "comments",
    "share_count": "shares", "repost_count": "reposts", "save_count": "saves",
}  # fmt: skip


def account_keys(world: World) -> pl.Series:
    """The key of each account, by its index."""
    return world.accounts.select(pl.col("platform") + ":" + pl.col("account_name")).to_series().alias("account_key")


def _at_age(world: World, count: str, age: int) -> np.ndarray:
    """A count of each post exactly `age` days after publication, whole numbers; the day in between grows evenly."""
    at = world.posts["published_at"]
    passed = (at.dt.hour().cast(int) * 60 + at.dt.minute().cast(int)).to_numpy() / 1440
    before = world.cumulative[count][:, age - 1]
    return np.rint(before + world.increments[count][:, age] * passed)


def _known(world: World, count: str) -> np.ndarray:
    """Whether the platform of each post shows such a count at all."""
    rate = {k: v.rates.get({"impressions": "impression_share"}.get(count, count), 0.0) for k, v in p.PLATFORMS.items()}
    known = world.posts["platform"].replace_strict(rate, return_dtype=pl.Float64).to_numpy() > 0
    return known | (count == "views")


def _engagement(world: World, age: int) -> np.ndarray:
    platform = world.posts["platform"].to_numpy()
    total = np.zeros(world.posts.height)
    for key in np.unique(platform):
        here = platform == key
        for count in MEMBERS.get(key, USUAL_MEMBERS):
            total[here] += _at_age(world, count, age)[here]
    return total


def post_features(world: World, until: date | None = None) -> pl.DataFrame:
    """One row per owned post that is 7 days old by the end of `until` (default: the world's end), with features and outcomes at age 7 days.

    Columns and types are those of int_post_features. Dirt of the scenario is in it: lost weak posts, unknown figures, bots, wrong hours.
    """
    s, posts = world.scenario, world.posts
    last = s.all_days - 1 if until is None else s.index(until)
    zone = pl.col("published_at").dt.replace_time_zone("Asia/Shanghai")
    festival = calendar(world).select("date", "shopping_festival", "holiday_zh")
    outcomes = {name: np.where(_known(world, c), _at_age(world, c, OUTCOME_AGE_DAYS), np.nan) for name, c in OUTCOMES.items()}
    outcomes |= {"engagement_count": _engagement(world, OUTCOME_AGE_DAYS), "first_day_view_count": _at_age(world, "views", 1)}
    followers = world.account_days["follower_total"]
    before = np.maximum(posts["day"].to_numpy() - 1, 0)
    at_publish = followers[posts["account_index"].to_numpy(), before]
    table = posts.with_columns(
        **{k: pl.Series(v, nan_to_null=True) for k, v in outcomes.items()},
        account_key=account_keys(world).gather(posts["account_index"]),
        follower_count_at_publish=pl.Series(at_publish),
        published_date=pl.col("published_at").dt.date(),
    ).join(festival, left_on="published_date", right_on="date", how="left", maintain_order="left")
    table = table.select(
        "post_index",
        post_key=pl.col("platform") + ":" + pl.col("post_number").cast(pl.String),
        platform="platform",
        account_key="account_key",
        content_type="content_type",
        topic=pl.col("topic").replace_strict(dict(enumerate(p.TOPICS)), return_dtype=pl.String),
        campaign_key="campaign",
        title="title",
        published_at=zone.dt.convert_time_zone("UTC"),
        published_date="published_date",
        local_hour=pl.col("hour").cast(pl.Int64),
        iso_weekday=pl.col("published_date").dt.weekday().cast(pl.Int64),
        is_holiday=pl.col("holiday_zh").is_not_null(),
        shopping_festival="shopping_festival",
        duration_seconds=pl.when(pl.col("content_type").str.contains("video")).then(pl.col("duration").cast(pl.Float64)),
        title_length=pl.col("title").str.len_chars().cast(pl.Int64),
        has_question=pl.col("question_title") > 0,
        has_number=pl.col("number_title") > 0,
        has_vote=(pl.col("vote_sticker") > 0) & ~pl.col("is_lottery"),
        has_lottery=(pl.col("vote_sticker") > 0) & pl.col("is_lottery"),
        emoji_count=pl.col("emoji_count").cast(pl.Int64),
        is_long_title=pl.col("long_title") > 0,
        follower_count_at_publish=pl.col("follower_count_at_publish").cast(pl.Int64),
        first_reply_seconds=pl.col("reply_seconds").cast(pl.Float64),
        age_days=(last - pl.col("day")).cast(pl.Int64),
        is_mature=pl.lit(True),
        outcome_age_days=pl.lit(OUTCOME_AGE_DAYS, dtype=pl.Int64),
        **{k: pl.col(k).cast(pl.Float64) for k in (*OUTCOMES, "engagement_count", "first_day_view_count")},
    )
    dirty = _dirty(world, table) if s.truth.dirt > 0 else table
    return dirty.filter(pl.col("age_days") >= OUTCOME_AGE_DAYS).drop("post_index").sort("post_key")


def _dirty(world: World, table: pl.DataFrame) -> pl.DataFrame:
    """What cleaning cannot undo, more of it the dirtier the scenario. Drawn per post, so that a longer world has the same dirt."""
    dirt, rng = world.scenario.truth.dirt, world.scenario.rng("frame dirt")
    gap_platform, gap_day = p.DEMO_PLATFORMS[int(rng.integers(0, 6))], int(rng.integers(p.BURN_IN_DAYS, p.BURN_IN_DAYS + 20))
    truth, posts = world.scenario.truth, world.posts
    fortune = truth.quality_effect * posts["quality"].to_numpy() + posts["noise"].to_numpy()
    weak = fortune < -1.04 * np.hypot(truth.quality_effect, truth.noise_sd)  # the lowest 15 %
    u = rng.random((table.height, 5))  # row by row: more posts leave the first ones as they are
    counts, day = (*OUTCOMES, "engagement_count", "first_day_view_count"), posts["day"].to_numpy()
    in_gap = (table["platform"].to_numpy() == gap_platform) & (day >= gap_day) & (day < gap_day + round(3 * dirt))
    bots = np.where(u[:, 1] < 0.004 * dirt, 20 + 60 * u[:, 2], 0.0).round()
    shifted = u[:, 3] < 0.004 * dirt  # a file in UTC that nobody noticed
    return (
        table.with_columns(
            *(pl.when(pl.Series(in_gap)).then(None).otherwise(pl.col(c)).alias(c) for c in counts),
            local_hour=(pl.col("local_hour") - 8 * pl.Series(shifted.astype(int))) % 24,
            follower_count_at_publish=pl.when(pl.Series(u[:, 4] >= 0.03 * dirt)).then("follower_count_at_publish"),
        )
        .with_columns((pl.col(c) + pl.Series(bots)).alias(c) for c in ("comment_count", "engagement_count"))
        .filter(pl.Series(~(weak & (u[:, 0] < min(0.25 * dirt, 0.9)))))
    )


def quality_proxies(world: World) -> pl.DataFrame:
    """`post_key`, `quality_proxy`: the hidden quality seen through noise; no rows where the scenario has no proxy."""
    sd, posts = world.scenario.truth.quality_proxy_sd, world.posts
    noise = world.scenario.rng("quality proxy").normal(0, 1, posts.height)
    table = posts.select(
        post_key=pl.col("platform") + ":" + pl.col("post_number").cast(pl.String),
        quality_proxy=pl.col("quality") + (sd or 0.0) * pl.Series(noise),
    )
    return table if sd is not None else table.clear()


def account_daily(world: World) -> pl.DataFrame:
    """One row per account and day of the period (burn-in left out): views, engagement, followers, posts published."""
    s, keys = world.scenario, account_keys(world)
    accounts, days = world.accounts.height, s.days
    values = {m: v[:, p.BURN_IN_DAYS : s.all_days] for m, v in world.account_days.items()}
    platform = world.accounts["platform"].to_numpy()
    engagement = np.zeros((accounts, days))
    for index, key in enumerate(platform):
        engagement[index] = np.sum([values[c][index] for c in MEMBERS.get(key, USUAL_MEMBERS)], axis=0)
    table = pl.DataFrame(
        {
            "platform": np.repeat(platform, days),
            "account_key": keys.gather(np.repeat(np.arange(accounts), days)),
            "business_date": pl.Series(days_of.day_list(s.start, days) * accounts),
            "view_count": values["views"].ravel(),
            "engagement_count": engagement.ravel().astype(np.int64),
            "like_count": values["likes"].ravel(),
            "comment_count": values["comments"].ravel(),
            "follower_total_count": values["follower_total"].ravel(),
            "follower_gain_count": values["follower_gain"].ravel(),
            "posts_published_count": values["posts_published"].ravel(),
        }
    )
    silent = {m: [k for k, v in p.PLATFORMS.items() if not v.rates.get(m)] for m in ("likes", "comments")}
    return table.with_columns(
        pl.when(~pl.col("platform").is_in(silent[m])).then(pl.col(c)).alias(c)
        for m, c in (("likes", "like_count"), ("comments", "comment_count"))
    ).sort("account_key", "business_date")


def daily_series(world: World, metrics: tuple[str, ...] = ("view_count", "engagement_count", "follower_total_count")) -> pl.DataFrame:
    """The daily figures as time series: one row per series and day. The last two days are provisional."""
    long = account_daily(world).unpivot(metrics, index=["platform", "account_key", "business_date"], variable_name="metric")
    return long.select(
        series_key=pl.col("metric") + "/" + pl.col("account_key"),
        metric="metric",
        platform="platform",
        account_key="account_key",
        business_date="business_date",
        value=pl.col("value").cast(pl.Float64),
        is_provisional=pl.col("business_date") > world.scenario.end - timedelta(days=2),
    ).sort("series_key", "business_date")


def calendar(world: World) -> pl.DataFrame:
    """The days of the world and half a year around it, with the columns of dim_dates, made of the project's own calendar seeds."""
    s = world.scenario
    days = pl.date_range(s.first_day - timedelta(days=180), s.end + timedelta(days=400), eager=True)
    holidays = _seed("holidays").select("date", "holiday_zh", "holiday_en", "is_working_day")
    spring, shopping = _seed("spring_festivals"), _seed("shopping_festivals")
    day = pl.col("date")
    table = pl.DataFrame({"date": days}).sort("date")
    near = table.join(spring.rename({"date": "festival"}), how="cross").select(
        "date", festival_offset_days=(day - pl.col("festival")).dt.total_days()
    )
    near = near.filter(pl.col("festival_offset_days").abs() <= 30)
    during = table.join_where(shopping, day >= pl.col("starts_on"), day <= pl.col("ends_on")).select("date", "shopping_festival")
    table = table.join(holidays, on="date", how="left").join(near, on="date", how="left").join(during, on="date", how="left")
    weekday = day.dt.weekday().cast(pl.Int64)
    return table.select(
        "date",
        year=day.dt.year().cast(pl.Int64),
        quarter=day.dt.quarter().cast(pl.Int64),
        month=day.dt.month().cast(pl.Int64),
        iso_week=day.dt.week().cast(pl.Int64),
        iso_weekday=weekday,
        is_weekend=weekday >= 6,
        is_working_day=pl.coalesce("is_working_day", weekday < 6),
        is_makeup_workday=(pl.col("is_working_day") & (weekday >= 6)).fill_null(False),
        holiday_zh="holiday_zh",
        holiday_en="holiday_en",
        festival_offset_days="festival_offset_days",
        shopping_festival="shopping_festival",
        is_provisional=day.dt.year() > LAST_OFFICIAL_YEAR,
    ).sort("date")


@lru_cache(maxsize=4)
def _seed(name: str) -> pl.DataFrame:
    return pl.read_csv(SEEDS / f"{name}.csv", try_parse_dates=True)


def person_days(world: World) -> pl.DataFrame:
    """One row per person and active day, with the columns of int_person_days. Segments of the people: ``answers.segments``."""
    s, people = world.scenario, build_people(world)
    events = people.events.select(
        "event_type", "session", "channel", person_key="user_id", business_date=moment(s, pl.col("second")).dt.date(), amount="amount_fen"
    )
    verbs = ("view", "click", "visit", "like", "comment", "share", "save", "coupon", "order", "pay")
    sums = events.group_by("person_key", "business_date").agg(
        *((pl.col("event_type") == v).sum().cast(pl.Int64).alias(f"{v}_count") for v in verbs),
        paid_amount=pl.col("amount").filter(pl.col("event_type") == "pay").sum().cast(pl.Float64) / 100,
        session_count=pl.col("session").n_unique().cast(pl.Int64),
    )
    top = (
        events.group_by("person_key", "business_date", "channel")
        .agg(n=pl.col("session").n_unique())
        .sort("n", "channel", descending=[True, False])
        .unique(["person_key", "business_date"], keep="first", maintain_order=True)
        .select("person_key", "business_date", top_channel="channel")
    )
    order = ["person_key", "business_date", *(f"{v}_count" for v in verbs), "paid_amount", "top_channel", "session_count"]
    return sums.join(top, on=["person_key", "business_date"]).select(order).sort("person_key", "business_date")
