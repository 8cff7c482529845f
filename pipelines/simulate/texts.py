"""Texts about the brand with known polarity and subject: templates, paraphrased, one in ten with the words of another class."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from pipelines.simulate import frames, news, phrases
from pipelines.simulate.titles import CITIES, PRODUCTS
from pipelines.simulate.world import World

SENTIMENTS = ("positive", "neutral", "negative")
COMMENT_SHARES = (0.52, 0.36, 0.12)
MENTION_SHARE_POSITIVE = 0.45  # of what is not negative
PARAPHRASED = 0.35


@dataclass(frozen=True)
class Labelled:
    """Texts with the columns of int_texts, and row by row what they mean."""

    texts: pl.DataFrame
    truth: pl.DataFrame


def compose(rng: np.random.Generator, sentiment: np.ndarray, category: np.ndarray, noise: float) -> tuple[pl.Series, np.ndarray]:
    """A text per row for its sentiment and category (used where negative), and whether its words are another class's."""
    n = len(sentiment)
    noisy = rng.random(n) < noise
    said = np.where(noisy, (sentiment + rng.integers(1, 3, n)) % 3, sentiment)
    template = np.empty(n, dtype=object)
    for kind, options in ((0, phrases.POSITIVE), (1, phrases.NEUTRAL)):
        here = said == kind
        template[here] = np.array(options, dtype=object)[rng.integers(0, len(options), int(here.sum()))]
    about = np.where((sentiment == 2) & ~noisy, category, rng.integers(0, len(news.CATEGORIES), n))
    for number, name in enumerate(news.CATEGORIES):
        here = (said == 2) & (about == number)
        options = phrases.NEGATIVE[name]
        template[here] = np.array(options, dtype=object)[rng.integers(0, len(options), int(here.sum()))]
    slots = {"product": PRODUCTS, "city": CITIES, "open": phrases.OPEN, "end": phrases.END, "bad": phrases.BAD, "staff": phrases.STAFF}
    frame = pl.DataFrame({"text": template.astype(str)}).with_columns(
        **{k: pl.Series(np.array(v)[rng.integers(0, len(v), n)]) for k, v in slots.items()}, swap=pl.Series(rng.random(n) < PARAPHRASED)
    )
    text = pl.col("text")
    for key in slots:
        text = text.str.replace("{" + key + "}", pl.col(key), literal=True)
    swapped = text.str.replace_many(phrases.SWAPS)
    return frame.select(text=pl.when("swap").then(swapped).otherwise(text))["text"], noisy


@lru_cache(maxsize=2)
def labelled(world: World, per_hour: int = 4, comments: int = 2_500) -> Labelled:
    """Mentions (every negative one, at most `per_hour` others per platform and hour) and comments below own posts of the same 60 days."""
    heard, said = _mentions(world, per_hour), _comments(world, comments)
    together = pl.concat([heard, said]).sort("created_at", "text_key")
    columns = ("text_key", "source", "platform", "account_key", "post_key", "author_key", "text", "created_at", "business_date")
    return Labelled(
        together.select(*columns, "is_owned_post", "reach_count"), together.select("text_key", "sentiment", "category", "is_noise")
    )


def texts(world: World) -> pl.DataFrame:
    """One row per text of others: see `labelled`."""
    return labelled(world).texts


def text_truth(world: World) -> pl.DataFrame:
    """`text_key`, `sentiment`, `category` (negative ones), `is_noise` of each text."""
    return labelled(world).truth


def mentions(world: World, per_hour: int) -> pl.DataFrame:
    """One row per mention that has a text: `platform`, `at` (Beijing wall-clock), `sentiment` 0–2, `category` number, `text`, `reach` …"""
    found, total, negative = news.counts(world)
    rng = world.scenario.rng("mention texts")
    kept = np.minimum(total - negative, per_hour)
    cells = [(negative, True), (kept, False)]
    parts = []
    for number, is_negative in cells:
        platform, hour = (np.repeat(i, number.ravel()) for i in np.indices(number.shape).reshape(2, -1))
        parts.append((platform, hour, np.full(len(hour), is_negative)))
    platform, hour, bad = (np.concatenate(x) for x in zip(*parts, strict=True))
    n = len(hour)
    sentiment = np.where(bad, 2, np.where(rng.random(n) < MENTION_SHARE_POSITIVE, 0, 1))
    category = rng.choice(len(news.CATEGORIES), n, p=[0.26, 0.22, 0.16, 0.14, 0.04, 0.08, 0.03, 0.03, 0.04])
    for crisis in found.crises:
        first = found.hours.index(crisis.starts_at)
        during = (hour >= first) & (hour <= found.hours.index(crisis.ends_at)) & (rng.random(n) < 0.75)
        category = np.where(during, news.CATEGORIES.index(crisis.category), category)
    text, noisy = compose(rng, sentiment, category, world.scenario.truth.news.text_noise)
    start = np.datetime64(found.hours[0], "s")
    second = rng.integers(0, 3600, n) * np.where(hour % 24 == 23, 0.6, 1.0)  # the tool is asked before midnight
    at = start + (hour * 3600 + second.astype(int)).astype("timedelta64[s]")
    return (
        pl.DataFrame(
            {
                "platform": np.array(list(news.SHARES))[platform],
                "at": pl.Series(at.astype("datetime64[us]")),
                "author": pl.Series(rng.integers(0, 60_000, n)),
                "sentiment": sentiment,
                "category": category,
                "text": text,
                "is_noise": noisy,
                "reach": pl.Series(np.rint(rng.lognormal(6.2, 1.6, n)).astype(np.int64)),
            }
        )
        .sort("at", "platform", "author")
        .with_row_index("number")
    )


