"""Topics and terms week by week: frozen topics, refitted once a month and matched to the former ones, and what rose in the last week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Schema
from pipelines.analyses.statistics import Array, benjamini_hochberg
from pipelines.analyses.text import topics as finder
from pipelines.analyses.text.tables import TEXT_TERMS, TOPIC_TERMS, TOPICS

WEEK = 7
WEEKS_BEFORE = 8
FIT_DAYS = 365
MIN_BEFORE = 50  # texts of the weeks before, below which nothing can be said to rise
MIN_NOW = 5  # texts of the week, below which a topic or a term is no news
FALSE_DISCOVERY = 0.10
TERMS_KEPT = 60
TOPIC_OF: Schema = {"text_key": pl.String, "topic_key": pl.String}
LEAST_WEIGHT = 1e-4  # of a term in a topic, to be remembered


@dataclass(frozen=True)
class TopicWeeks:
    """The tables of topics, and each text's topic."""

    topics: pl.DataFrame
    terms: pl.DataFrame
    memory: pl.DataFrame
    topic_of: pl.DataFrame  # text_key, topic_key


def topic_tables(texts: pl.DataFrame, own_words: Sequence[str], memory: pl.DataFrame) -> TopicWeeks:
    """Everything about topics. `texts`: text_key, text, author_key, business_date, is_about_us, is_relevant, sentiment."""
    memory = memory.sort("topic_key", "term")
    about_us = texts.filter(pl.col("is_about_us") & pl.col("is_relevant") & pl.col("business_date").is_not_null()).sort("text_key")
    nobody = pl.DataFrame(schema=TOPIC_OF)
    if about_us.is_empty():
        return TopicWeeks(pl.DataFrame(schema=TOPICS), pl.DataFrame(schema=TEXT_TERMS), memory, nobody)
    documents = finder.words_of(about_us["text"].to_list(), own_words)
    last: dt.date = about_us["business_date"].max()  # type: ignore[assignment]
    memory = remember(about_us, documents, memory, last)
    keys, found = recall(memory)
    of = finder.assign(documents, found) if found else np.full(about_us.height, -1)
    topic_of = pl.Series([keys[i] if i >= 0 else None for i in of], dtype=pl.String)
    week = (pl.lit(last) - pl.col("business_date")).dt.total_days() // WEEK
    frame = about_us.with_columns(topic_key=topic_of, weeks_ago=week)
    # The same words of the same author are one voice, however often they are posted.
    voices = frame.with_row_index("row").unique(["author_key", "text", "weeks_ago"], keep="first", maintain_order=True)
    return TopicWeeks(
        topics=_topic_weeks(voices, keys, found, last),
        terms=_terms(voices, documents, last),
        memory=memory,
        topic_of=frame.select("text_key", "topic_key"),
    )


def remember(texts: pl.DataFrame, documents: Sequence[Sequence[str]], memory: pl.DataFrame, last: dt.date) -> pl.DataFrame:
    """The topics to use: those remembered, or once in a calendar month new ones that keep the key of the one they continue."""
    current = memory.filter("is_current")
    if current.height and current["fitted_date"].max() >= last.replace(day=1):  # type: ignore[operator]
        return memory
    recent = (texts["business_date"] > last - dt.timedelta(days=FIT_DAYS)).to_list()
    distinct = {text: words for text, words, is_recent in zip(texts["text"], documents, recent, strict=True) if is_recent}
    found = finder.fit([distinct[text] for text in sorted(distinct)])
    if found is None:
        return memory
    old_keys, old = recall(memory, current_only=False)
    continued = finder.match(old, found) if old else {}
    taken = max((int(key[1:]) for key in old_keys), default=0)
    keys = []
    for place in range(len(found.weights)):
        taken += place not in continued
        keys.append(old_keys[continued[place]] if place in continued else f"t{taken:02d}")
    rows, columns = np.nonzero(found.weights > LEAST_WEIGHT)
    fresh = pl.DataFrame(
        {
            "topic_key": [keys[i] for i in rows],
            "term": [found.terms[i] for i in columns],
            "weight": np.round(found.weights[rows, columns], 6),
            "idf": np.round(found.idf[columns], 6),
            "stability": np.round(found.stabilities[rows], 4),
            "fitted_date": [last] * rows.size,
            "is_current": [True] * rows.size,
        },
        schema=TOPIC_TERMS,
    )
    retired = memory.filter(~pl.col("topic_key").is_in(keys)).with_columns(is_current=pl.lit(value=False))
    return pl.concat([fresh, retired]).sort("topic_key", "term")


def recall(memory: pl.DataFrame, *, current_only: bool = True) -> tuple[list[str], finder.Topics | None]:
    """The keys and the topics that the memory holds, None where it holds none."""
    rows = memory.filter("is_current") if current_only else memory
    if rows.is_empty():
        return [], None
    keys, terms = sorted(rows["topic_key"].unique()), sorted(rows["term"].unique())
    topic, term = {k: i for i, k in enumerate(keys)}, {w: i for i, w in enumerate(terms)}
    weights, idf, stabilities = np.zeros((len(keys), len(terms))), np.ones(len(terms)), np.zeros(len(keys))
    at = [topic[k] for k in rows["topic_key"]], [term[w] for w in rows["term"]]
    weights[at] = rows["weight"].to_numpy()
    idf[at[1]] = rows["idf"].to_numpy()
    stabilities[at[0]] = rows["stability"].to_numpy()
    return keys, finder.Topics(terms, idf, weights, float(stabilities.mean()), stabilities)


def _topic_weeks(voices: pl.DataFrame, keys: list[str], found: finder.Topics | None, last: dt.date) -> pl.DataFrame:
    if found is None:
        return pl.DataFrame(schema=TOPICS)
    top = finder.top_terms(found)
    weeks = int(voices["weeks_ago"].max()) + 1  # type: ignore[arg-type]
    place = {key: i for i, key in enumerate(keys)}
    known = voices.filter(pl.col("topic_key").is_not_null())
    at = [place[key] for key in known["topic_key"]], known["weeks_ago"].to_list()
    counts = {name: np.zeros((len(keys), weeks)) for name in ("all", "positive", "negative")}
    np.add.at(counts["all"], at, 1)
    for name in ("positive", "negative"):
        np.add.at(counts[name], at, (known["sentiment"] == name).to_numpy().astype(float))
    totals = np.bincount(voices["weeks_ago"].to_numpy(), minlength=weeks)
    z, q = _rising_weeks(counts["all"], totals)
    rows, columns = np.nonzero(np.broadcast_to(totals > 0, counts["all"].shape))
    n = counts["all"][rows, columns]
    return (
        pl.DataFrame(
            {
                "topic_key": [keys[i] for i in rows],
                "week_start_date": [last - dt.timedelta(days=int(w) * WEEK + WEEK - 1) for w in columns],
                "topic_name": ["、".join(top[i][:3]) for i in rows],
                "top_terms": [top[i] for i in rows],
                "text_count": n.astype(int),
                "week_text_count": totals[columns].astype(int),
                "share_rate": n / totals[columns],
                "positive_count": counts["positive"][rows, columns].astype(int),
                "negative_count": counts["negative"][rows, columns].astype(int),
                "log_odds_z": np.round(z[rows, columns], 4),
                "q_value": np.round(q[rows, columns], 6),
                "is_rising": (q[rows, columns] <= FALSE_DISCOVERY) & (n >= MIN_NOW),
                "stability": found.stabilities[rows],
            },
            schema=TOPICS,
        )
        .with_columns(pl.col("log_odds_z", "q_value").fill_nan(None))
        .sort("week_start_date", "topic_key")
    )


def _rising_weeks(counts: Array, totals: Array) -> tuple[Array, Array]:
    """z and q of each topic in each week against the eight before; the family of a week is its topics. Texts of no topic count too."""
    z, q = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    rest = totals - counts.sum(axis=0)
    everything = np.vstack([counts, rest])
    for week in range(counts.shape[1]):
        before = everything[:, week + 1 : week + 1 + WEEKS_BEFORE].sum(axis=1)
        if before.sum() < MIN_BEFORE or totals[week] == 0:
            continue
        z[:, week] = finder.rising(everything[:, week], before)[:-1]
        q[:, week] = benjamini_hochberg(_one_sided(z[:, week]))
    return z, q


def _terms(voices: pl.DataFrame, documents: Sequence[Sequence[str]], last: dt.date) -> pl.DataFrame:
    """Terms of the last week against the eight weeks before, those that rose most first; a text counts once."""
    ago = voices["weeks_ago"].to_numpy()
    own = [documents[i] for i in voices["row"]]
    now_rows, before_rows = np.flatnonzero(ago == 0), np.flatnonzero((ago > 0) & (ago <= WEEKS_BEFORE))
    if before_rows.size < MIN_BEFORE or not now_rows.size:
        return pl.DataFrame(schema=TEXT_TERMS)
    terms = sorted({word for i in [*now_rows, *before_rows] for word in own[i]})
    matrix = finder.counts(own, terms) > 0
    now, before = (np.asarray(matrix[rows].sum(axis=0)).ravel().astype(float) for rows in (now_rows, before_rows))
    z = finder.rising(now, before)
    q = np.full(z.shape, np.nan)
    tried = now + before >= 2 * MIN_NOW  # rarer words could not be told from chance and would only dilute the family
    q[tried] = benjamini_hochberg(_one_sided(z[tried]))
    return (
        pl.DataFrame(
            {
                "term": terms,
                "week_start_date": [last - dt.timedelta(days=WEEK - 1)] * len(terms),
                "text_count": now.astype(int),
                "before_count": before.astype(int),
                "log_odds_z": np.round(z, 4),
                "q_value": np.round(q, 6),
                "is_rising": (q <= FALSE_DISCOVERY) & (now >= MIN_NOW),
            },
            schema=TEXT_TERMS,
        )
        .filter(pl.Series(tried & (now > 0)))
        .sort(["log_odds_z", "term"], descending=[True, False])
        .head(TERMS_KEPT)
    )


def _one_sided(z: Array) -> Array:
    from scipy.stats import norm

    return np.asarray(norm.sf(z))