def _meaning() -> dict[str, pl.Expr]:
    about = pl.col("category").replace_strict(dict(enumerate(news.CATEGORIES)), return_dtype=pl.String)
    return {
        "sentiment": pl.col("sentiment").replace_strict(dict(enumerate(SENTIMENTS)), return_dtype=pl.String),
        "category": pl.when(pl.col("sentiment") == 2).then(about),
    }


def _mentions(world: World, per_hour: int) -> pl.DataFrame:
    zoned = pl.col("at").dt.replace_time_zone("Asia/Shanghai").dt.convert_time_zone("UTC")
    return mentions(world, per_hour).select(
        text_key=pl.lit("mention:") + pl.col("number").cast(pl.String),
        source=pl.lit("mention"),
        platform="platform",
        account_key=pl.lit(None, dtype=pl.String),
        post_key=pl.lit(None, dtype=pl.String),
        author_key=pl.lit("M") + pl.col("author").cast(pl.String),
        text="text",
        created_at=zoned,
        business_date=pl.col("at").dt.date(),
        is_owned_post=pl.lit(False),
        reach_count=pl.col("reach"),
        is_noise="is_noise",
        **_meaning(),
    )


def comments(world: World, posts: pl.DataFrame, post: np.ndarray, name: str) -> pl.DataFrame:
    """One row per comment below `posts[post]`, in that order: `at` (Beijing wall-clock), `author`, `text` and what it means."""
    rng, n = world.scenario.rng(name), len(post)
    sentiment = rng.choice(3, n, p=COMMENT_SHARES)
    category = rng.choice(len(news.CATEGORIES), n, p=[0.30, 0.22, 0.18, 0.14, 0.03, 0.07, 0.01, 0.01, 0.04])
    text, noisy = compose(rng, sentiment, category, world.scenario.truth.news.text_noise)
    after = np.rint(rng.exponential(6 * 3600, n)).astype("timedelta64[s]")
    ends = np.datetime64(world.scenario.end, "s") + np.timedelta64(84_000, "s")
    at = np.minimum(posts["published_at"].to_numpy()[post].astype("datetime64[s]") + after, ends)
    return pl.DataFrame(
        {
            "at": pl.Series(at.astype("datetime64[us]")),
            "author": pl.Series(rng.integers(10_000, 99_999, n)),
            "sentiment": sentiment,
            "category": category,
            "text": text,
            "is_noise": noisy,
            "likes": rng.geometric(0.4, n) - 1,
        }
    )


def _comments(world: World, count: int) -> pl.DataFrame:
    s = world.scenario
    recent = world.posts.filter(pl.col("day") >= s.all_days - min(s.truth.news.days, s.days))
    post = np.sort(s.rng("commented posts").integers(0, recent.height, count))
    said = comments(world, recent, post, "comment texts")
    keys = frames.account_keys(world).gather(recent["account_index"])
    of = recent.select("platform", post_key=pl.col("platform") + ":" + pl.col("post_number").cast(pl.String), account_key=keys)[post]
    zoned = pl.col("at").dt.replace_time_zone("Asia/Shanghai").dt.convert_time_zone("UTC")
    return (
        pl.concat([said, of], how="horizontal")
        .with_row_index("number")
        .select(
            text_key=pl.lit("comment:") + pl.col("number").cast(pl.String),
            source=pl.lit("comment"),
            platform="platform",
            account_key="account_key",
            post_key="post_key",
            author_key=pl.lit("C") + pl.col("author").cast(pl.String),
            text="text",
            created_at=zoned,
            business_date=pl.col("at").dt.date(),
            is_owned_post=pl.lit(True),
            reach_count=pl.lit(None, dtype=pl.Int64),
            is_noise="is_noise",
            **_meaning(),
        )
    )
